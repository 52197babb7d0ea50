"""Sleeping until an absolute moment, or until somebody has work sooner.

Rule: wakes on a grid of ticks, so that what falls due within one is sent together.
"""

import asyncio
import math
from collections.abc import Callable

TICK = 0.01  # s; sends are at most this late by plan, and share the cost of a wake-up
MAX_TICKS = 5  # the longest rest between two rounds of work, in ticks
NOW = -math.inf  # a moment that cannot wait for the next tick


class Alarm:
    """The one thing that a tower's loop waits on. ``clock`` must be the loop's own, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._future: asyncio.Future[None] | None = None
        self._woke = clock()
        self._is_rung = False

    async def sleep_until(self, moment: float) -> None:
        """Return at the first tick at or after ``moment``, or one tick after ``ring``.

        Work that took long is followed by as long a rest, of at most ``MAX_TICKS``: each round of
        work has a fixed cost for each shard, and many shards would otherwise leave the loop no
        time. For ``NOW`` it only lets the loop run once, so that sockets are served however late
        the tower is.
        """
        if moment == NOW:
            await asyncio.sleep(0)
        else:
            now = self._clock()
            await self._sleep(self._tick_after(max(moment, now), worked=now - self._woke) - now)
        self._woke = self._clock()

    def _tick_after(self, moment: float, *, worked: float) -> float:
        """The first moment of the grid after ``moment``."""
        tick = TICK * min(MAX_TICKS, max(1, math.ceil(2 * worked / TICK)))
        at = math.ceil(moment / tick) * tick
        return at if at > moment else at + tick

    async def _sleep(self, delay: float) -> None:
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        timer = loop.call_later(TICK if self._is_rung else delay, self._wake)
        try:
            await self._future
        finally:
            timer.cancel()
            self._future = None
            self._is_rung = False

    def ring(self) -> None:
        """Have the sleeper look again, one tick from now; any number of rings are one."""
        if self._is_rung:
            return
        self._is_rung = True
        if self._future:
            asyncio.get_running_loop().call_later(TICK, self._wake)

    def _wake(self) -> None:
        if self._future and not self._future.done():
            self._future.set_result(None)
