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
        self._timers: list[asyncio.TimerHandle] = []  # that end the present sleep
        self._ring_delay = TICK  # s from a ring to the next round of work

    async def sleep_until(
        self, moment: float, *, is_full: bool = False, is_shared: bool = False
    ) -> None:
        """Return at the first tick at or after ``moment``, or one tick after ``ring``.

        Work that took long is followed by as long a rest, of at most ``MAX_TICKS``: each round of
        work has a fixed cost for each shard, and many shards would otherwise leave the loop no
        time. A round that was ``is_full`` was worth that cost: the next begins a tick after it
        began, or once the loop has run. For ``NOW`` it only lets the loop run once, so that sockets
        are served however late the tower is; one whose loop ``is_shared``, with connections that
        are being made, gives them as long as its own work took.
        """
        now = self._clock()
        if is_shared and moment <= now:
            delay = self._ring_delay = max(TICK, now - self._woke)
        else:
            delay, self._ring_delay = self._delay(moment, is_full=is_full), TICK
        await (self._sleep(delay) if delay > 0 else asyncio.sleep(0))
        self._woke = self._clock()

    def _delay(self, moment: float, *, is_full: bool) -> float:
        """How long to sleep, s; 0 or less: not at all."""
        if moment == NOW:
            return 0.0
        now = self._clock()
        if is_full and moment <= self._woke + TICK:
            return self._woke + TICK - now
        return self._tick_after(max(moment, now), worked=now - self._woke) - now

    def _tick_after(self, moment: float, *, worked: float) -> float:
        """The first moment of the grid after ``moment``."""
        tick = TICK * min(MAX_TICKS, max(1, math.ceil(2 * worked / TICK)))
        at = math.ceil(moment / tick) * tick
        return at if at > moment else at + tick

    async def _sleep(self, delay: float) -> None:
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        if self._is_rung:
            delay = min(delay, self._ring_delay)
        self._timers = [loop.call_later(delay, self._wake)]
        try:
            await self._future
        finally:
            for timer in self._timers:
                timer.cancel()
            self._future = None
            self._is_rung = False

    def ring(self) -> None:
        """Have the sleeper look again, one tick from now; any number of rings are one."""
        if self._is_rung:
            return
        self._is_rung = True
        if self._future:
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(self._ring_delay, self._wake))

    def _wake(self) -> None:
        if self._future and not self._future.done():
            self._future.set_result(None)
