"""What passes from one tower to the next over the database: checkpoints, and what was told last.

Rule: written inside of ``leasing.held``; read once, by who has just taken the lease.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from simulator import Resume, Second, Told
from web.platform import shared_clock
from web.runs import happenings, leasing, series
from web.runs.boards import ShardReport
from web.runs.leasing import Lease
from web.runs.models import Board, Checkpoint, Run, Stretch

NEWEST = 2  # rows of points that a shard goes on with: one that grows, and one that may still


def hand_back(lease: Lease, *, gives_room: bool = False) -> bool:
    """Let another tower go on with a shard; False: its run is to stop, and nobody goes on."""
    if Run.objects.filter(id=lease.run, stop_requested__isnull=False).exists():
        return False
    leasing.hand_back(lease)
    happenings.moved(lease, gives_room=gives_room)
    return True


@dataclass(frozen=True, slots=True)
class Left:
    """What the towers before left of a shard: all that its next tower needs, and the newest points
    of its series, which that goes on with."""

    resume: Resume
    points: list[Second]


def left_of(leases: Iterable[Lease]) -> dict[int, Left]:
    """Return what the towers before left of shards, by their rows; of one that begins, nothing.

    That they are gone on with is noted last of all, so that whoever fails before may ask again. The
    number of statements does not follow from the number of shards.
    """
    begun = {lease.shard: lease for lease in leases if lease.fence > 1}
    if not begun:
        return {}
    stored = {row.shard_id: row for row in Checkpoint.objects.filter(shard__in=begun)}
    left = {row: lease for row, lease in begun.items() if row in stored or lease.lost}
    told, points = _told_of(left.values()), _points_of(left)
    now = shared_clock.now()
    happenings.went_on({lease: _gap(lease, now) for lease in left.values()})
    return {
        row: Left(_resume(lease, stored.get(row), told.get(row), now), points.get(row, []))
        for row, lease in left.items()
    }


def _gap(lease: Lease, now: datetime) -> float:
    """Return the s since the last word of the tower before."""
    return max(0.0, (now - (lease.heard or now)).total_seconds())


def _resume(lease: Lease, stored: Checkpoint | None, told: Told | None, now: datetime) -> Resume:
    return Resume(
        checkpoint=bytes(stored.data) if stored else b"",
        reason=lease.lost,
        at=(lease.heard or now).timestamp(),
        towers=max(0, lease.fence - (stored.fence if stored else 0) - 1),
        told=told,
    )


def _points_of(shards: Collection[int]) -> dict[int, list[Second]]:
    """Return the newest points of shards' series."""
    turn = Window(RowNumber(), partition_by=F("shard_id"), order_by=F("first").desc())
    newest = Stretch.objects.filter(shard__in=shards).annotate(turn=turn)
    points: dict[int, list[Second]] = defaultdict(list)
    for row in newest.filter(turn__lte=NEWEST):
        points[row.shard_id] += series.unpack(bytes(row.data))
    return points


def _told_of(leases: Iterable[Lease]) -> dict[int, Told]:
    """Return what lost towers told last."""
    lost = [lease.shard for lease in leases if lease.lost]
    boards = Board.objects.filter(shard__in=lost).values_list("shard", "data")
    return {shard: _told(ShardReport.unpack(bytes(data))) for shard, data in boards}


def _told(report: ShardReport) -> Told:
    return Told(
        board=report.mocks,
        reasons=report.reasons,
        total=report.total,
        dropped=report.dropped,
        limited=report.limited,
    )
