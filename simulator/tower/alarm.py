"""Sleeping until an absolute moment, or until somebody has work sooner.

Rule: wakes on a grid of ticks, so that what falls due within one is sent together.
"""

import asyncio
import math
from collections.abc import Callable

TICK = 0.01  # s; sends are at most this late by plan, and share the cost of a wake-up


class Alarm:
    """The one thing that a tower's loop waits on. ``clock`` must be the loop's own, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._future: asyncio.Future[None] | None = None
        self._is_rung = False

    async def sleep_until(self, moment: float) -> None:
        """Return at the first tick at or after ``moment``, or one tick after ``ring``.

        Always lets the loop run once, so that sockets are served however late the tower is.
        """
        now = self._clock()
        if moment <= now:
            self._is_rung = False
            await asyncio.sleep(0)
            return
        at = max(moment, math.ceil(moment / TICK) * TICK)
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        timer = loop.call_later(min(at - now, TICK if self._is_rung else math.inf), self._wake)
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
