"""What of a run over time is kept, and for how long: seconds, tens of seconds, minutes.

Rule: shards store their seconds in rows of their own; what of them cannot change any more is added
to the run's rows, in one transaction, so that each second is in one place or the other.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction

from web.platform import shared_clock
from web.runs import series
from web.runs.models import Level, Run, ShardState, Stretch
from web.runs.points import Columns

logger = logging.getLogger(__name__)

# s that the points of a step are kept after what they tell; those of a minute as long as the run.
KEPT = {1: 60 * 60, 10: 24 * 60 * 60}
MOST_ROWS = 1_500  # of shards that are merged at a time: a minute of 50,000 mocks is 50


class Merged(Exception):
    """Another clock was faster."""


def merge() -> int:
    """Add to the runs' points what their shards have finished; return how many rows."""
    waiting = Stretch.objects.values("shard__run")
    runs = Run.objects.filter(id__in=waiting, started_at__isnull=False)
    return sum(merge_run(run, is_over=not run.is_live) for run in runs)


def merge_run(run: Run, *, is_over: bool = False) -> int:
    """Add to a run's points what its shards have finished; return how many rows.

    Args:
        run: Which run; it has started.
        is_over: No shard will write any more, so that all is finished.
    """
    rows = _finished(run, is_over=is_over) if run.started_at else []
    if not rows:
        return 0
    try:
        with transaction.atomic():
            _add(run, rows)
            if Stretch.objects.filter(id__in=[row.id for row in rows]).delete()[0] != len(rows):
                raise Merged
    except Merged:
        return 0
    return len(rows)


def prune() -> int:
    """Delete points that are finer than their age allows; return how many rows."""
    now = shared_clock.now()
    gone = 0
    for step, kept in KEPT.items():
        before = now - timedelta(seconds=kept + step * series.BLOCK)
        gone += Level.objects.filter(step=step, at__lt=before).delete()[0]
    return gone


def tick() -> None:
    """Do both; the clock calls this."""
    merge()
    prune()


def _finished(run: Run, *, is_over: bool) -> list[Stretch]:
    """Return rows that nobody writes any more: of each shard all but the newest.

    A shard stores whole rows, and goes on to the next one when its second has begun.
    """
    rows = Stretch.objects.filter(shard__run=run).select_related("shard").order_by("first")
    known = list(rows.defer("data").only("first", "shard__state")[: 2 * MOST_ROWS])
    newest: dict[int, int] = {}
    for row in known:
        newest[row.shard_id] = row.first
    done = [
        row
        for row in known
        if is_over or row.first < newest[row.shard_id] or row.shard.state == ShardState.DONE
    ]
    return done[:MOST_ROWS]


def _add(run: Run, rows: Iterable[Stretch]) -> None:
    """Add rows of shards to those of their run, on every level."""
    data = Stretch.objects.filter(id__in=[row.id for row in rows]).values_list("data", flat=True)
    told = Columns.joined(Columns.unpack(bytes(each)) for each in data)
    assert run.started_at is not None
    origin = int(run.started_at.timestamp())
    for step in series.LEVELS:
        for first, columns in _blocks(told, step=step, origin=origin).items():
            _add_block(run, columns, step=step, first=first, origin=origin)


def _blocks(told: Columns, *, step: int, origin: int) -> Mapping[int, Columns]:
    """Return the points by the row that they belong to, which begins so many s into the run."""
    length = step * series.BLOCK
    firsts = (told.at - origin) // length * length
    return {first: told.kept(firsts == first) for first in sorted(set(firsts.tolist()))}


def _add_block(run: Run, columns: Columns, *, step: int, first: int, origin: int) -> None:
    row = Level.objects.filter(run=run, step=step, first=first).first()
    before = [Columns.unpack(bytes(row.data))] if row else []
    points = Columns.joined([*before, columns]).summed(step=step, origin=origin)
    assert run.started_at is not None
    at = run.started_at + timedelta(seconds=first)
    Level.objects.update_or_create(
        run=run, step=step, first=first, defaults={"data": series.pack(points), "at": at}
    )


def grouped(rows: Iterable[tuple[int | None, int, bytes]]) -> dict[int, int]:
    """Return the first second (of the run) of each shard's newest row."""
    newest: dict[int, int] = defaultdict(int)
    for shard, first, _ in rows:
        if shard is not None:
            newest[shard] = max(newest[shard], first)
    return dict(newest)
