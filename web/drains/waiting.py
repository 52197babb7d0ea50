"""What waits to be sent by a drain: index rows of chunks past its place, run by run.

Rule: the place is kept by shard, as lease and number of the last chunk that went out: a shard's
chunks become visible in this order, for each is written under the lock of the shard's row, while
those of several shards need not. One that was merged of others stands where the last of them stood,
so that what went out is not sent again, and nothing that did not is passed over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from web.drains.models import NOWHERE, Drain, Progress
from web.logs.models import Chunk
from web.lots.tags import needle
from web.runs.models import Run

MOST_CHUNKS = 100  # that are looked up at once
MOST_RUNS = 200  # whose records are counted for the lag; each is a query


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a drain is behind."""

    records: int = 0
    oldest: datetime | None = None  # when the oldest of them was sent
    runs: int = 0  # that have some
    is_whole: bool = True  # else there are more runs than are counted

    def age(self, now: datetime) -> timedelta:
        """Return how long the oldest has been waiting; 0 when none waits."""
        return max(timedelta(0), now - self.oldest) if self.oldest else timedelta(0)


def runs_for(drain: Drain) -> QuerySet[Run]:
    """Return the runs of which a drain may have something to send, the oldest first.

    Those that were live when it was made, or began later, or were asked for, and are not wholly
    sent.
    """
    known = Progress.objects.filter(drain=drain, run=OuterRef("pk"))
    asked = Exists(known.filter(is_asked=True))
    recent = Q(ended_at=None) | Q(ended_at__gte=drain.created)
    own = Run.objects.filter(workspace=drain.workspace_id, deleted=None)
    wanted = asked | (recent & Q(id__in=chosen(drain, own).values("id")))
    runs = own.filter(wanted, ~Exists(known.filter(is_done=True)))
    return runs.select_related("workspace").order_by("created", "id")


def chosen(drain: Drain, runs: QuerySet[Run]) -> QuerySet[Run]:
    """Return those of ``runs`` whose lot or tag the drain takes; all, where it names none."""
    if lots := list(drain.lots.values_list("id", flat=True)):
        runs = runs.filter(lot__in=lots)
    if drain.tag_list:
        has_one = Q()
        for tag in drain.tag_list:
            has_one |= Q(tags__contains=needle(tag))
        runs = runs.filter(has_one)
    return runs


def progress_of(drain: Drain, run: Run) -> Progress:
    """Return how far the drain is with a run; a new row for one that has none."""
    return Progress.objects.get_or_create(drain=drain, run=run)[0]


def chunks_after(progress: Progress) -> QuerySet[Chunk]:
    """Return the chunks of the run that are past its place, in the order in which they came."""
    rows = Chunk.objects.filter(past(progress), run=progress.run_id).select_related("shard")
    return rows.order_by("fence", "through", "id")


def past(progress: Progress) -> Q:
    """Return what a chunk's row says that has not gone out."""
    if not progress.places:
        return Q()
    waits = ~Q(shard_id__in=[int(shard) for shard in progress.places])
    for shard, (fence, number, _, _) in progress.places.items():
        later = Q(fence__gt=fence) | Q(fence=fence, through__gt=number)
        waits |= Q(shard_id=int(shard)) & later
    return waits


def places(shard: int) -> list[tuple[int, int]]:
    """Return up to where drains have sent a shard (its row's id): lease and number, of each one.

    Chunks on both sides of a place are not merged, or what is before it would go out again.
    """
    rows = Progress.objects.filter(run__shards=shard, is_done=False).values_list(
        "places", flat=True
    )
    found = [places.get(str(shard), NOWHERE) for places in rows]
    return [(fence, number) for fence, number, *_ in found]


def lag_of(drain: Drain) -> Lag:
    """Return what waits, of at most ``MOST_RUNS`` runs.

    A query for each run of which some has gone out, and one for all others.
    """
    runs = list(runs_for(drain)[: MOST_RUNS + 1])
    begun = Progress.objects.filter(drain=drain, run__in=runs[:MOST_RUNS])
    partly = [progress for progress in begun if progress.places]
    whole = {run.id for run in runs[:MOST_RUNS]} - {progress.run_id for progress in partly}
    waits = [*_waiting(Q(run__in=whole)), *(row for each in partly for row in _waiting_of(each))]
    return Lag(
        records=sum(rows for rows, _ in waits),
        oldest=min((first for _, first in waits), default=None),
        runs=sum(bool(rows) for rows, _ in waits),
        is_whole=len(runs) <= MOST_RUNS,
    )


def _waiting_of(progress: Progress) -> QuerySet[Chunk, tuple[int, datetime]]:
    return _waiting(Q(run=progress.run_id) & past(progress))


def _waiting(condition: Q) -> QuerySet[Chunk, tuple[int, datetime]]:
    """Return (records, begin of the first) of each run with chunks that fulfil a condition."""
    chunks = Chunk.objects.filter(condition).order_by().values("run")
    found = chunks.annotate(records=Sum("rows"), begin=Min("first"))
    return found.values_list("records", "begin")


def due(now: datetime | None = None) -> QuerySet[Drain]:
    """Return the drains that nobody ships and that may be tried now."""
    moment = now or timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=moment)
    rested = Q(next_try=None) | Q(next_try__lte=moment)
    rows = Drain.objects.filter(free, rested, paused=None, workspace__deleted=None)
    return rows.order_by(F("asked").asc(nulls_first=True), "id")
