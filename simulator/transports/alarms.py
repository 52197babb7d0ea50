"""When wires are to be woken, finer than once a second: one timer for all of them.

Rule: a wire has one alarm, its next; what it has to do then, it knows itself.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from math import inf
from typing import Protocol

TICK = 0.01  # s; alarms that are due within it ring together


class Sleeper(Protocol):
    """What can be woken. ``alarm_at`` (s) is kept here; inf: it has no alarm."""

    alarm_at: float
    is_over: bool

    def wake(self, now: float) -> None: ...


class Alarms:
    """The alarms of all wires of an exchange. Belongs to the loop that it was made in."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock``: seconds."""
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._heap: list[tuple[float, int, Sleeper]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf  # s

    def set(self, sleeper: Sleeper, at: float) -> None:
        """Wake a wire at a moment, in s; it may be woken earlier, where it asked for that before.

        So a wire whose next moment only ever moves away costs one entry, not one a message.
        """
        if at >= sleeper.alarm_at:
            return
        sleeper.alarm_at = at
        heapq.heappush(self._heap, (at, next(self._order), sleeper))
        self._arm()

    def close(self) -> None:
        """Wake nobody any more."""
        self._heap.clear()
        if self._timer:
            self._timer.cancel()

    def _arm(self) -> None:
        if not self._heap or self._heap[0][0] >= self._timer_at:
            return
        if self._timer:
            self._timer.cancel()
        self._timer_at = self._heap[0][0]
        self._timer = self._loop.call_later(max(TICK, self._timer_at - self._clock()), self._ring)

    def _ring(self) -> None:
        now = self._clock()
        self._timer, self._timer_at = None, inf
        while self._heap and self._heap[0][0] <= now:
            at, _, sleeper = heapq.heappop(self._heap)
            if sleeper.alarm_at == at and not sleeper.is_over:
                sleeper.alarm_at = inf
                sleeper.wake(now)
        self._arm()
