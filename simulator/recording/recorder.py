"""The records of one shard as they happen: appended one by one, folded by the thousand.

Rule: appending is all that the hot path does; counts, board and log are made from the columns.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.recording.apart import Apart
from simulator.recording.block import Entry, Event, Kind, Zero, fold
from simulator.recording.board import Board
from simulator.recording.counters import Second
from simulator.recording.reasons import Reasons
from simulator.recording.spool import Log
from simulator.recording.tailing import Tail, Watch
from simulator.recording.tally import count, mark
from simulator.recording.writer import Writer

# Records a fold at most waits for: numpy's overhead is then 0.1 us a record, and the loop is held
# up for some 2 ms.
FOLD_ROWS = 2_048


class Recorder:
    """Takes what happened to the mocks of one shard.

    ``settled`` appends a send: ``settled((Kind.SEND, parcel, at, reason))``; it is a list's own
    method, for it is called once for each message. ``event`` takes anything else.
    """

    def __init__(
        self,
        *,
        writer: Writer,
        log: Log,
        board: Board,
        zero: Zero,
        acknowledged_from: int,
        messages: Iterable[str] = (),
    ) -> None:
        """``messages``: those of the definition, in its order; counted apart before any others."""
        self._writer = writer
        self._log = log
        self._board = board
        self._zero = zero
        self._acknowledged_from = acknowledged_from
        self._entries: list[Entry] = []
        self.settled: Callable[[Entry], None] = self._entries.append
        self.reasons = Reasons()
        self._tail: Tail | None = None
        self._apart = Apart(messages=messages, statuses=log.roster.statuses)
        self.has_faults = False  # whether records are asked for the faults that touched them

    def __len__(self) -> int:
        return len(self._entries)

    def event(
        self,
        kind: Kind,
        row: int,
        *,
        at: float,
        status: int,
        reason: str = "",
        device: str = "",
        sequence: int = 0,
    ) -> None:
        """Record that a mock connected, lost its connection, changed its status or moved.

        ``at`` is the clock's; ``status`` the code of the status that it is in from now on;
        ``device`` the id of the device behind the mock that it happened to, or else empty;
        ``sequence`` the number of the next send of a mock that moved.
        """
        t = self._zero.run_time(at)
        event = Event(row, status, scheduled=t, sent=at, device=device, sequence=sequence)
        self._entries.append((kind, event, at, reason))

    def fold(self, second: Second) -> None:
        """Make columns of what came since: into ``second``, board, reasons and log."""
        if not self._entries:
            return
        block = fold(
            self._entries,
            zero=self._zero,
            acknowledged_from=self._acknowledged_from,
            has_faults=self.has_faults,
        )
        self._entries.clear()
        count(block, second)
        self._apart.count(block, second)
        mark(block, self._board, self.reasons)
        if self._tail:
            self._tail.take(block)
        self._writer.put(self._log, block)

    def dwell(self, status: NDArray[np.uint8], second: Second) -> None:
        """Add to a second, as it ends, which status (code) each mock is in."""
        self._apart.dwell(status, second)

    def watch(self, watch: Watch | None) -> None:
        """Copy what is watched from now on, for ``told``; None: nobody watches any more."""
        self._tail = Tail(watch, self._log.roster) if watch else None

    def told(self) -> tuple[list[dict[str, Any]], int]:
        """Return the copies since the last call, and how many records were left out of them."""
        return self._tail.told() if self._tail else ([], 0)
