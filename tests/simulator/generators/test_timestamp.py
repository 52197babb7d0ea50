"""timestamp: what clocks show, and what they get wrong."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator

from .bench import EPOCH, cast, column, sample


def shown(t: Any, *, count: int = 1, born: float = 0.0, **parameters: Any) -> list[Any]:
    """Return what the clocks of ``count`` mocks show at ``t``; of one mock at each of several."""
    made = column({"timestamp": parameters}, cast(count))
    if count > 1:
        drawn = made.draw(sample(np.arange(count), t=t, born=born))
    else:
        drawn = np.concatenate([made.draw(sample([0], t=each, born=born)) for each in t])
    return drawn.tolist()


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({}, "2026-02-01T00:00:12.345Z"),
        ({"precision": "s"}, "2026-02-01T00:00:12Z"),
        ({"precision": "us"}, "2026-02-01T00:00:12.345679Z"),
        ({"suffix": "offset"}, "2026-02-01T00:00:12.345+00:00"),
        ({"suffix": "none", "zone": "Asia/Tokyo"}, "2026-02-01T09:00:12.345"),
        ({"zone": "Asia/Kolkata", "precision": "s"}, "2026-02-01T05:30:12+05:30"),
        ({"zone": "America/St_Johns", "precision": "s"}, "2026-01-31T20:30:12-03:30"),
        ({"format": "epoch"}, 1_769_904_012),
        ({"format": "ms"}, 1_769_904_012_345),
        ({"format": "us"}, 1_769_904_012_345_679),
        ({"format": "ns"}, 1_769_904_012_345_679_000),
        ({"format": "ms", "as": "text"}, "1769904012345"),
        ({"format": "%d.%m.%y %H:%M:%S", "zone": "Europe/Zurich"}, "01.02.26 01:00:12"),
        ({"format": "%Y-%m-%dT%H:%M:%S.%f%z"}, "2026-02-01T00:00:12.345679+0000"),
        ({"resolution": "1min", "precision": "s"}, "2026-02-01T00:00:00Z"),
        ({"shift": "-1h", "precision": "s"}, "2026-01-31T23:00:12Z"),
        ({"shift": "365d", "precision": "s"}, "2027-02-01T00:00:12Z"),
    ],
)
def test_a_moment_is_written_as_it_is_asked_for(parameters: dict[str, Any], text: Any) -> None:
    assert shown([12.345_678_9], **parameters) == [text]


def test_a_shift_of_milliseconds_stays_whole() -> None:
    assert shown([0.3, 12.3, 99.999], format="ms") == [
        int(EPOCH) * 1000 + each for each in (300, 12_300, 99_999)
    ]


def test_clocks_change_with_summer_time() -> None:
    # Switzerland, 2026: from 02:00 to 03:00 on 29 March, from 03:00 to 02:00 on 25 October.
    spring = datetime.fromisoformat("2026-03-29T01:00:00Z").timestamp() - EPOCH
    autumn = datetime.fromisoformat("2026-10-25T01:00:00Z").timestamp() - EPOCH

    texts = shown([spring - 1, spring, autumn - 1, autumn], zone="Europe/Zurich", precision="s")

    assert texts == [
        "2026-03-29T01:59:59+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-10-25T02:59:59+02:00",
        "2026-10-25T02:00:00+01:00",
    ]
    both = column({"timestamp": {"zone": "Europe/Zurich", "precision": "s"}}, cast(2)).draw(
        sample([0, 1], t=[spring - 1, spring])
    )
    assert both.tolist() == texts[:2]


def test_each_clock_is_wrong_by_its_own_shift_and_keeps_it() -> None:
    first = np.array(shown(100.0, count=3_000, format="us", shift="-1h ± 5s")) / 1e6 - EPOCH - 100
    later = np.array(shown(900.0, count=3_000, format="us", shift="-1h ± 5s")) / 1e6 - EPOCH - 900

    assert first.min() == pytest.approx(-3605, abs=0.02)
    assert first.max() == pytest.approx(-3595, abs=0.02)
    assert first.mean() == pytest.approx(-3600, abs=0.2)
    assert np.abs(first - later).max() < 2e-6


def test_a_fast_clock_gains_with_the_age_of_the_mock() -> None:
    ahead = np.array(shown([100, 86_500], born=100.0, format="us", drift="20 ppm")) / 1e6 - EPOCH

    assert ahead - [100, 86_500] == pytest.approx([0, 86_400 * 20e-6], abs=2e-6)


def test_some_readings_are_stamped_with_an_earlier_time() -> None:
    disorder = {"chance": "20%", "by": "30s"}
    late = EPOCH + 100 - np.array(shown(100.0, count=5_000, format="us", disorder=disorder)) / 1e6

    is_early = late > 1e-5
    assert is_early.mean() == pytest.approx(0.2, abs=0.015)
    assert late[is_early].mean() == pytest.approx(15, abs=0.8)
    assert late.max() <= 30


def test_after_a_start_the_clock_shows_1970_until_it_is_set() -> None:
    texts = shown([100, 144, 145], born=100.0, unset_for="45s", precision="s")

    assert texts == ["1970-01-01T00:00:00Z", "1970-01-01T00:00:44Z", "2026-02-01T00:02:25Z"]
    share = np.array(shown(140.0, count=4_000, born=100.0, unset_for="40s ± 10s", format="epoch"))
    assert (share < 1000).mean() == pytest.approx(0.5, abs=0.03)


def test_nanoseconds_end_with_what_64_bits_hold() -> None:
    assert shown([0.0, 8e9], format="ns") == [1_769_904_000_000_000_000, None]


def test_what_no_calendar_holds_is_no_value() -> None:
    made = column({"timestamp": "iso"}, cast(2))

    drawn = made.draw(sample([0, 1], t=[0.0, 1e12]))

    assert drawn.tolist() == ["2026-02-01T00:00:00.000Z", None]


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"format": "isoo"}, "unknown format 'isoo', allowed: iso, epoch, ms, us, ns, or such as"),
        ({"format": "%Q"}, "unknown format '%Q', allowed"),
        ({"zone": "Asia/Tokio"}, "unknown time zone 'Asia/Tokio', did you mean 'Asia/Tokyo'"),
        ({"shift": "1 hour"}, "wrong unit 'hour', allowed: ms, s, min, h, d, w"),
        ({"shift": "5s ± -2s"}, "a spread must be 0 or more"),
        ({"shift": "99999d"}, "must be within ±315,360,000"),
        ({"drift": "fast"}, "needs a rate such as 20 ppm or ± 50 ppm, got 'fast'"),
        ({"disorder": {"chance": "2%"}}, "by"),
        ({"format": "ms", "precision": "s"}, "precision and suffix are words of format: iso"),
        ({"resolution": 1e-9}, "resolution must be 0 s or at least 1 µs"),
        ({"as": "text"}, "as is a word of the formats epoch, ms, us and ns"),
    ],
)
def test_a_clock_that_cannot_be_is_refused_in_words(parameters: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"timestamp": parameters})
