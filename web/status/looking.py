"""The status page's own look: at most one in ``REMEMBER`` seconds, from whatever can be read.

Rule: never raises and never waits long. The database first, then what Redis keeps, then what this
process saw last; what is shown says which it was.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from django.db import DatabaseError
from django.utils import timezone

from web.platform import health
from web.platform.deadlines import TooLong
from web.platform.watchdog import watchdog
from web.status import pictures
from web.status.judging import Facts
from web.status.pictures import BLANK, Picture

logger = logging.getLogger(__name__)

REMEMBER = 15.0  # s that a look holds
READ_WITHIN = 4.0  # s for all that is asked of the database; less than a request may take
FRESH = timedelta(minutes=3)  # of samples: three of them; what is older says nothing of now


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, from where (``database``, ``redis``, ``memory``, ``nothing``)."""

    picture: Picture = BLANK
    source: str = "nothing"
    facts: Facts = field(default_factory=dict)  # of parts that this process stands on, now


@dataclass
class Memory:
    """What this process found last, and when (s of the monotonic clock)."""

    at: float = -REMEMBER
    found: Look | None = None
    is_asking: bool = False


memory = Memory()
lock = Lock()  # of the memory; held for moments
first = Lock()  # of the first look of all, for which everybody waits


def look() -> Look:
    """Return what is known, at most ``REMEMBER`` seconds old; one thread looks for all."""
    known = memory.found
    if known is None:
        with first:
            return memory.found or _looked()
    with lock:
        if memory.is_asking or monotonic() - memory.at < REMEMBER:
            return known
        memory.is_asking = True
    return _looked()


def forget() -> None:
    """Have the next call look anew; for whoever changed what is shown, and for tests."""
    memory.at = -REMEMBER


def _looked() -> Look:
    try:
        found = memory.found = ask(timezone.now(), before=memory.found)
    finally:
        memory.at, memory.is_asking = monotonic(), False
    return found


def ask(now: datetime, *, before: Look | None = None) -> Look:
    """Look anew.

    Args:
        now: The present.
        before: What was found last, for when nothing else can be read.
    """
    redis = float(bool(health.CHECKS["redis"]()))
    try:
        with watchdog.limited(READ_WITHIN):
            picture = pictures.drawn(now)
    except (DatabaseError, TooLong) as error:
        logger.warning("the status page has no database: %s", type(error).__name__)
        return without_database(before, {"part:database": 1.0, "part:redis": redis})
    return Look(picture, "database", {"part:redis": redis, **silence(picture, now)})


def without_database(before: Look | None, facts: Facts) -> Look:
    """Return the newest picture that is left, with what is wrong."""
    known = before.picture if before and before.picture.at else None
    kept = None if facts["part:redis"] else pictures.kept()
    if kept and kept.at and not (known and known.at and known.at > kept.at):
        return Look(kept, "redis", facts)
    return Look(known, "memory", facts) if known else Look(facts=facts)


def silence(picture: Picture, now: datetime) -> Facts:
    """Return how long no clock has looked, in s, where that is too long."""
    if picture.sampled is None or now - picture.sampled <= FRESH:
        return {}
    return {"clock:clock": (now - picture.sampled).total_seconds()}
