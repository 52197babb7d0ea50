"""What a tower tells of a shard.

Rule: a value; what it holds is the receiver's, the shard goes on with its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simulator.faults import Span
from simulator.fleet.whereabouts import Places
from simulator.recording import Board, Limited, Reason, Second, new_board
from simulator.tower.assignment import Assignment
from simulator.tower.parts import Parts

State = Literal["running", "ended", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One shard at one moment.

    ``t`` is Unix seconds. ``statuses`` and ``reasons`` are what ``board`` points into. ``seconds``
    are those that ended since the last snapshot, ``total`` is all since the start. ``error`` is why
    the shard ended early by our own fault or a stale lease; empty otherwise. ``dropped`` counts
    records that no chunk will hold. ``identities`` are the mocks' own, by row. An ``ended``
    snapshot is the shard's last, and comes once: its records are in the store, or dropped.
    ``faults`` are those on purpose that began, the last ones, in s since the run's start, and after
    them the orders that were obeyed, whose places begin with ``order.``.
    ``lot`` is the lot's name, ``run`` the run's code, empty on the command line.
    A ``moved`` one is a shard's last here, for it goes on elsewhere from its ``checkpoint``; in
    others a checkpoint comes now and then, and is empty else.
    ``tail`` are the records since the last snapshot that somebody watches, as ``recording.tailing``
    copies them, and ``tail_left_out`` counts those that were too many.
    ``places`` is where mocks were last, a row a mock: latitude and longitude in degrees (float32),
    nan where that is not known; None where their definition says nothing of it.
    ``limited`` says since when the generator itself limited the run; None: it never did.
    """

    shard: str
    t: float
    board: Board
    statuses: tuple[str, ...]
    reasons: list[Reason]
    seconds: list[Second]
    total: Second
    state: State
    error: str
    dropped: int
    identities: Sequence[str] = ()
    faults: tuple[Span, ...] = ()
    limited: Limited | None = None
    lot: str = ""
    run: str = ""
    checkpoint: bytes = b""
    tail: Sequence[dict[str, Any]] = ()
    tail_left_out: int = 0
    places: Places | None = None


def snapshot_of(
    parts: Parts,
    *,
    t: float,
    state: State,
    error: str,
    dropped: int,
    faults: tuple[Span, ...],
    checkpoint: bytes,
) -> Snapshot:
    """Return what there is to tell of a shard; its seconds are handed over and not told again."""
    tail, left_out = parts.recorder.told()
    board = parts.board.copy()
    board["status"] = parts.fleet.status
    board["sequence"] = parts.fleet.sequence
    return Snapshot(
        shard=parts.assignment.shard,
        t=t,
        board=board,
        statuses=parts.fleet.statuses,
        reasons=parts.recorder.reasons.table(),
        seconds=parts.seconds.take(),
        total=Second.summed([parts.seconds.total]),
        state=state,
        error=error,
        dropped=dropped,
        identities=parts.fleet.identities,
        faults=faults,
        limited=parts.punctuality.limited,
        tail=tail,
        tail_left_out=left_out,
        lot=parts.lot.name,
        run=parts.lot.run,
        checkpoint=checkpoint,
        places=parts.whereabouts.places.copy() if parts.whereabouts else None,
    )


def refusal(assignment: Assignment, error: str, *, at: float) -> Snapshot:
    """Return the only snapshot of an assignment that cannot be simulated; ``at`` is Unix s."""
    return Snapshot(
        shard=assignment.shard,
        t=at,
        board=new_board(assignment.first, assignment.count),
        statuses=("",),
        reasons=[],
        seconds=[],
        total=Second(at=math.floor(at)),
        state="ended",
        error=error,
        dropped=0,
    )
