"""How fast connections begin, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from simulator.transports.turnstile import (
    BURST,
    MAX_OPENING,
    PER_SECOND,
    TLS_BURST,
    Turnstile,
)
from tests.simulator.transports.virtual import run

Play = Callable[[Turnstile], Coroutine[Any, Any, None]]


def staged(play: Play, *, has_tls: bool = False) -> None:
    async def main() -> None:
        await play(Turnstile(has_tls=has_tls))

    run(main)


@pytest.mark.parametrize(("has_tls", "burst"), [(False, BURST), (True, TLS_BURST)])
def test_a_burst_begins_at_once_and_the_next_one_waits(has_tls: bool, burst: int) -> None:
    async def play(turnstile: Turnstile) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(burst):
            await turnstile.enter()
            turnstile.leave()
        before = loop.time()
        await turnstile.enter()

        assert before == 0.0
        assert loop.time() > 0.0

    staged(play, has_tls=has_tls)


def test_ten_thousand_begin_within_two_seconds() -> None:
    async def play(turnstile: Turnstile) -> None:
        for _ in range(10_000):
            await turnstile.enter()
            turnstile.leave()

        assert asyncio.get_running_loop().time() == pytest.approx(
            (10_000 - BURST) / PER_SECOND, rel=0.02
        )

    staged(play)


def test_there_are_so_many_places_however_much_time_goes_by() -> None:
    async def play(turnstile: Turnstile) -> None:
        tasks = [asyncio.create_task(turnstile.enter()) for _ in range(MAX_OPENING + 2)]
        await asyncio.sleep(100)
        before = sum(task.done() for task in tasks)
        turnstile.leave()
        await asyncio.sleep(1)
        after = [task.done() for task in tasks]
        turnstile.leave()
        await asyncio.gather(*tasks)

        assert before == MAX_OPENING
        assert after == [True] * (MAX_OPENING + 1) + [False]

    staged(play)


def test_whoever_gives_up_takes_no_place() -> None:
    async def play(turnstile: Turnstile) -> None:
        tasks = [asyncio.create_task(turnstile.enter()) for _ in range(MAX_OPENING + 3)]
        await asyncio.sleep(1)
        tasks[-3].cancel()  # while it waits
        turnstile.leave()
        await asyncio.sleep(1)
        assert [task.done() for task in tasks[-3:]] == [True, True, False]
        turnstile.leave()
        turnstile._let_in()
        tasks[-1].cancel()  # when it was let in, before it knows
        await asyncio.gather(*tasks, return_exceptions=True)

        assert turnstile._places == 1

    staged(play)
