"""What the clock does for schedules. Any number of clocks may: every change is a conditional one.

Rule: a clock that was put forward or back by more than ``JUMP`` is not believed until it has gone
evenly for a while, so that a jump that is mended soon starts nothing and misses nothing.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from web.platform import shared_clock
from web.schedules import starting
from web.schedules.models import OPEN, Turn

logger = logging.getLogger(__name__)

JUMP = 30.0  # s that the time of day may gain or lose between two looks
SETTLE = 60.0  # s that it has to go evenly after a jump
KEEP = timedelta(days=400)  # that what became of a moment can be read
MOST_FORGOTTEN = 5_000  # rows of one tick


class Steadiness:
    """Whether the time of day can be believed; ``clock`` is one that nobody sets, in s."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._ahead: float | None = None  # the time of day before the other clock, s
        self._jumped: float | None = None  # when, on that clock

    def look(self, now: datetime) -> bool:
        """Return whether ``now`` may be believed; to be called every few seconds."""
        at = self._clock()
        ahead = now.timestamp() - at
        if self._ahead is not None and abs(ahead - self._ahead) > JUMP:
            logger.warning("the time of day jumped", extra={"seconds": round(ahead - self._ahead)})
            self._jumped = at
        self._ahead = ahead
        if self._jumped is not None and at - self._jumped >= SETTLE:
            self._jumped = None
        return self._jumped is None


_steadiness = Steadiness()


def tick(now: datetime | None = None) -> None:
    """Take what has come and start what may; the clock calls this every few seconds."""
    moment = now or shared_clock.now()
    if not _steadiness.look(moment):
        return
    starting.take_due(moment)
    starting.start_waiting(moment)


def forget(now: datetime | None = None) -> int:
    """Remove what became of moments long ago; return how many rows."""
    old = Turn.objects.filter(taken__lt=(now or shared_clock.now()) - KEEP).exclude(state__in=OPEN)
    ids = list(old.order_by("taken").values_list("id", flat=True)[:MOST_FORGOTTEN])
    return Turn.objects.filter(id__in=ids).delete()[0]
