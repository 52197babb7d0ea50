"""Counts what runs use, into one row a run and month.

Rule: a run's counters are sums since its start, so that a look writes what is new since the last
one, under the lock of the run's row: twice is once, and any number of clocks may. What was counted
between two looks is divided by time where a month ends between them.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from web.logs.models import Chunk, RunLog
from web.platform import shared_clock
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.models import ENDED, LIVE, Board, Run, Shard, ShardState
from web.runs.presence import presence_of
from web.usage import counting, holding
from web.usage.counting import NAMES, Counts
from web.usage.holding import Holding
from web.usage.models import Use
from web.usage.months import end_of, pieces

logger = logging.getLogger(__name__)

PORTION = 50  # runs whose reports are fetched at once: some MB
WITHIN = 5.0  # s of the clock's time that one look takes; those that waited longest come first
MOST_MISSED = 200  # ended runs that one look makes up for


def look(
    now: datetime | None = None,
    *,
    within: float = WITHIN,
    clock: Callable[[], float] = monotonic,
) -> int:
    """Count what live runs have used so far; return how many runs were counted.

    Args:
        now: The moment up to which it counts.
        within: Seconds of ``clock`` after which no further portion is begun.
        clock: Seconds of a clock that nobody sets.
    """
    moment, end = now or shared_clock.now(), clock() + within
    runs, held = longest_waiting(), holding.present()
    for start in range(0, len(runs), PORTION):
        if start and clock() >= end:
            logger.warning("not all runs were metered", extra={"left": len(runs) - start})
            return start
        portion = runs[start : start + PORTION]
        reports = reports_of(portion)
        for run in portion:
            meter(run, reports[run.id], held.get(run.id, holding.NOBODY), at=moment)
    return len(runs)


def longest_waiting() -> list[Run]:
    """Return the live runs that have begun, the one that was counted longest ago first."""
    last = Use.objects.filter(run=OuterRef("pk")).order_by("-month").values("until")[:1]
    rows = Run.objects.filter(state__in=LIVE, started_at__isnull=False).select_related("workspace")
    return list(rows.annotate(metered=Subquery(last)).order_by(F("metered").asc(nulls_first=True)))


def settle(run: Run, reports: Sequence[ShardReport]) -> None:
    """Count all of a run that has just ended; in the transaction that ends it.

    Args:
        run: As the database has it: ``ended_at`` is set.
        reports: The last of each shard.
    """
    if run.started_at is not None and run.ended_at is not None:
        meter(run, reports, holding.last(run), at=run.ended_at)


def make_up(*, most: int = MOST_MISSED) -> int:
    """Count ended runs that nobody settled: those of before this was counted; return how many."""
    last = Use.objects.filter(run=OuterRef("pk")).order_by("-month").values("until")[:1]
    rows = Run.objects.filter(state__in=ENDED, started_at__isnull=False, ended_at__isnull=False)
    is_missed = Q(metered=None) | Q(metered__lt=F("ended_at"))
    missed = rows.annotate(metered=Subquery(last)).filter(is_missed)
    runs = list(missed.select_related("workspace").order_by("-id")[:most])
    for start in range(0, len(runs), PORTION):
        portion = runs[start : start + PORTION]
        reports = reports_of(portion)
        for run in portion:
            settle(run, reports[run.id])
    return len(runs)


def reports_of(runs: Sequence[Run]) -> dict[int, list[ShardReport]]:
    """Return the newest report of each shard, by the runs' ids: from Redis, else the database."""
    rows = Shard.objects.filter(run__in=[run.id for run in runs])
    shards = list(rows.only("id", "run_id", "fence", "state"))
    packed = live.fetch([shard for shard in shards if shard.state == ShardState.LEASED])
    rest = [shard.id for shard in shards if shard.id not in packed]
    stored = Board.objects.filter(shard__in=rest).values_list("shard_id", "data")
    packed |= {shard: bytes(data) for shard, data in stored}
    found: dict[int, list[ShardReport]] = defaultdict(list)
    for shard in shards:
        if shard.id in packed:
            found[shard.run_id].append(ShardReport.unpack(packed[shard.id]))
    return found


@transaction.atomic
def meter(run: Run, reports: Sequence[ShardReport], held: Holding, *, at: datetime) -> None:
    """Bring the rows of a run up to a moment; what was counted before stays in its month."""
    Run.objects.filter(id=run.id).update(state=F("state"))  # its row's lock, also on SQLite
    rows = {use.month: use for use in Use.objects.filter(run_code=run.code)}
    known = sum((counts_of(use) for use in rows.values()), counting.NOTHING)
    assert run.started_at is not None
    until = max((use.until for use in rows.values()), default=run.started_at)
    at = max(at, until)
    tower_seconds = known.tower_seconds + held.share * (at - until).total_seconds()
    new = total(run, reports, at=at, tower_seconds=tower_seconds).beyond(known)
    for month, part in counting.divided(new, list(pieces(until, at))):
        use = rows.get(month) or blank(run, month=month)
        counts = counts_of(use) + part
        for name in NAMES:
            setattr(use, name, getattr(counts, name))
        use.until, use.mocks = min(at, end_of(month)), max(use.mocks, run.mocks)
        use.towers = max(use.towers, held.towers)
        use.save()


def counts_of(use: Use) -> Counts:
    """Return the counts of a row."""
    return Counts.of(getattr(use, name) for name in NAMES)


def blank(run: Run, *, month: date) -> Use:
    """Return a row of a run for a month, with nothing in it yet."""
    assert run.started_at is not None
    return Use(
        workspace=run.workspace,
        workspace_code=run.workspace.code,
        workspace_name=run.workspace.name,
        run=run,
        run_code=run.code,
        run_name=run.name,
        started_at=run.started_at,
        month=month,
    )


def total(
    run: Run, reports: Sequence[ShardReport], *, at: datetime, tower_seconds: float
) -> Counts:
    """Return all that a run has used since its start.

    A mock counts for as long as it was to be on, and never for longer than towers held it.
    """
    assert run.started_at is not None
    counts = counting.told(reports)
    elapsed = min(run.duration, max(timedelta(0), at - run.started_at))
    planned = int(presence_of(run).mock_seconds(elapsed.total_seconds()))
    values = {name: getattr(counts, name) for name in NAMES}
    # Those who held it before this was counted said nothing of it.
    values["mock_seconds"] = min(planned, counts.mock_seconds or planned) if reports else 0
    values |= {"log_bytes": log_bytes(run), "tower_seconds": tower_seconds}
    return Counts(**values)


def log_bytes(run: Run) -> int:
    """Return how many bytes a run has written to its log, those that expired included."""
    chunks = Chunk.objects.filter(run=run).aggregate(size=Coalesce(Sum("size"), 0))
    gone = RunLog.objects.filter(run=run).aggregate(size=Coalesce(Max("removed_bytes"), 0))
    return int(chunks["size"] + gone["size"])
