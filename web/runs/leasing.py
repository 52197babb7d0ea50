"""Who holds which shard. Every change is one conditional UPDATE, so that two towers never share.

Rule: a lease is (shard, tower, fence); what is written under it goes through :func:`held`, which
refuses a stale one. Works alike on SQLite and on Postgres behind a transaction pooler.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from simulator import StaleLease
from web.runs.models import LIVE, Outcome, Run, RunState, Shard, ShardState

LEASE = timedelta(seconds=15)  # a dead tower is noticed this late
RENEW_EVERY = 3.0  # s; four tries before a lease expires
REAP_AFTER = timedelta(seconds=5)  # past the end: towers come back from an outage first
LOOK_AT = 500  # wanted shards that one look takes into account; more than any tower can hold


@dataclass(frozen=True, slots=True)
class Lease:
    """A shard that a tower holds, as it was when it was taken."""

    shard: int  # the row's id
    run: int  # the row's id
    part: int
    first: int
    count: int
    tower: str
    fence: int

    @property
    def name(self) -> str:
        """What the engine calls the shard: different for each lease of it."""
        return f"{self.shard}.{self.fence}"


def lease_shards(tower: str, *, room: int, now: datetime | None = None) -> list[Lease]:
    """Take wanted shards for ``tower``, of all runs in turn, while they fit into ``room`` mocks.

    Args:
        tower: A name that no other tower has or had.
        room: How many mocks the tower can still carry.
        now: The present, for the end of the lease.
    """
    leases = []
    for shard in in_turn(wanted()):
        if shard.count <= room and (lease := take(shard, tower=tower, now=now or timezone.now())):
            leases.append(lease)
            room -= shard.count
    return leases


def wanted() -> list[Shard]:
    """Return shards that nobody holds, oldest run first, at most ``LOOK_AT``."""
    rows = Shard.objects.filter(
        state=ShardState.WANTED, run__state__in=LIVE, run__stop_requested=None, run__deleted=None
    )
    return list(rows.order_by("run__created", "run_id", "number")[:LOOK_AT])


def in_turn(shards: Iterable[Shard]) -> list[Shard]:
    """Return ``shards`` so that each run gets one before any run gets its next."""
    by_run: dict[int, list[Shard]] = defaultdict(list)
    for shard in shards:
        by_run[shard.run_id].append(shard)
    turns = zip_longest(*by_run.values())
    return [shard for turn in turns for shard in turn if shard is not None]


def take(shard: Shard, *, tower: str, now: datetime) -> Lease | None:
    """Take one shard; None when another tower was faster. The run's time begins with its first."""
    with transaction.atomic():
        taken = Shard.objects.filter(
            id=shard.id, state=ShardState.WANTED, fence=shard.fence
        ).update(
            state=ShardState.LEASED, tower=tower, leased_until=now + LEASE, fence=F("fence") + 1
        )
        if not taken:
            return None
        Run.objects.filter(id=shard.run_id, state=RunState.QUEUED).update(
            state=RunState.STARTING, started_at=now, reason=""
        )
    return Lease(
        shard.id, shard.run_id, shard.part, shard.first, shard.count, tower, shard.fence + 1
    )


def renew(tower: str, *, now: datetime | None = None) -> set[tuple[int, int]]:
    """Renew all leases of ``tower``; return (shard, fence) of those that it still holds."""
    mine = Shard.objects.filter(tower=tower, state=ShardState.LEASED)
    mine.update(leased_until=(now or timezone.now()) + LEASE)
    return set(mine.values_list("id", "fence"))


@contextmanager
def held(lease: Lease) -> Iterator[None]:
    """Write under a lease: a transaction that begins with locking the shard's row.

    Raises:
        StaleLease: The tower does not hold the shard any more; nothing is written.
    """
    with transaction.atomic():
        # An UPDATE, not a SELECT FOR UPDATE: it locks the row on Postgres and the file on SQLite.
        if not _row(lease).update(fence=lease.fence):
            raise StaleLease(f"{lease.tower} no longer holds shard {lease.shard}")
        yield


def release(lease: Lease, *, outcome: Outcome, reason: str = "") -> None:
    """End the shard; call :func:`web.runs.endings.end_run` afterwards.

    Raises:
        StaleLease: The tower does not hold the shard any more; nothing is written.
    """
    done = _row(lease).update(
        state=ShardState.DONE, outcome=outcome, reason=reason[:500], leased_until=None
    )
    if not done:
        raise StaleLease(f"{lease.tower} no longer holds shard {lease.shard}")


def give_back(lease: Lease) -> None:
    """Make a shard wanted again that its tower has not begun; a stale lease is let go."""
    _row(lease).update(state=ShardState.WANTED, tower="", leased_until=None)


def close_wanted(run: Run, *, outcome: Outcome, reason: str) -> int:
    """End the shards of a run that nobody holds; return how many they were."""
    return Shard.objects.filter(run=run, state=ShardState.WANTED).update(
        state=ShardState.DONE, outcome=outcome, reason=reason
    )


def reap(*, reason: str, now: datetime | None = None) -> list[Shard]:
    """End the shards whose tower is silent; return them as they were, with the fence of the lease.

    The fence rises, so that the tower finds its lease stale should it wake up.
    """
    late = Q(leased_until__lt=(now or timezone.now()) - REAP_AFTER)
    silent = Shard.objects.filter(late, state=ShardState.LEASED)
    return [shard for shard in silent if _end_silent(shard, late, reason)]


def _end_silent(shard: Shard, late: Q, reason: str) -> bool:
    still = Shard.objects.filter(late, id=shard.id, state=ShardState.LEASED, fence=shard.fence)
    ended = still.update(
        state=ShardState.DONE,
        outcome=Outcome.CUT_OFF,
        reason=reason,
        leased_until=None,
        fence=F("fence") + 1,
    )
    return bool(ended)


def restart(run: Run, numbers: Iterable[int] | None = None) -> list[int]:
    """Take held shards of a live run from their towers, so that others go on with them.

    The fence rises: the tower finds its lease stale within ``RENEW_EVERY`` and lets go.

    Args:
        run: Whose shards.
        numbers: Which; None for all of them.

    Returns:
        The numbers of those that are wanted again now.
    """
    leased = Shard.objects.filter(run=run, state=ShardState.LEASED, run__stop_requested=None)
    if numbers is not None:
        leased = leased.filter(number__in=list(numbers))
    return [shard.number for shard in leased if _taken_away(shard)]


def _taken_away(shard: Shard) -> bool:
    same = Shard.objects.filter(id=shard.id, state=ShardState.LEASED, fence=shard.fence)
    return bool(
        same.update(state=ShardState.WANTED, tower="", leased_until=None, fence=F("fence") + 1)
    )


def _row(lease: Lease) -> QuerySet[Shard]:
    return Shard.objects.filter(
        id=lease.shard, tower=lease.tower, fence=lease.fence, state=ShardState.LEASED
    )
