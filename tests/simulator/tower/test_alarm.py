"""When a tower wakes."""

import asyncio

import pytest

from simulator.tower.alarm import MAX_TICKS, NOW, TICK, Alarm
from tests.simulator.tower.staging import play


def test_it_sleeps_to_the_first_tick_after_the_moment() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)

        await alarm.sleep_until(0.123)

        assert loop.time() == pytest.approx(0.13)

    play(main)


def test_a_moment_that_is_over_waits_for_the_next_tick_too() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        await asyncio.sleep(0.005)

        await alarm.sleep_until(0.001)

        assert loop.time() == pytest.approx(TICK)

    play(main)


def test_now_does_not_wait() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        await Alarm(loop.time).sleep_until(NOW)

        assert loop.time() == 0.0

    play(main)


def test_a_ring_wakes_it_one_tick_later() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        loop.call_at(2.0, alarm.ring)

        await alarm.sleep_until(100.0)

        assert loop.time() == pytest.approx(2.0 + TICK)

    play(main)


def test_a_ring_before_the_sleep_is_not_missed() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        alarm.ring()

        await alarm.sleep_until(100.0)

        assert loop.time() == pytest.approx(TICK)

    play(main)


def test_after_a_full_round_the_next_begins_a_tick_after_it_began() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        await alarm.sleep_until(0.013)  # it wakes at 0.02
        await asyncio.sleep(0.007)

        await alarm.sleep_until(0.025, is_full=True)

        assert loop.time() == pytest.approx(0.02 + TICK)

    play(main)


def test_a_full_round_of_more_than_a_tick_is_followed_by_no_rest() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        await asyncio.sleep(0.016)

        await alarm.sleep_until(0.01, is_full=True)

        assert loop.time() == pytest.approx(0.016)

    play(main)


def test_a_moment_that_is_far_is_waited_for_after_a_full_round_too() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        await Alarm(loop.time).sleep_until(0.5, is_full=True)

        assert loop.time() == pytest.approx(0.51)

    play(main)


@pytest.mark.parametrize(("worked", "rest"), [(0.004, 1), (0.015, 3), (2.0, MAX_TICKS)])
def test_long_work_is_followed_by_a_longer_rest(worked: float, rest: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        alarm = Alarm(loop.time)
        await asyncio.sleep(worked)

        await alarm.sleep_until(0.0)

        assert 0 < loop.time() - worked <= rest * TICK + 1e-9
        assert loop.time() / (rest * TICK) == pytest.approx(round(loop.time() / (rest * TICK)))

    play(main)
