"""Keeps what silent towers told last: Redis may have it, the database is up to 10 s behind.

Rule: the number of statements does not follow from the number of shards.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from web.runs import saving, series
from web.runs.boards import ShardReport
from web.runs.models import Board, Shard, Stretch
from web.runs.points import Columns
from web.runs.trail import Trail


def keep(shards: Iterable[Shard], told: Mapping[int, bytes]) -> None:
    """Write what ``live.fetch`` returned of shards as they were under their leases, with their
    runs; inside of the transaction that takes them away."""
    reports = {each: ShardReport.unpack(told[each.id]) for each in shards if each.id in told}
    if not reports:
        return
    saving.put_boards(
        [
            Board(shard=each, at=datetime.fromtimestamp(report.at, UTC), data=told[each.id])
            for each, report in reports.items()
        ]
    )
    _keep_points(reports)


def _keep_points(reports: Mapping[Shard, ShardReport]) -> None:
    """Write the points that the database does not have, over those that it has half."""
    newer = {
        (each.id, first): points
        for each, report in reports.items()
        for first, points in _blocks(each, report).items()
    }
    firsts = {first for _, first in newer}
    rows = Stretch.objects.filter(shard__in=[each.id for each in reports], first__in=firsts)
    known = {(row.shard_id, row.first): bytes(row.data) for row in rows}
    saving.put_points(
        [
            Stretch(shard_id=shard, first=first, data=_over(known.get((shard, first)), points))
            for (shard, first), points in newer.items()
        ]
    )


def _blocks(shard: Shard, report: ShardReport) -> dict[int, Columns]:
    """Return the newest points of a shard as its rows have them."""
    if shard.run.started_at is None:
        return {}
    trail = Trail(step=series.FINEST, start=shard.run.started_at.timestamp())
    trail.add(report.recent)
    return trail.blocks()


def _over(data: bytes | None, points: Columns) -> bytes:
    """Return a row with points in the place of those that it has of the same seconds."""
    known = {point.at: point for point in (series.unpack(data) if data else [])}
    known |= {point.at: point for point in points.summed(step=1, origin=0)}
    return series.pack([known[at] for at in sorted(known)])
