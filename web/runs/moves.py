"""What passes from one tower to the next over the database: checkpoints, and what was told last.

Rule: written inside of ``leasing.held``; read once, by who has just taken the lease.
"""

from simulator import Resume, Second, Told
from web.platform import shared_clock
from web.runs import happenings, leasing, series
from web.runs.boards import ShardReport
from web.runs.leasing import Lease
from web.runs.models import Board, Checkpoint, Run, Stretch


def hand_back(lease: Lease, *, gives_room: bool = False) -> bool:
    """Let another tower go on with a shard; False: its run is to stop, and nobody goes on."""
    if Run.objects.filter(id=lease.run, stop_requested__isnull=False).exists():
        return False
    leasing.hand_back(lease)
    happenings.moved(lease, gives_room=gives_room)
    return True


def resume_of(lease: Lease) -> Resume | None:
    """Return what the towers before left of a shard; None: it begins here."""
    stored = Checkpoint.objects.filter(shard=lease.shard).first()
    if stored is None and not lease.lost:
        return None
    now = shared_clock.now()
    heard = lease.heard or now
    gap = (now - heard).total_seconds()
    happenings.went_on(lease, gap=max(0.0, gap))
    return Resume(
        checkpoint=bytes(stored.data) if stored else b"",
        reason=lease.lost,
        at=heard.timestamp(),
        towers=max(0, lease.fence - (stored.fence if stored else 0) - 1),
        told=_told(lease) if lease.lost else None,
    )


def points_of(lease: Lease) -> list[Second]:
    """Return the newest points of a shard's series, which this tower goes on with."""
    rows = Stretch.objects.filter(shard=lease.shard).order_by("-first")[:2]
    return [point for row in rows for point in series.unpack(bytes(row.data))]


def _told(lease: Lease) -> Told | None:
    board = Board.objects.filter(shard=lease.shard).first()
    if board is None:
        return None
    report = ShardReport.unpack(bytes(board.data))
    return Told(
        board=report.mocks,
        reasons=report.reasons,
        total=report.total,
        dropped=report.dropped,
        limited=report.limited,
    )
