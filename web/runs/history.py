"""A run over time, from wherever its points lie: the run's own row, its shards' rows, or Redis."""

from collections import defaultdict

from simulator import Second
from web.runs import series
from web.runs.boards import ShardReport
from web.runs.models import Run, Series, Stretch


def points_of(run: Run, reports: dict[int, ShardReport], *, after: int = 0) -> list[Second]:
    """Return the run's points in order, the newest of them still growing while it is live.

    Args:
        run: Which run.
        reports: As ``live.reports_of`` gives them; they hold what the database has not.
        after: Unix s; points that begin before are left out.
    """
    if run.started_at is None:
        return []
    if not run.is_live:
        return [point for point in kept(run) if point.at >= after]
    start = run.started_at.timestamp()
    since = max(0, after - int(start))
    shards = stored(run, after=since)
    for shard, report in reports.items():
        shards[shard] |= {point.at: point for point in report.recent}
    points = [p for shard in shards.values() for p in shard.values() if p.at >= after]
    return series.points_of(points, step=series.step_of(run.duration), start=start)


def kept(run: Run) -> list[Second]:
    """Return the points of an ended run."""
    row = Series.objects.filter(run=run).first()
    return series.unpack(bytes(row.data)) if row else []


def stored(run: Run, *, after: int = 0) -> dict[int, dict[int, Second]]:
    """Return the points of each shard (the row's id) that the database has, by their beginning.

    Args:
        run: Which run.
        after: Seconds since its start; rows that end before are not read.
    """
    block = series.step_of(run.duration) * series.BLOCK
    rows = Stretch.objects.filter(shard__run=run, first__gt=after - block)
    shards: dict[int, dict[int, Second]] = defaultdict(dict)
    for shard, data in rows.values_list("shard_id", "data"):
        shards[shard] |= {point.at: point for point in series.unpack(bytes(data))}
    return shards


def stretches(run: Run) -> list[Second]:
    """Return the points of all shards that the database has, added up."""
    if run.started_at is None:
        return []
    points = [point for shard in stored(run).values() for point in shard.values()]
    start = run.started_at.timestamp()
    return series.points_of(points, step=series.step_of(run.duration), start=start)
