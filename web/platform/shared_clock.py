"""The time of day that all processes share: the database's.

Rule: what one process writes and another one judges is timed by it, for a machine's own date may be
wrong, or be set while it runs. Pages alone tell times by their own machine's date.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection

logger = logging.getLogger(__name__)

_ASK = {
    "postgresql": "SELECT (clock_timestamp() AT TIME ZONE 'UTC')::text",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}
# s that a machine's own date may differ and is believed: it is kept by NTP then, to some ms, and
# what is asked over a network is not.
NEAR = 5.0


def now() -> datetime:
    """Return the database's date, aware; one query.

    Raises:
        DatabaseError: It does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASK[connection.vendor])
        (told,) = cursor.fetchone()
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


class SharedClock:
    """Unix time that goes evenly from one look to the next, whatever is done to the machine's.

    The machine's own date is taken where it is near the shared one.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        date: Callable[[], float] = time.time,
        ask: Callable[[], datetime] = now,
    ) -> None:
        """
        Args:
            clock: Seconds of a clock that nobody sets.
            date: The machine's own date, Unix s.
            ask: Returns the shared date.
        """
        self._clock = clock
        self._date = date
        self._ask = ask
        self._ahead = date() - clock()  # s that the date is before the clock

    def look(self) -> None:
        """Ask for the shared date; to be called before what is to be timed by it begins.

        Raises:
            DatabaseError: The database does not answer.
        """
        before = self._clock()
        told = self._ask().timestamp()
        after, own = self._clock(), self._date()
        shared, unsure = told - (before + after) / 2, (after - before) / 2
        wrong = own - after - shared
        if abs(wrong) <= NEAR + unsure:
            self._ahead = own - after
            return
        logger.warning("the date of this machine is wrong", extra={"seconds": round(wrong)})
        self._ahead = shared

    def unix(self) -> float:
        """Return the present, Unix s."""
        return self._clock() + self._ahead
