"""Who holds which shard. Every change is one conditional UPDATE, so that two towers never share.

Rule: a lease is (shard, tower, fence); what is written under it goes through :func:`held`, which
refuses a stale one. Works alike on SQLite and on Postgres behind a transaction pooler.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import Now, RowNumber

from simulator import StaleLease
from web.platform import shared_clock
from web.runs.models import LIVE, Outcome, Run, RunState, Shard, ShardState
from web.runs.turns import Room, Running, in_turn, is_forsaken, is_owed, reserve_for

# A dead tower is noticed this late; together with the clock's look and the start of another tower
# it makes the 20 s after which its mocks send again.
LEASE = timedelta(seconds=10)
RENEW_EVERY = 2.5  # s; three tries before a lease expires
LOOK_AT = 500  # wanted shards that one look takes into account; more than any tower can hold
LOOK_AT_OF_A_RUN = 30  # so that a run with thousands hides no other


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
    number: int = 0  # in its run
    rate: float = 0.0  # messages/s at most
    lost: str = ""  # why the tower before was lost; empty: there was none, or it handed over
    heard: datetime | None = None  # that tower's last word

    @property
    def name(self) -> str:
        """What the engine calls the shard: different for each lease of it."""
        return f"{self.shard}.{self.fence}"


def lease_shards(
    tower: str, *, room: Room | int, now: datetime | None = None, first: int | None = None
) -> list[Lease]:
    """Take wanted shards for ``tower``, of all workspaces in turn, while they fit.

    Args:
        tower: A name that no other tower has or had.
        room: What the tower can still carry; a number is of mocks.
        now: The present, for the end of the lease; the database's own if not given.
        first: The row of a shard that comes before all others: room was made for it.
    """
    left = Room(room) if isinstance(room, int) else room
    if not is_any_wanted():
        return []
    shards = wanted()
    moment = now or shared_clock.now()
    running = Running.now()
    leases = []
    for shard in sorted(in_turn(shards, running.mocks), key=lambda shard: shard.id != first):
        owed = is_owed(shard, running, now=moment)
        if left.is_late and not (owed or is_forsaken(shard, now=moment)):
            continue
        reserve = reserve_for(shard, running.mocks, capacity=left.capacity, now=moment)
        if not left.takes(shard, reserve=reserve, is_owed=owed):
            continue
        if lease := take(shard, tower=tower, now=now):
            leases.append(lease)
            left = left.after(shard)
            running.add(shard)
    return leases


def is_any_wanted() -> bool:
    """Whether any shard waits for a tower: a tenth of the CPU of looking at them."""
    return Shard.objects.filter(state=ShardState.WANTED).exists()


def wanted() -> list[Shard]:
    """Return shards that nobody holds, each run's first ones, at most ``LOOK_AT``."""
    turn = Window(RowNumber(), partition_by=F("run_id"), order_by=F("number").asc())
    ordered = _wanted().select_related("run").annotate(turn=turn).filter(turn__lte=LOOK_AT_OF_A_RUN)
    return list(ordered.order_by("turn", "run__created", "run_id")[:LOOK_AT])


def wanted_load() -> tuple[int, float]:
    """Return how many mocks nobody holds, and the messages/s that they send at most."""
    sums = _wanted().aggregate(mocks=Sum("count"), rate=Sum("rate"))
    return sums["mocks"] or 0, sums["rate"] or 0.0


def first_wanted(since: datetime) -> list[Shard]:
    """Return the first shard of each run that waits since before then, at most ``LOOK_AT``."""
    turn = Window(RowNumber(), partition_by=F("run_id"), order_by=F("number").asc())
    first = _wanted().filter(wanted_since__lt=since).annotate(turn=turn).filter(turn=1)
    return list(first.select_related("run").order_by("wanted_since", "id")[:LOOK_AT])


def _wanted() -> QuerySet[Shard]:
    return Shard.objects.filter(
        state=ShardState.WANTED, run__state__in=LIVE, run__stop_requested=None, run__deleted=None
    )


def present(now: datetime | None) -> datetime | Now:
    """Return what leases are timed by: the database's clock, which is the same to all towers."""
    return now or Now()


def take(shard: Shard, *, tower: str, now: datetime | None = None) -> Lease | None:
    """Take one shard; None when another tower was faster. The run's time begins with its first."""
    if not _taken(shard, tower, present(now)):
        return None
    return Lease(
        shard=shard.id,
        run=shard.run_id,
        part=shard.part,
        first=shard.first,
        count=shard.count,
        tower=tower,
        fence=shard.fence + 1,
        number=shard.number,
        rate=shard.rate,
        lost=shard.lost,
        heard=shard.heard,
    )


def _taken(shard: Shard, tower: str, now: datetime | Now) -> bool:
    """Take the row, and begin its run; one statement where that has begun, for it stays so."""
    same = Shard.objects.filter(id=shard.id, state=ShardState.WANTED, fence=shard.fence)
    word = {"state": ShardState.LEASED, "tower": tower, "leased_until": now + LEASE}
    if shard.run.state != RunState.QUEUED:
        return bool(same.update(**word, fence=F("fence") + 1))
    with transaction.atomic():
        taken = bool(same.update(**word, fence=F("fence") + 1))
        if taken:
            Run.objects.filter(id=shard.run_id, state=RunState.QUEUED).update(
                state=RunState.STARTING, started_at=now, reason=""
            )
    return taken


def renew(tower: str, *, now: datetime | None = None) -> set[tuple[int, int]]:
    """Renew all leases of ``tower``; return (shard, fence) of those that it still holds."""
    mine = Shard.objects.filter(tower=tower, state=ShardState.LEASED)
    mine.update(leased_until=present(now) + LEASE)
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


@contextmanager
def held_among(leases: Sequence[Lease]) -> Iterator[set[Lease]]:
    """Write under several leases of one tower: a transaction that begins with locking their rows.

    Yields:
        Those that the tower holds; under any other nothing is to be written.
    """
    with transaction.atomic():  # SQLite locks its file here, Postgres each row below
        rows = Shard.objects.filter(id__in=[each.shard for each in leases]).order_by("id")
        locked = rows.filter(state=ShardState.LEASED).select_for_update(no_key=True)
        mine = set(locked.values_list("id", "tower", "fence"))
        yield {each for each in leases if (each.shard, each.tower, each.fence) in mine}


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
    _row(lease).update(state=ShardState.WANTED, tower="", leased_until=None, wanted_since=Now())


def hand_back(lease: Lease) -> None:
    """Make a shard wanted again whose checkpoint is stored; inside of :func:`held`."""
    _row(lease).update(
        state=ShardState.WANTED,
        tower="",
        leased_until=None,
        wanted_since=Now(),
        lost="",
        heard=Now(),
        losses=0,
        losses_since=None,
    )


def close_wanted(run: Run, *, outcome: Outcome, reason: str) -> int:
    """End the shards of a run that nobody holds; return how many they were."""
    return Shard.objects.filter(run=run, state=ShardState.WANTED).update(
        state=ShardState.DONE, outcome=outcome, reason=reason
    )


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
        same.update(
            state=ShardState.WANTED,
            tower="",
            leased_until=None,
            fence=F("fence") + 1,
            lost=f"it was taken from tower {shard.tower} to be restarted"[:500],
            heard=Now(),
            wanted_since=Now(),
        )
    )


def _row(lease: Lease) -> QuerySet[Shard]:
    return Shard.objects.filter(
        id=lease.shard, tower=lease.tower, fence=lease.fence, state=ShardState.LEASED
    )
