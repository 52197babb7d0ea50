"""Keeps what a silent tower told last: Redis may have it, the database is up to 10 s behind."""

from datetime import UTC, datetime

from web.runs import live, series
from web.runs.boards import ShardReport
from web.runs.models import Board, Run, Shard, Stretch
from web.runs.trail import Trail


def last_report(shard: Shard) -> bytes | None:
    """Return what Redis has of a shard; None: nothing, or it does not answer.

    Args:
        shard: As it was under the lease, for its fence names the report.
    """
    return live.fetch([shard]).get(shard.id)


def keep(shard: Shard, data: bytes | None) -> None:
    """Write a report that ``last_report`` returned; inside of a transaction."""
    if data is None:
        return
    report = ShardReport.unpack(data)
    board = {"at": datetime.fromtimestamp(report.at, UTC), "data": data}
    Board.objects.update_or_create(shard_id=shard.id, defaults=board)
    keep_points(shard, report)


def keep_points(shard: Shard, report: ShardReport) -> None:
    """Write the points that the database does not have, over those that it has half."""
    run = Run.objects.get(id=shard.run_id)
    if run.started_at is None:
        return
    trail = Trail(step=series.FINEST, start=run.started_at.timestamp())
    trail.add(report.recent)
    for first, points in trail.blocks().items():
        row = Stretch.objects.filter(shard_id=shard.id, first=first).first()
        known = {point.at: point for point in (series.unpack(bytes(row.data)) if row else [])}
        known |= {point.at: point for point in points.summed(step=1, origin=0)}
        data = series.pack([known[at] for at in sorted(known)])
        Stretch.objects.update_or_create(shard_id=shard.id, first=first, defaults={"data": data})
