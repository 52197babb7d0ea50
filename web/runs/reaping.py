"""Finds the shards whose towers are silent, and lets others go on with them.

Rule: whoever looks may do it, any number at once: every change is a conditional one. Nobody is
declared lost by who has not watched for a while in which the database answered, and took what it
was told: after an outage all are silent, and so they are while its disk is full.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from web.platform import shared_clock
from web.runs import endings, happenings, leasing, live, rescue
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
TOGETHER = 50  # shards of a tower that are taken from it in one transaction
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
            return _lose(self._watch(quiet(now=now)), now=now)
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
    return _lose([each.shard for each in quiet(now=now) if each.is_over], now=now)


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


@dataclass(frozen=True, slots=True)
class _Loss:
    """What becomes of shards whose tower was lost; shards of one tower mostly share it."""

    tower: str
    heard: datetime  # the tower's last word
    losses: int  # one after the other
    since: datetime  # of the first of them
    is_over: bool  # nobody goes on

    @classmethod
    def of(cls, shard: Shard, now: datetime) -> "_Loss":
        heard = (shard.leased_until or now) - leasing.LEASE
        losses, since = 1, now
        if shard.losses_since is not None and now - shard.losses_since <= WITHIN:
            losses, since = shard.losses + 1, shard.losses_since
        is_over = losses > MOST_LOSSES or shard.run.state == RunState.STOPPING
        return cls(shard.tower, heard, losses, since, is_over)

    def columns(self, now: datetime) -> dict[str, object]:
        """Return what the rows say of it from ``now`` on."""
        words = f"tower {self.tower} gave no sign of life since {self.heard:%H:%M:%S} UTC"
        return {
            "tower": "",
            "leased_until": None,
            "fence": F("fence") + 1,
            "heard": self.heard,
            "losses": self.losses,
            "losses_since": self.since,
            "lost": words[:500],
            **(_end(self.losses, now - self.since) if self.is_over else _want(now)),
        }


def _lose(found: Iterable[Shard], *, now: datetime | None) -> list[Shard]:
    """Take shards from their silent towers; return those of which no other was faster, nor their
    own tower."""
    by_tower: dict[str, list[Shard]] = defaultdict(list)
    for shard in found:
        by_tower[shard.tower].append(shard)
    return [
        shard
        for shards in by_tower.values()
        for start in range(0, len(shards), TOGETHER)
        for shard in _lose_together(shards[start : start + TOGETHER], now=now)
    ]


def _lose_together(shards: Sequence[Shard], *, now: datetime | None) -> list[Shard]:
    """Take shards of one tower from it, in one transaction; return those that it did not have
    again, nor another."""
    told = live.fetch(shards)
    moment = now or shared_clock.now()
    with transaction.atomic():
        lost = _locked(shards)
        losses: dict[_Loss, list[Shard]] = defaultdict(list)
        for shard in lost:
            losses[_Loss.of(shard, moment)].append(shard)
        for loss, struck in losses.items():
            rows = Shard.objects.filter(id__in=[each.id for each in struck])
            rows.update(**loss.columns(moment))
            happenings.lost(struck, heard=loss.heard, is_over=loss.is_over)
        rescue.keep(lost, told)
    for shard in lost:
        logger.warning("tower lost", extra={"tower": shard.tower, "shard": shard.id})
    for run in {each.run_id for loss, struck in losses.items() if loss.is_over for each in struck}:
        endings.end_run(run)
    return lost


def _locked(shards: Sequence[Shard]) -> list[Shard]:
    """Lock the rows of shards whose leases are as they were; whose row another has locked, has
    not been silent, and is left to the next look."""
    rows = Shard.objects.filter(id__in=[each.id for each in shards], state=ShardState.LEASED)
    free = rows.order_by("id").select_for_update(no_key=True, skip_locked=True)
    same = set(free.values_list("id", "fence", "leased_until"))  # it was not renewed since
    return [each for each in shards if (each.id, each.fence, each.leased_until) in same]


def _want(now: datetime) -> dict[str, object]:
    return {"state": ShardState.WANTED, "wanted_since": now}


def _end(losses: int, took: timedelta) -> dict[str, object]:
    if losses <= MOST_LOSSES:
        return {"state": ShardState.DONE, "outcome": Outcome.STOPPED}
    minutes = max(1.0, took.total_seconds() / 60)
    reason = GIVEN_UP.format(losses=losses, minutes=minutes)
    return {"state": ShardState.DONE, "outcome": Outcome.CUT_OFF, "reason": reason}
