"""Delays estimated from what a receiver counts."""

import numpy as np
import pytest

from simulator.recording.arrivals import counted_delays
from simulator.recording.counters import Second


def seconds(delivered: list[int], counted: list[int], *, at: int = 100) -> list[Second]:
    pairs = zip(delivered, counted, strict=True)
    return [Second(at=at + i, sent=n, counted=m) for i, (n, m) in enumerate(pairs)]


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_a_steady_delay_is_found_again(delay: int) -> None:
    sent = [100] * 20
    counted = [0] * delay + [100] * (20 - delay)

    assert counted_delays(seconds(sent, counted)).tolist() == [delay] * (20 - delay)


def test_a_look_now_and_then_is_as_old_as_the_newest_it_counts() -> None:
    sent, counted = [10] * 6, [0, 0, 25, 0, 0, 30]

    assert counted_delays(seconds(sent, counted)).tolist() == pytest.approx([0.5, 0.5])


def test_a_pause_in_sending_makes_nothing_old() -> None:
    delays = counted_delays(seconds([10, 0, 0, 10], [10, 0, 0, 10]))

    assert delays.tolist() == [0, 0]


def test_a_counter_that_others_feed_never_gives_a_delay_below_zero() -> None:
    assert np.all(counted_delays(seconds([1, 1], [50, 50])) >= 0)


def test_without_a_counter_there_is_nothing() -> None:
    assert counted_delays(seconds([5, 5], [0, 0])).size == 0
    assert counted_delays([]).size == 0
