"""The one thread of a tower that makes chunks and stores them, so that the loop never waits.

Rule: decides nothing; what is due when is ``Spool``'s.
"""

import logging
import threading
import time
from collections.abc import Callable

from simulator.recording.block import Block
from simulator.recording.chunks import Chunk
from simulator.recording.roster import Roster
from simulator.recording.spool import Log, Spool
from simulator.recording.storing import OneByOne, Store

logger = logging.getLogger(__name__)

# s that the thread rests for each that it works on a chunk, while nothing presses. Without, a chunk
# takes half of a core's time for 0.1 s and more, and what the loop sends meanwhile is late.
RESTS = 2.0
LONGEST_REST = 0.05  # s
LOOK_EVERY = 0.5  # s; the longest that a full log waits for the thread to look


class Writer:
    """Takes blocks from the loop and stores chunks; start it, and close it in the end."""

    def __init__(
        self, write: Callable[[Chunk], None] | None, *, name: str, store: Store | None = None
    ) -> None:
        """
        Args:
            write: Stores one chunk, and raises where that failed; None keeps no records.
            name: Of the tower.
            store: Stores several at once, in the place of ``write``.
        """
        self._store = store or (OneByOne(write) if write else None)
        self._spool = Spool(self._store)
        self._worked = 0.0  # s of CPU of the thread, when it rested last
        self._is_closing = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"chunks-{name}", daemon=True)

    def start(self) -> None:
        """Start the thread. It ends with the process, or at ``close``."""
        self._thread.start()

    def open(self, shard: str, roster: Roster) -> Log:
        """Take in a shard's log."""
        return self._spool.open(shard, roster)

    def put(self, log: Log, block: Block) -> bool:
        """Hand over a block; False when there was no room for it. Never blocks."""
        return self._spool.put(log, block, now=time.monotonic())

    def finish(self, log: Log) -> None:
        """Say that no more comes: what is there is stored now. ``log.is_settled`` tells when."""
        log.is_finished = True
        log.retry_at = 0.0  # an outage may be over, and there is little time left
        self._wake.set()

    def abandon(self, log: Log) -> None:
        """Give up what cannot be stored; it counts as dropped."""
        log.is_finished = log.is_abandoned = True
        self._wake.set()

    def forget(self, log: Log) -> None:
        """Let go of a log that is settled."""
        self._spool.close(log)

    def close(self, *, within: float = 5.0) -> None:
        """End the thread; wait at most ``within`` seconds for the write that it is in."""
        self._is_closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(within)

    def _breathe(self) -> None:
        """Leave the interpreter to the loop for a while."""
        worked, self._worked = self._worked, time.thread_time()
        if not self._is_closing and not self._spool.is_pressed:
            time.sleep(min(LONGEST_REST, RESTS * (self._worked - worked)))

    def _run(self) -> None:
        self._spool.breathe = self._breathe
        while not self._is_closing:
            self._wake.clear()
            due = self._spool.step(time.monotonic())
            self._wake.wait(min(LOOK_EVERY, max(0.0, due - time.monotonic())))
        if self._store:
            self._store.close()
