"""Alarms of many wires by one timer, in virtual time."""

import asyncio
from math import inf

from simulator.transports.alarms import Alarms
from tests.simulator.transports.virtual import run


class Sleeper:
    def __init__(self) -> None:
        self.alarm_at = inf
        self.is_over = False
        self.wakes: list[float] = []

    def wake(self, now: float) -> None:
        self.wakes.append(now)


def test_each_is_woken_at_its_moment() -> None:
    async def main() -> None:
        alarms, sleepers = Alarms(asyncio.get_running_loop().time), [Sleeper() for _ in range(3)]
        for at, sleeper in zip((3.0, 1.0, 2.0), sleepers, strict=True):
            alarms.set(sleeper, at)

        await asyncio.sleep(5)

        assert [sleeper.wakes for sleeper in sleepers] == [[3.0], [1.0], [2.0]]

    run(main)


def test_an_earlier_moment_replaces_a_later_one_and_not_the_other_way() -> None:
    async def main() -> None:
        alarms, sleeper = Alarms(asyncio.get_running_loop().time), Sleeper()
        for at in (5.0, 2.0, 3.0):
            alarms.set(sleeper, at)

        await asyncio.sleep(9)

        assert sleeper.wakes == [2.0]

    run(main)


def test_who_is_over_is_not_woken() -> None:
    async def main() -> None:
        alarms, sleeper = Alarms(asyncio.get_running_loop().time), Sleeper()
        alarms.set(sleeper, 1.0)
        sleeper.is_over = True

        await asyncio.sleep(2)

        assert sleeper.wakes == []

    run(main)


def test_moments_that_only_move_away_take_one_place() -> None:
    async def main() -> None:
        alarms, sleeper = Alarms(asyncio.get_running_loop().time), Sleeper()
        for at in range(1, 1_000):
            alarms.set(sleeper, float(at))

        assert len(alarms._heap) == 1
        alarms.close()
        await asyncio.sleep(2)
        assert sleeper.wakes == []

    run(main)
