"""The receiver's own counter, looked at now and then by the tower that has a run's first mock.

Rule: looks in a thread, one look at a time; a counter that does not answer costs a line in the log.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial

from simulator.errors import TargetError
from simulator.lot.way_back import Counter
from simulator.tower.assignment import Assignment
from simulator.transports.asking import ask_number
from simulator.transports.gate import gate_here

logger = logging.getLogger(__name__)

MOST = 2**53  # what a counter may rise by between two looks, exact in a float


def receiver_of(assignment: Assignment, clock: Callable[[], float]) -> "Receiver | None":
    """Return the counter of a run's receiver; of all its shards that with mock 0 looks at it."""
    way = assignment.lot.target.way_back
    if assignment.first or not isinstance(way, Counter):
        return None
    receiver = Receiver(way, ask=partial(ask_number, gate=gate_here()))
    receiver.end_second(clock())  # what it says before the run is not the run's
    return receiver


class Receiver:
    """Watches one counter. Times are the clock's, s."""

    def __init__(self, counter: Counter, *, ask: Callable[[str, str], float] = ask_number) -> None:
        """``ask`` returns the number at a path of a page, or raises TargetError; it may block."""
        self._counter = counter
        self._ask = ask
        self._known: float | None = None  # the counter at the last look
        self._rise = 0  # since it was taken
        self._next = -math.inf  # s; when to look again
        self._look: asyncio.Task[None] | None = None
        self._is_silent = False
        self.is_awaiting = False  # a last look is asked for, and not over yet

    def look_once_more(self) -> None:
        """Look at the end of the next second, whenever the last look was."""
        self._next, self.is_awaiting = -math.inf, True

    def end_second(self, now: float) -> None:
        """Once a second: look, if it is time and the last look is over."""
        if now < self._next or (self._look and not self._look.done()):
            return
        self._next = now + self._counter.every
        self._look = asyncio.get_running_loop().create_task(self._take_in(self.is_awaiting))

    def take(self) -> int:
        """Return how far the counter rose since the last time."""
        rise, self._rise = self._rise, 0
        return rise

    async def _take_in(self, is_last: bool) -> None:
        counter, loop = self._counter, asyncio.get_running_loop()
        try:
            value = await loop.run_in_executor(None, self._ask, counter.url, counter.path)
        except TargetError as error:
            if not self._is_silent:
                logger.warning("%s", error)
            self._is_silent = True
        else:
            self._is_silent = False
            self._take_value(value)
        if is_last:
            self.is_awaiting = False

    def _take_value(self, value: float) -> None:
        if self._known is not None:
            # A counter that is lower than before was set to 0 in between: it has had this many.
            rise = value - self._known if value >= self._known else value
            self._rise += int(min(max(rise, 0.0), MOST))
        self._known = value
