"""Percentiles against numpy's own, merging, and the form in which histograms are stored."""

import json

import numpy as np
import pytest

from simulator.recording.histogram import BUCKETS, CEILING, FLOOR, Histogram


def durations(seed: int = 1, size: int = 20_001) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(np.log(0.004), 1.5, size)).clip(FLOOR, CEILING)


def histogram(values: np.ndarray | list[float]) -> Histogram:
    made = Histogram()
    made.record(values)
    return made


@pytest.mark.parametrize("share", [1, 25, 50, 90, 99, 99.9])
def test_a_percentile_is_within_one_percent(share: float) -> None:
    values = durations()

    found = histogram(values).percentile(share)

    assert found == pytest.approx(np.percentile(values, share, method="inverted_cdf"), rel=0.01)


def test_every_value_in_range_is_found_again_within_one_percent() -> None:
    for value in np.geomspace(FLOOR, CEILING, 2_000):
        kept = histogram([value, CEILING])

        assert kept.percentile(50) == pytest.approx(value, rel=0.01)


def test_what_is_out_of_range_counts_at_the_edge_and_the_maximum_is_exact() -> None:
    extreme = histogram([-1.0, 0.0, 1e-7, 250.0])

    assert extreme.total == 4
    assert extreme.percentile(50) == FLOOR
    assert extreme.percentile(100) == 250.0


def test_an_empty_histogram_has_no_percentile() -> None:
    assert Histogram().percentile(50) is None
    assert histogram([]).total == 0


def test_a_percentile_never_exceeds_the_maximum() -> None:
    assert histogram([0.0101]).percentile(99) <= 0.0101


def test_merged_histograms_equal_one_that_saw_everything() -> None:
    values = durations()

    merged = histogram(values[:7_000]) + histogram(values[7_000:])

    assert merged == histogram(values)


def test_a_histogram_survives_json_and_stays_small() -> None:
    original = histogram(durations())

    text = json.dumps(original.to_dict())

    restored = Histogram.from_dict(json.loads(text))
    assert (restored.counts == original.counts).all()
    assert restored.maximum == pytest.approx(original.maximum, abs=1e-6)
    assert len(text) < 8_000


def test_a_stored_bucket_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=f"bucket must be from 0 to {BUCKETS - 1}, got 999"):
        Histogram.from_dict({"v": 2, "max": 1.0, "buckets": [[999, 1]]})
    with pytest.raises(ValueError, match="bucket must be from 0 to 278, got 279"):
        Histogram.from_dict({"max": 1.0, "buckets": [[279, 1]]})


def test_a_histogram_of_the_first_version_is_still_read() -> None:
    values = durations()
    old = np.ceil(np.log(values / FLOOR) / np.log(1.06)).astype(int)
    pairs = [[int(bucket), int(count)] for bucket, count in enumerate(np.bincount(old)) if count]

    read = Histogram.from_dict({"max": 3.5, "buckets": [*pairs, [278, 2]]})

    assert read.total == len(values) + 2
    assert read.maximum == 3.5
    for share in (1, 50, 99):
        wanted = np.percentile(values, share, method="inverted_cdf")
        assert read.percentile(share) == pytest.approx(wanted, rel=0.045)


def test_a_histogram_of_a_newer_version_is_refused() -> None:
    with pytest.raises(ValueError, match="must be of version 2 or older, got 3"):
        Histogram.from_dict({"v": 3, "max": 1.0, "buckets": []})


def test_what_counted_nothing_has_no_buckets_of_its_own() -> None:
    assert Histogram().counts is Histogram().counts
    assert Histogram.merged([Histogram(), Histogram()]) == Histogram()
