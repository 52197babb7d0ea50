"""Which hosts the operators have closed, as this process knows it: every way out asks here.

Rule: read from the database every few seconds, never in a loop: who connects without blocking goes
by what was read last. A database that does not answer leaves closed what was.
"""

import logging
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

import simulator

logger = logging.getLogger(__name__)

FRESH = 5.0  # s that a process goes by what it has read


class ClosedHosts:
    """What is closed; one for the process, called in any thread."""

    def __init__(self) -> None:
        self._known = simulator.Closed()
        self._read_at = float("-inf")  # s of the monotonic clock
        self._lock = Lock()

    def known(self) -> simulator.Closed:
        """Return what was closed at the last look; it does not block."""
        return self._known

    def look(self) -> simulator.Closed:
        """Return what is closed, read anew where the last look is ``FRESH`` s old or more."""
        if not settings.CLOSED_HOSTS:
            return self._known
        with self._lock:
            if monotonic() - self._read_at < FRESH:
                return self._known
            self._read_at = monotonic()
        try:
            self._known = simulator.Closed.of(import_string(settings.CLOSED_HOSTS)())
        except DatabaseError as error:
            logger.warning("closed hosts are not known anew: %s", type(error).__name__)
        return self._known

    def forget(self) -> None:
        """Have the next look read anew: this process has changed what is closed."""
        self._read_at = float("-inf")


closed_hosts = ClosedHosts()
