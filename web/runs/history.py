"""A run over time, from wherever its points lie: the run's own rows, its shards' rows, or Redis."""

from collections.abc import Mapping
from math import inf

import numpy as np
from django.db.models import BigIntegerField, F, Value
from django.utils import timezone

from simulator import Second
from web.runs import levels, series
from web.runs.boards import ShardReport
from web.runs.models import Level, Run, Series, Stretch
from web.runs.points import Columns

NOBODY = Value(None, output_field=BigIntegerField())  # in the place of a shard


def points_of(run: Run, reports: Mapping[int, ShardReport], *, after: int = 0) -> list[Second]:
    """Return the run's points in order, the newest of them still growing while it is live.

    Args:
        run: Which run.
        reports: As ``live.reports_of`` gives them; they hold what the database has not.
        after: Unix s; points that begin before are left out.
    """
    if run.started_at is None:
        return []
    step = series.step_of(run.duration)
    if not run.is_live and (row := Series.objects.filter(run=run).first()):
        return [point for point in series.unpack(bytes(row.data)) if point.at >= after]
    return _summed(run, reports, step=step, after=after, before=inf)


def part_of(
    run: Run, reports: Mapping[int, ShardReport], *, after: int, before: int
) -> tuple[list[Second], int]:
    """Return the points from one Unix second to before another, as fine as they are kept.

    Returns:
        The points, and how many seconds each covers.
    """
    if run.started_at is None:
        return [], series.FINEST
    start = int(run.started_at.timestamp())
    after, before = max(after, start), max(before, start + 1)
    step = series.step_for(before - after, level=_level_at(after))
    points = _summed(run, reports, step=step, after=after // step * step, before=before)
    if points or run.is_live:
        return points, step
    kept = [point for point in points_of(run, {}) if after <= point.at < before]
    return kept, series.step_of(run.duration)


def kept(run: Run) -> list[Second]:
    """Return the points of an ended run."""
    return points_of(run, {})


def stretches(run: Run) -> list[Second]:
    """Return the points of all shards that the database has, added up."""
    if run.started_at is None:
        return []
    return _summed(run, {}, step=series.step_of(run.duration), after=0, before=inf)


def _level_at(after: int) -> int:
    """Return the finest level that still has a moment (Unix s)."""
    age = timezone.now().timestamp() - after
    fine = (level for level in series.LEVELS if age <= levels.KEPT.get(level, inf))
    return next(fine, series.LEVELS[-1])


def _summed(
    run: Run, reports: Mapping[int, ShardReport], *, step: int, after: int, before: float
) -> list[Second]:
    assert run.started_at is not None
    origin = int(run.started_at.timestamp())
    rows = _rows(run, level=series.level_of(step), since=max(0, after - origin))
    newest = levels.grouped(rows)
    parts = []
    for shard, first, data in rows:
        columns = Columns.unpack(data)
        if shard is not None and shard in reports and first == newest[shard]:
            columns = columns.kept(~np.isin(columns.at, reports[shard].points.at))  # Redis is later
        parts.append(columns)
    for shard, report in reports.items():
        # All before the newest row is in the database, here or in the run's own rows.
        begun = origin + newest.get(shard, 0)
        parts.append(report.points.kept(report.points.at >= begun))
    points = Columns.joined(parts).summed(step=step, origin=origin)
    return [point for point in points if after <= point.at < before]


def _rows(run: Run, *, level: int, since: int) -> list[tuple[int | None, int, bytes]]:
    """Return shard (None: the run's own), first second and data of rows that end after ``since``.

    In one question, for what is merged meanwhile would be seen twice, or not at all.
    """
    own = Level.objects.filter(run=run, step=level, first__gt=since - level * series.BLOCK)
    shards = Stretch.objects.filter(shard__run=run, first__gt=since - series.FINEST * series.BLOCK)
    rows = own.values_list(NOBODY, "first", "data").union(
        shards.values_list(F("shard_id"), "first", "data"), all=True
    )
    return [(shard, first, bytes(data)) for shard, first, data in rows]
