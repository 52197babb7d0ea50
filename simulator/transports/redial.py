"""When a lost connection is tried again: exponential backoff with full jitter.

Rule: ``Redial`` is told the time, never asks it; one heap for all lines, so that one timer is
enough, which is ``Wake``.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from math import inf

from simulator.transports.line import Line

TICK = 0.01  # s; attempts due within it are woken together
FIRST = 1.0  # s, the longest first wait; doubles with each failure
LONGEST = 30.0  # s; a target that comes back has its mocks again half a minute later
LASTED = 10.0  # s; a connection that stood this long was no failure, the backoff starts anew


class Redial:
    """The next attempts of the lines that are down.

    Full jitter (a uniform draw from 0 to the backoff) spreads a thousand mocks that were lost in
    one moment; equal steps would bring them back in one moment again.
    """

    def __init__(self, jitter: Callable[[], float]) -> None:
        """``jitter()`` draws from [0, 1)."""
        self._jitter = jitter
        self._heap: list[tuple[float, int, Line]] = []
        self._order = count()

    def plan(self, line: Line, now: float, *, wait: float | None = None) -> float:
        """Plan the next attempt and return its moment. The line's failures are counted here.

        ``wait`` (s) takes the place of the backoff.
        """
        if wait is None:
            wait = min(LONGEST, FIRST * 2 ** min(line.failures, 10)) * self._jitter()
        line.failures += 1
        line.retry_at = now + wait
        heapq.heappush(self._heap, (line.retry_at, next(self._order), line))
        return line.retry_at

    def cancel(self, line: Line) -> None:
        """Forget the attempt; its entry is skipped when its moment comes."""
        line.retry_at = inf

    def due(self, now: float) -> list[Line]:
        """Take out the lines whose moment has come."""
        lines = []
        while self._heap and self._heap[0][0] <= now:
            at, _, line = heapq.heappop(self._heap)
            if line.retry_at == at:
                line.retry_at = inf
                lines.append(line)
        return lines

    def next(self) -> float:
        """The moment of the next attempt; inf when there is none."""
        return self._heap[0][0] if self._heap else inf


class Wake:
    """The one timer that wakes all attempts of an exchange. Belongs to the loop it was made in."""

    def __init__(
        self, redial: Redial, clock: Callable[[], float], wake: Callable[[Line], None]
    ) -> None:
        """``wake`` is called for each line whose moment has come."""
        self._redial, self._clock, self._wake = redial, clock, wake
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._at = inf
        self._is_closed = False

    def arm(self, now: float) -> None:
        """Have the timer fire for the next attempt."""
        at = self._redial.next()
        if at >= self._at or self._is_closed:
            return
        if self._timer:
            self._timer.cancel()
        self._at = at
        self._timer = self._loop.call_later(max(TICK, at - now), self._fire)

    def close(self) -> None:
        """Wake nobody any more."""
        self._is_closed = True
        if self._timer:
            self._timer.cancel()

    def _fire(self) -> None:
        now = self._clock()
        self._timer, self._at = None, inf
        for line in self._redial.due(now):
            self._wake(line)
        self.arm(now)
