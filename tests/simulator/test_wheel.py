"""The timer wheel gives everything back once, in order, whatever the steps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.wheel import Wheel

TIMES = st.lists(
    st.one_of(
        st.floats(0, 3, allow_nan=False),
        st.floats(0, 5_000, allow_nan=False),
        st.floats(0, 90 * 86_400, allow_nan=False),
        st.sampled_from([0.0, 0.25, 15.999, 16.0, 1024.0, 4096.0]),
    ),
    max_size=40,
)


def pushed(times: list[float], first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return np.array(times, dtype=np.float64), np.arange(first, first + len(times))


def drained(wheel: Wheel, t: float, limit: int = 10**9) -> list[tuple[float, int]]:
    times, slots = wheel.pop(t, limit)
    return list(zip(times.tolist(), slots.tolist(), strict=True))


@settings(deadline=None, max_examples=60)
@given(TIMES)
def test_everything_comes_out_once_in_order_of_time_then_slot(times: list[float]) -> None:
    wheel = Wheel()
    wheel.push(*pushed(times))

    out = drained(wheel, 1e9)

    assert out == sorted((time, slot) for slot, time in enumerate(times))
    assert len(wheel) == 0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 2_000), TIMES), max_size=8),
    st.integers(1, 7),
)
def test_pushes_between_pops_keep_their_place(
    steps: list[tuple[float, list[float]]], limit: int
) -> None:
    wheel = Wheel()
    waiting: list[tuple[float, int]] = []
    t, first = 0.0, 0
    for gap, times in steps:
        wheel.push(*pushed(times, first))
        waiting += [(time, first + slot) for slot, time in enumerate(times)]
        waiting.sort()
        first += len(times)
        t += gap

        assert wheel.next_due() == (waiting[0][0] if waiting else np.inf)
        expected = [entry for entry in waiting if entry[0] <= t][:limit]
        assert drained(wheel, t, limit) == expected
        del waiting[: len(expected)]
    assert len(wheel) == len(waiting)


def test_nothing_comes_out_before_its_time() -> None:
    wheel = Wheel()
    wheel.push(*pushed([10.0]))

    assert drained(wheel, 9.999) == []
    assert wheel.next_due() == 10.0
    assert drained(wheel, 10.0) == [(10.0, 0)]


def test_a_far_timer_does_not_slow_down_the_near_ones() -> None:
    wheel = Wheel()
    wheel.push(*pushed([90 * 86_400.0]))
    wheel.next_due()
    wheel.push(*pushed([1.0, 2.0], first=1))

    assert drained(wheel, 1.5) == [(1.0, 1)]
    assert wheel.next_due() == 2.0


def test_many_timers_over_days_take_few_buckets() -> None:
    wheel = Wheel()
    times = np.random.default_rng(1).uniform(0, 3 * 86_400, 20_000)

    wheel.push(times, np.arange(20_000))

    assert sum(len(level) for level in wheel._levels) <= 260
