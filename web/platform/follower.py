"""The database's follower: whether to ask it, and the fall-back to the primary.

Rule: only what says so is asked there (``read``), never a write; who reads sees no less than is
promised. A follower that is gone, or too far behind, costs a look now and then and nobody's page.
"""

import logging
import threading
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db.models import Model

logger = logging.getLogger(__name__)
T = TypeVar("T")

PRIMARY, FOLLOWER = "default", "follower"
LOOK_EVERY = 2.0  # s that a finding holds
REST = 15.0  # s without a look at one that is gone
CATCH_UP = 10.0  # s that a job waits for what was written before it began
CATCH_UP_EVERY = 0.1  # s
Failed = (OperationalError, InterfaceError)

# Where the primary is, as text; PostgreSQL, Backup Control Functions.
WRITTEN = "SELECT pg_current_wal_lsn()::text"
# Of the follower: whether it has all of that, and how old the last is that it has (s), which says
# something only where it has not. PostgreSQL, Recovery Information Functions.
REPLAYED = """\
SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn,
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
"""


class Router:
    """Django's router: all that does not name a database, and every migration, is the primary's."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:  # noqa: ARG002
        """Return the primary, also for what hangs on a row that the follower gave."""
        return PRIMARY

    def db_for_write(self, model: type[Model], **hints: Any) -> str:  # noqa: ARG002
        """Return the primary."""
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:  # noqa: ARG002
        """Allow it: both hold the same rows."""
        return True

    def allow_migrate(self, db: str, label: str, **hints: Any) -> bool | None:  # noqa: ARG002
        """Refuse the follower."""
        return None if db == PRIMARY else False


class Follower:
    """What this process knows of the follower."""

    def __init__(
        self,
        primary: str = PRIMARY,
        alias: str = FOLLOWER,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            primary: Alias of the database that is followed.
            alias: Of the follower; where no such database is configured it is never asked.
            clock: s of a clock that nobody sets.
        """
        self._primary, self._alias = primary, alias
        self._clock = clock
        self._looked = -inf  # when; in the future while one that is gone is left alone
        self._is_near = False
        self._lock = threading.Lock()

    def read(
        self,
        look: Callable[[str], T],
        *,
        is_exact: bool = False,
        stale: tuple[type[Exception], ...] = (),
    ) -> T:
        """Return what ``look`` returns, called with the alias of the database to ask.

        It is called again with the primary's where the follower fails in the middle.

        Args:
            look: Reads, and changes nothing.
            is_exact: All that was written before this call must be seen; a job may wait for it for
                ``CATCH_UP`` s. Else what is up to ``settings.FOLLOWER_LAG`` s older may be seen.
            stale: What ``look`` raises where it was told too little.

        Raises:
            Exception: Whatever ``look`` raises of the primary.
        """
        if not self._may_ask(is_exact=is_exact):
            return look(self._primary)
        try:
            return look(self._alias)
        except Failed as error:
            self._leave(error)
        except stale:
            logger.info("the follower is behind what is looked for")
        return look(self._primary)

    def _may_ask(self, *, is_exact: bool) -> bool:
        if self._alias not in connections.settings or self._is_left():
            return False
        if connections[self._primary].in_atomic_block:  # it sees what nobody else does yet
            return False
        try:
            return self._catches_up() if is_exact else self._is_near_enough()
        except Failed as error:
            self._leave(error)
            return False

    def _is_left(self) -> bool:
        return self._looked > self._clock()

    def _is_near_enough(self) -> bool:
        """Whether it is not too far behind; found out once in ``LOOK_EVERY`` s, by one thread."""
        if self._clock() - self._looked < LOOK_EVERY or not self._lock.acquire(blocking=False):
            return self._is_near
        try:
            has_all, age = self._look(self._written())
            is_near = has_all or (age is not None and age <= settings.FOLLOWER_LAG)
            if is_near != self._is_near:
                logger.info("the follower", extra={"is_asked": is_near, "behind": age})
            self._is_near, self._looked = is_near, self._clock()
        finally:
            self._lock.release()
        return self._is_near

    def _catches_up(self) -> bool:
        """Wait until it has what the primary has now; False: not in time."""
        written, pause = self._written(), threading.Event()
        deadline = self._clock() + CATCH_UP
        while not self._look(written)[0]:
            if self._clock() >= deadline:
                logger.warning("the follower is too far behind")
                return False
            pause.wait(CATCH_UP_EVERY)
        return True

    def _written(self) -> str:
        with connections[self._primary].cursor() as cursor:
            cursor.execute(WRITTEN)
            return str(cursor.fetchone()[0])

    def _look(self, written: str) -> tuple[bool, float | None]:
        """Return whether it has all up to there, and the age of the last that it has, s."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute(REPLAYED, [written])
            has_all, age = cursor.fetchone()
        return bool(has_all), None if age is None else float(age)

    def _leave(self, error: Exception) -> None:
        """Ask it nothing for a while."""
        logger.warning("the follower is not asked", extra={"why": type(error).__name__})
        connections[self._alias].close()
        self._is_near, self._looked = False, self._clock() + REST


follower = Follower()
read = follower.read
