"""Renews a tower's leases, beside everything else that its desk does.

Rule: a thread of its own with a connection of its own, so that neither a slow object store nor a
silent Redis costs a lease; it renews only as long as its desk gives signs of life.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from django.db import DatabaseError, connection

from web.platform import connections
from web.runs import leasing

logger = logging.getLogger(__name__)

# s without a word of the desk after which nothing is renewed: the tower hangs, others may go on.
DEAF_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a tower held when its leases were renewed; ``at`` is s of the desk's clock, before."""

    at: float
    mine: frozenset[tuple[int, int]]  # (shard, fence)


class Renewals:
    """The renewing of one tower's leases."""

    def __init__(self, tower: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._tower = tower
        self._clock = clock
        self._stopping = Event()
        self._thread: Thread | None = None
        self._heard = clock()
        self.latest = Renewed(clock(), frozenset())

    def start(self) -> None:
        """Renew in a thread from now on, until ``stop``."""
        self._thread = Thread(target=self._run, name="leases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; leases then last for what is left of them."""
        self._stopping.set()
        if self._thread:
            self._thread.join(leasing.RENEW_EVERY)

    def hear(self) -> None:
        """Take note that the desk is at work."""
        self._heard = self._clock()

    def renew(self) -> Renewed:
        """Renew now.

        Raises:
            DatabaseError: The database does not answer.
        """
        at = self._clock()
        self.latest = Renewed(at, frozenset(leasing.renew(self._tower)))
        return self.latest

    @property
    def is_due(self) -> bool:
        """Whether the desk has to renew itself, for no thread does."""
        return self._thread is None and self._clock() - self.latest.at >= leasing.RENEW_EVERY

    def _run(self) -> None:
        while not self._stopping.wait(leasing.RENEW_EVERY):
            if self._clock() - self._heard > DEAF_AFTER:
                continue
            connections.keep()
            try:
                self.renew()
            except DatabaseError as error:
                logger.warning("leases are not renewed: %s", type(error).__name__)
        connection.close()
