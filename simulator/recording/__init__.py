"""What happened, kept: records, counts, latencies, failure reasons, the status board, chunks.

Rule: the loop only appends; columns are made by the thousand, and files in the writer's thread.
"""

from typing import TYPE_CHECKING, Any

from simulator.recording.block import Kind, Outcome, Zero
from simulator.recording.board import BOARD, Board, Link, new_board, pack_board, unpack_board
from simulator.recording.chunks import Chunk
from simulator.recording.counters import Second
from simulator.recording.histogram import Histogram
from simulator.recording.limited import Limited
from simulator.recording.reasons import Reason, Reasons
from simulator.recording.recorder import FOLD_ROWS, Recorder
from simulator.recording.roster import Roster
from simulator.recording.spool import Log
from simulator.recording.tailing import Watch
from simulator.recording.writer import Writer

if TYPE_CHECKING:
    from simulator.recording.schema import RECORD_SCHEMA

__all__ = [
    "BOARD",
    "FOLD_ROWS",
    "RECORD_SCHEMA",
    "Board",
    "Chunk",
    "Histogram",
    "Kind",
    "Limited",
    "Link",
    "Log",
    "Outcome",
    "Reason",
    "Reasons",
    "Recorder",
    "Roster",
    "Second",
    "Watch",
    "Writer",
    "Zero",
    "new_board",
    "pack_board",
    "unpack_board",
]


def __getattr__(name: str) -> Any:
    """Import pyarrow only for who asks for the schema: it takes 0.2 s and 40 MB."""
    if name == "RECORD_SCHEMA":
        from simulator.recording.schema import RECORD_SCHEMA  # noqa: PLC0415

        return RECORD_SCHEMA
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
