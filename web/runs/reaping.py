"""Finds the shards whose towers are silent, and lets others go on with them.

Rule: whoever looks may do it, any number at once: every change is a conditional one. Nobody is
declared lost by who has not watched for a while in which the database answered, and took what it
was told: after an outage all are silent, and so they are while its disk is full.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from web.platform import shared_clock
from web.runs import endings, happenings, leasing, rescue
from web.runs.models import Outcome, RunState, Shard, ShardState

logger = logging.getLogger(__name__)

# s that a lease has to have been watched without a renewal; towers renew within 3 s of an outage's
# end.
WATCH = 6.0
BREAK = 7.0  # s between two looks that still are one watch; the clock has other ticks too
# After its last renewal a lease is watched from here on: one renewal was left out. When it ends it
# has then been watched for ``WATCH``.
QUIET = timedelta(seconds=1.6 * leasing.RENEW_EVERY)
# From now to the end of a lease that was given before the database's own date was put back.
UNLIKELY = leasing.LEASE + timedelta(seconds=2)
MOST_LOSSES = 5  # of a shard one after the other; what kills that many towers would kill all
WITHIN = timedelta(minutes=10)  # in which they count
GIVEN_UP = (
    "Its tower was lost {losses} times within {minutes:.0f} minutes, so it was not started again. "
    "What was sent until then is in the log."
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """A shard whose tower has not renewed its lease when it should have."""

    shard: Shard
    is_over: bool  # the lease has ended, too

    @property
    def lease(self) -> tuple[int, int, datetime | None]:
        """What differs once it is renewed, or another tower's."""
        return self.shard.id, self.shard.fence, self.shard.leased_until


class Reaper:
    """One process's watch over leases. Times of ``clock`` are s that nobody sets."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._watched: dict[tuple[int, int, datetime | None], float] = {}  # leases, since when

    def look(self, *, now: datetime | None = None) -> list[Shard]:
        """Let others go on with the shards of silent towers; return these as they were.

        To be called every few seconds. A look that the database does not answer is none, and so is
        one of which it takes no note.

        Raises:
            DatabaseError: It does not answer, or takes nothing.
        """
        try:
            found = self._watch(quiet(now=now))
            return [shard for shard in found if _lose(shard, now=now)]
        except DatabaseError:
            self._watched.clear()
            raise

    def _watch(self, found: Sequence[Quiet]) -> list[Shard]:
        """Take note of quiet shards; return those that were so for long enough."""
        at = self._clock()
        known = self._watched if at - self._last <= BREAK else {}
        self._last = at
        if new := [each for each in found if each.lease not in known]:
            _probe(new[0].shard)
        self._watched = {each.lease: known.get(each.lease, at) for each in found}
        return [
            each.shard for each in found if each.is_over and at - self._watched[each.lease] >= WATCH
        ]


def reap(*, now: datetime | None = None) -> list[Shard]:
    """Take silent towers' shards from them; return the shards as they were under the lease."""
    found = [each.shard for each in quiet(now=now) if each.is_over]
    return [shard for shard in found if _lose(shard, now=now)]


def quiet(*, now: datetime | None = None) -> list[Quiet]:
    """Return the shards whose towers have left out a renewal, or more."""
    moment = leasing.present(now)
    is_over = Q(leased_until__lt=moment) | Q(leased_until__gt=moment + UNLIKELY)
    is_quiet = is_over | Q(leased_until__lt=moment + (leasing.LEASE - QUIET))
    rows = Shard.objects.filter(is_quiet, state=ShardState.LEASED).select_related("run")
    told = rows.annotate(is_over=ExpressionWrapper(is_over, output_field=BooleanField()))
    return [Quiet(shard, shard.is_over) for shard in told]


def _probe(shard: Shard) -> None:
    """Write a row anew as it is: where the disk is full that is refused, though all can be read.

    Raises:
        DatabaseError: It is refused.
    """
    Shard.objects.filter(id=shard.id, fence=shard.fence).update(fence=F("fence"))


def _lose(shard: Shard, *, now: datetime | None) -> bool:
    """Take one shard from its silent tower; False when another was faster, or it came back."""
    report = rescue.last_report(shard)
    moment = now or shared_clock.now()
    heard = (shard.leased_until or moment) - leasing.LEASE
    losses, since = _counted(shard, moment)
    is_over = losses > MOST_LOSSES or shard.run.state == RunState.STOPPING
    with transaction.atomic():
        still = Shard.objects.filter(
            id=shard.id,
            state=ShardState.LEASED,
            fence=shard.fence,
            leased_until=shard.leased_until,  # it was not renewed since
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
