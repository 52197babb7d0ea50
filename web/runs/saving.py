"""Writes what a tower holds into the database: of all shards whose turn it is, in one transaction.

Rule: the number of statements follows from neither shards nor mocks; under a lease that is stale
nothing is written, whatever becomes of the others.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from web.runs import leasing, moves
from web.runs.holding import Held
from web.runs.models import Board, Checkpoint, Outcome, Stretch


def save(several: Sequence[Held]) -> list[Held]:
    """Write boards, points and checkpoints of shards of one tower; return those that it lost.

    A shard that moves is wanted again from then on; where its run is to stop, it has an ``end``.

    Raises:
        DatabaseError: The database does not answer; nothing is written.
    """
    with leasing.held_among([held.lease for held in several]) as mine:
        kept = [held for held in several if held.lease in mine]
        told = [held for held in kept if held.report]
        _save_checkpoints(held for held in kept if held.checkpoint)
        _save_boards(told)
        _save_points(told)
        for held in told:
            if held.is_moved and not moves.hand_back(held.lease, gives_room=held.gives_room):
                held.is_moved, held.end = False, (Outcome.STOPPED, "")
    return [held for held in several if held.lease not in mine]


def _save_checkpoints(several: Iterable[Held]) -> None:
    rows = []
    for held in several:
        assert held.checkpoint is not None
        at, data = held.checkpoint
        rows.append(
            Checkpoint(shard_id=held.lease.shard, fence=held.lease.fence, at=_moment(at), data=data)
        )
    if rows:
        Checkpoint.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["shard"],
            update_fields=["fence", "at", "data"],
        )


def _save_boards(several: Sequence[Held]) -> None:
    """Write boards, and the ids of mocks the first time: they never change."""
    for is_first, fields in ((True, ["at", "data", "identities"]), (False, ["at", "data"])):
        rows = [
            Board(
                shard_id=held.lease.shard,
                at=_moment(held.report.at),
                data=held.packed(),
                identities=held.identities,
            )
            for held in several
            if held.report and held.is_saved is not is_first
        ]
        put_boards(rows, fields=fields)


def _save_points(several: Iterable[Held]) -> None:
    put_points(
        [
            Stretch(shard_id=held.lease.shard, first=first, data=points.pack_quickly())
            for held in several
            for first, points in held.trail.blocks().items()
        ]
    )


def put_boards(rows: Sequence[Board], *, fields: Sequence[str] = ("at", "data")) -> None:
    """Write boards in one statement, of those that are there only ``fields``."""
    if rows:
        Board.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["shard"], update_fields=fields
        )


def put_points(rows: Sequence[Stretch]) -> None:
    """Write rows of points in one statement, over those that are there."""
    if rows:
        Stretch.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["shard", "first"], update_fields=["data"]
        )


def _moment(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
