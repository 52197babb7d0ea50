"""Clock times as seconds of a run."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.behaviour.moments import MAX_KNOWN, Moments
from simulator.definition.quantities.units import Cron

EPOCH = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.floats(0, 500), min_size=1, max_size=5), min_size=1, max_size=5),
    st.sampled_from(["*/10 * * * * *", "7 * * * * *", "30 0 * * * *"]),
    st.floats(0, 60),
)
def test_each_time_gets_the_first_moment_after_it(
    batches: list[list[float]], text: str, offset: float
) -> None:
    cron, epoch = Cron(text), EPOCH + offset
    moments = Moments(cron, epoch)

    for times in batches:
        for t, moment in zip(times, moments.after(np.array(times)).tolist(), strict=True):
            assert moment > t
            # No other moment lies between, but for what rounding of epoch + t may hide.
            assert moment - t <= cron.next(epoch + t) - epoch - t + 1e-6


def test_a_moment_is_followed_by_the_next_whatever_the_rounding() -> None:
    moments = Moments(Cron("* * * * * *"), EPOCH + 0.1)
    t = np.array([0.0])

    for second in range(1, 200):
        t = moments.after(t)

        assert round(float(t[0]) + 0.1, 6) == second


class Each(Cron):
    """Each second, without the look at a calendar that makes 10,000 of them take seconds."""

    def next(self, epoch: float) -> float:
        return math.floor(epoch) + 1.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 20_000), min_size=1, max_size=4), min_size=2, max_size=4))
def test_far_apart_or_near_each_time_gets_its_own(batches: list[list[int]]) -> None:
    moments = Moments(Each("* * * * * *"), EPOCH)

    for times in batches:
        got = moments.after(np.array(times, dtype=np.float64)).tolist()

        assert got == [t + 1 for t in times]


def test_what_is_known_is_not_forgotten_under_who_asks_late() -> None:
    moments = Moments(Each("* * * * * *"), EPOCH)
    crowd = np.arange(0.0, 4.0 * MAX_KNOWN)  # each second somebody, in one call
    moments.after(crowd)

    got = moments.after(np.array([5.0, *crowd + 10.0]))

    assert got.tolist() == [6.0, *crowd + 11.0]


def test_old_moments_are_forgotten() -> None:
    moments = Moments(Cron("* * * * * *"), EPOCH)

    for t in range(0, 3 * MAX_KNOWN, 500):
        moments.after(np.array([float(t), t + 1.0]))

    assert len(moments._unix) <= 2 * MAX_KNOWN + 1_000
    assert moments.after(np.array([5.5])).tolist() == [6.0]
