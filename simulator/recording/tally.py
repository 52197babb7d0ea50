"""What a block of records adds to the counts of a second and to the status board.

Rule: columns in, sums out; one pass for each figure, none for each record, except failures.
"""

import numpy as np
from numpy.typing import NDArray

from simulator.recording.block import MICROSECONDS, Block, Kind, Outcome
from simulator.recording.board import MOST_LATE, Board
from simulator.recording.counters import Second
from simulator.recording.reasons import Reasons

MICROSECONDS_IN_MS = 1_000


def count(block: Block, second: Second) -> None:
    """Add ``block`` to ``second``: all but ``due``, which is counted when a send falls due."""
    acknowledged = block.outcome == Outcome.ACKNOWLEDGED
    delivered = acknowledged | (block.outcome == Outcome.SENT)
    second.acknowledged += _number(acknowledged)
    second.sent += _number(block.outcome == Outcome.SENT)
    second.failed += _number(block.outcome == Outcome.FAILED)
    second.connects += _number(block.kind == Kind.CONNECT)
    second.losts += _number(block.kind == Kind.LOST)
    second.bytes += int(block.size[delivered].sum())
    written = block.written & (block.kind == Kind.SEND)
    second.lateness.record((block.sent - block.planned)[written] / MICROSECONDS)
    second.latency.record((block.settled - block.sent)[acknowledged] / MICROSECONDS)


def mark(block: Block, board: Board, reasons: Reasons) -> None:
    """Bring ``board`` up to date with ``block``, and count its failures in ``reasons``.

    Leaves status, link and sequence to whoever knows them at any moment.
    """
    for name, outcome in _TOTALS:
        rows = block.row[block.outcome == outcome]
        board[name] += np.bincount(rows, minlength=len(board)).astype(np.uint32)
    sends = block.kind == Kind.SEND
    np.maximum.at(board["last"], block.row[sends], block.sent[sends] / MICROSECONDS)
    written = block.written & sends
    late = (block.sent - block.planned)[written] // MICROSECONDS_IN_MS
    board["late"][block.row[written]] = np.clip(late, 0, MOST_LATE)  # the last of a row, as below
    codes = _codes(block, reasons)
    telling = block.kind < Kind.STATUS
    board["failing"][block.row[telling]] = codes[telling] > 0  # numpy keeps the last of a row
    board["reason"][block.row[codes > 0]] = codes[codes > 0]


_TOTALS = (
    ("sent", Outcome.SENT),
    ("acknowledged", Outcome.ACKNOWLEDGED),
    ("failed", Outcome.FAILED),
)


def _codes(block: Block, reasons: Reasons) -> NDArray[np.uint16]:
    codes = np.zeros(len(block), dtype=np.uint16)
    for position in np.flatnonzero(block.outcome == Outcome.FAILED).tolist():
        codes[position] = reasons.send(block.reasons[position])
    for position in np.flatnonzero(block.kind == Kind.LOST).tolist():
        codes[position] = reasons.lost(block.reasons[position])
    return codes


def _number(where: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(where))
