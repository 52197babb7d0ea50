"""Finds the shards whose towers are silent, and lets others go on with them.

Rule: whoever looks may do it, any number at once: every change is a conditional one. Nobody is
declared lost by who has not watched for a while: after an outage of the database all are silent.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from web.runs import endings, happenings, leasing, rescue
from web.runs.models import Outcome, RunState, Shard, ShardState

logger = logging.getLogger(__name__)

WATCH = 6.0  # s that one has to have looked before; towers renew within 3 s of an outage's end
BREAK = 7.0  # s between two looks that still are one watch; the clock has other ticks too
MOST_LOSSES = 5  # of a shard one after the other; what kills that many towers would kill all
WITHIN = timedelta(minutes=10)  # in which they count
GIVEN_UP = (
    "Its tower was lost {losses} times within {minutes:.0f} minutes, so it was not started again. "
    "What was sent until then is in the log."
)


class Reaper:
    """One process's watch over leases. Times of ``clock`` are s that nobody sets."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._last = self._since

    def look(self, *, now: datetime | None = None) -> list[Shard]:
        """Let others go on with the shards of silent towers; return these as they were.

        To be called every few seconds. A look that the database does not answer is none.

        Raises:
            DatabaseError: It does not answer.
        """
        found = silent(now=now)
        at = self._clock()
        if at - self._last > BREAK:
            self._since = at
        self._last = at
        if at - self._since < WATCH:
            return []
        return [shard for shard in found if _lose(shard, now=now)]


def reap(*, now: datetime | None = None) -> list[Shard]:
    """Take silent towers' shards from them; return the shards as they were under the lease."""
    return [shard for shard in silent(now=now) if _lose(shard, now=now)]


def silent(*, now: datetime | None) -> list[Shard]:
    """Return the shards whose leases have ended without a word of their towers."""
    moment = leasing.present(now)
    ended = Shard.objects.filter(state=ShardState.LEASED, leased_until__lt=moment)
    return list(ended.select_related("run"))


def _lose(shard: Shard, *, now: datetime | None) -> bool:
    """Take one shard from its silent tower; False when another was faster, or it came back."""
    report = rescue.last_report(shard)
    moment = now or timezone.now()
    heard = (shard.leased_until or moment) - leasing.LEASE
    losses, since = _counted(shard, moment)
    is_over = losses > MOST_LOSSES or shard.run.state == RunState.STOPPING
    with transaction.atomic():
        still = Shard.objects.filter(
            id=shard.id,
            state=ShardState.LEASED,
            fence=shard.fence,
            leased_until__lt=leasing.present(now),
        )
        taken = still.update(
            tower="",
            leased_until=None,
            fence=F("fence") + 1,
            heard=heard,
            losses=losses,
            losses_since=since,
            lost=f"tower {shard.tower} gave no sign of life since {heard:%H:%M:%S} UTC"[:500],
            **(_end(losses, moment - since) if is_over else _want(moment)),
        )
        if not taken:
            return False
        rescue.keep(shard, report)
        happenings.lost(shard, heard=heard, is_over=is_over)
    logger.warning("tower lost", extra={"tower": shard.tower, "shard": shard.id, "losses": losses})
    if is_over:
        endings.end_run(shard.run_id)
    return True


def _counted(shard: Shard, now: datetime) -> tuple[int, datetime]:
    """Return how many losses these are in a row, and since when."""
    if shard.losses_since is None or now - shard.losses_since > WITHIN:
        return 1, now
    return shard.losses + 1, shard.losses_since


def _want(now: datetime) -> dict[str, object]:
    return {"state": ShardState.WANTED, "wanted_since": now}


def _end(losses: int, took: timedelta) -> dict[str, object]:
    if losses <= MOST_LOSSES:
        return {"state": ShardState.DONE, "outcome": Outcome.STOPPED}
    minutes = max(1.0, took.total_seconds() / 60)
    reason = GIVEN_UP.format(losses=losses, minutes=minutes)
    return {"state": ShardState.DONE, "outcome": Outcome.CUT_OFF, "reason": reason}
