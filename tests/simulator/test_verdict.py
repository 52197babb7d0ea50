"""What a run is held against."""

import pytest

from simulator.lot.thresholds import Threshold
from simulator.recording import Second
from simulator.verdict import Figures, verdict


def figures(**changes: int) -> Figures:
    """Return 1,000 sends in 10 s, 10 failed, each acknowledged in 1 to 100 ms."""
    counts = {"due": 1_000, "acknowledged": 990, "failed": 10, "losts": 15}
    total = Second(at=0, connects=85, reconnects=5, **counts, **changes)
    total.latency.record([count / 1_000 for count in range(1, 101)])
    return Figures(total=total, mocks=100, seconds=10.0)


@pytest.mark.parametrize(
    ("text", "measured", "holds"),
    [
        ("failed < 2%", 0.01, True),
        ("failed < 1%", 0.01, False),
        ("failed <= 10", 10.0, True),
        ("delivered >= 99%", 0.99, True),
        ("connected >= 81%", 0.8, False),
        ("connected >= 80", 80.0, True),
        ("lost <= 15%", 0.15, True),
        ("rate >= 99", 99.0, True),
        ("rate > 99", 99.0, False),
        ("latency max <= 100ms", 0.1, True),
        ("latency max < 100ms", 0.1, False),
    ],
)
def test_each_figure_is_compared_in_its_own_unit(text: str, measured: float, holds: bool) -> None:
    (ruling,) = verdict([Threshold.read(text)], figures())

    assert ruling.measured == pytest.approx(measured)
    assert ruling.holds is holds


def test_a_percentile_is_that_of_the_histogram() -> None:
    low, high = verdict(
        [Threshold.read("latency p50 < 45ms"), Threshold.read("latency p50 < 55ms")], figures()
    )

    assert (low.holds, high.holds) == (False, True)
    assert "50" in high.words or "49" in high.words or "51" in high.words


@pytest.mark.parametrize("text", ["latency p99 < 1s", "failed < 1%", "rate > 0", "lost < 1%"])
def test_what_was_not_measured_keeps_no_limit(text: str) -> None:
    empty = Figures(total=Second(at=0), mocks=1, seconds=0.0)

    (ruling,) = verdict([Threshold.read(text)], empty)

    assert (ruling.measured, ruling.holds, ruling.words) == (None, False, "nothing was measured")


def test_rulings_are_told_with_limit_and_measure_in_the_same_unit() -> None:
    texts = [str(each) for each in verdict(list(map(Threshold.read, TEXTS)), figures())]

    assert texts == [
        "missed  failed < 1%: 1%",
        "kept    failed < 11: 10",
        "kept    latency max < 1s: 100.0 ms",
        "kept    rate > 90: 99",
    ]


TEXTS = ["failed < 1%", "failed < 11", "latency max < 1s", "rate > 90"]
