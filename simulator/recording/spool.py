"""Records on their way to the store: blocks wait to become chunks, chunks to be written.

Rule: told the time, knows no thread. Memory is bounded; what finds no room is counted.
"""

import logging
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from simulator.errors import StaleLease
from simulator.recording.block import Block
from simulator.recording.chunks import Chunk, build_chunk
from simulator.recording.roster import Roster
from simulator.recording.storing import Store

logger = logging.getLogger(__name__)

# s that a block waits for others. A record has waited up to 1 s for its block by then, and a write
# takes its time: together it is in the store at most 5 s after it was settled.
FLUSH_AFTER = 3.5
FLUSH_ROWS = 30_000  # records in a chunk at most: some 8 MB of memory, 0.3 s at full rate
PRESSED_ROWS = 2 * FLUSH_ROWS  # records not yet in a chunk, in a tower, with which none rests
MAX_WAITING_ROWS = 200_000  # records not yet in a chunk, in a tower: some 100 MB
# Bytes of payload that make a chunk full, and that wait for one in a tower. A record's payload lies
# in memory as it was sent, however it is kept, until its chunk is built.
FLUSH_BYTES = 16 * 2**20
MAX_WAITING_PAYLOAD = 128 * 2**20
MAX_WAITING_BYTES = 64 * 2**20  # chunks not yet written, in a tower: about a million records
FIRST_RETRY = 0.5  # s after a failed write; doubles each time
LAST_RETRY = 15.0  # s between tries of an outage that lasts, while there is time


@dataclass(slots=True, eq=False)
class Log:
    """One shard's records between the loop and the store.

    The loop calls ``put``, ``finish`` and reads; the writer's thread does the rest. Each number is
    written by one side alone, so that no lock is needed.
    """

    shard: str
    roster: Roster
    blocks: deque[tuple[float, Block]] = field(default_factory=deque)  # when it came, what
    chunks: deque[Chunk] = field(default_factory=deque)
    accepted: int = 0  # records, by the loop
    accepted_bytes: int = 0  # of their payloads
    refused: int = 0  # records that found no room, by the loop
    refused_since: float = math.inf  # Unix s at which the first of them happened
    built: int = 0  # records that became chunks, by the thread
    built_bytes: int = 0  # of their payloads
    stored: int = 0  # records, by the thread
    lost: int = 0  # records given up, by the thread
    lost_since: float = math.inf  # Unix s at which the first of them happened
    number: int = 0  # of the next chunk
    attempts: int = 0  # failed writes in a row
    retry_at: float = 0.0
    is_finished: bool = False  # no more blocks come
    is_stale: bool = False  # the store says that the shard is another tower's now
    is_abandoned: bool = False  # what is left may be given up

    @property
    def dropped(self) -> int:
        """Records that will never be in the store."""
        return self.refused + self.lost

    @property
    def is_settled(self) -> bool:
        """Whether every record is in the store or given up."""
        return self.accepted == self.stored + self.lost

    @property
    def waiting_rows(self) -> int:
        return self.accepted - self.built

    @property
    def waiting_payload(self) -> int:
        return self.accepted_bytes - self.built_bytes

    @property
    def waiting_bytes(self) -> int:
        return sum(len(chunk.data) for chunk in tuple(self.chunks))


class Spool:
    """All logs of a tower, and the store that their chunks go to; None keeps no records."""

    def __init__(self, store: Store | None) -> None:
        self.breathe: Callable[[], None] = lambda: None  # called now and then in building a chunk
        self._keeper = store
        self._logs: tuple[Log, ...] = ()  # replaced, never changed: two threads read it

    def open(self, shard: str, roster: Roster) -> Log:
        """Take in a shard; called by the loop."""
        log = Log(shard, roster)
        self._logs = (*self._logs, log)
        return log

    def close(self, log: Log) -> None:
        """Forget a log that is settled; called by the loop."""
        self._logs = tuple(other for other in self._logs if other is not log)

    def put(self, log: Log, block: Block, *, now: float) -> bool:
        """Hand over a block; False when there was no room and its records are dropped."""
        if self._keeper is None:
            log.accepted += len(block)
            log.stored += len(block)
            return True
        size = int(block.size.sum())
        if log.is_stale or not self._has_room(len(block), size):
            log.refused += len(block)
            log.refused_since = min(log.refused_since, block.since)
            return False
        log.accepted += len(block)
        log.accepted_bytes += size
        log.blocks.append((now, block))
        return True

    def step(self, now: float) -> float:
        """Build and write what is due, in the thread; return when the next is (inf: nothing)."""
        logs = self._logs
        for log in logs:
            self._give_up(log)
            while self._is_due(log, now):
                self._build(log)
        while due := [log for log in logs if log.chunks and log.retry_at <= now]:
            self._store(due, now)
        return self._next(logs, now)

    @property
    def is_pressed(self) -> bool:
        """Whether chunks are to be built as fast as can be: more wait, or a shard ends."""
        waiting = sum(log.waiting_rows for log in self._logs)
        return waiting >= PRESSED_ROWS or any(log.is_finished for log in self._logs)

    def _has_room(self, rows: int, size: int) -> bool:
        """Whether so many records, of so many bytes of payload, may wait too."""
        rows += sum(log.waiting_rows for log in self._logs)
        size += sum(log.waiting_payload for log in self._logs)
        return rows <= MAX_WAITING_ROWS and size <= MAX_WAITING_PAYLOAD

    def _is_due(self, log: Log, now: float) -> bool:
        if not log.blocks or sum(each.waiting_bytes for each in self._logs) >= MAX_WAITING_BYTES:
            return False
        full = log.waiting_rows >= FLUSH_ROWS or log.waiting_payload >= FLUSH_BYTES
        return full or log.is_finished or now >= log.blocks[0][0] + FLUSH_AFTER

    def _build(self, log: Log) -> None:
        blocks: list[Block] = []
        rows = size = 0
        while log.blocks and rows < FLUSH_ROWS and size < FLUSH_BYTES:
            blocks.append(log.blocks.popleft()[1])
            rows += len(blocks[-1])
            size += int(blocks[-1].size.sum())
        log.chunks.append(self._chunk(log, blocks))
        log.number += 1
        log.built += rows
        log.built_bytes += size

    def _chunk(self, log: Log, blocks: Sequence[Block]) -> Chunk:
        return build_chunk(log.shard, log.number, blocks, log.roster, breathe=self.breathe)

    def _store(self, logs: Sequence[Log], now: float) -> None:
        """Store the first chunk of each of these logs."""
        assert self._keeper is not None  # or there would be no chunk
        try:
            told = self._keeper.put([log.chunks[0] for log in logs])
        except Exception as error:  # noqa: BLE001 (the store is the caller's: sending goes on)
            told = [error] * len(logs)
        for log, problem in zip(logs, told, strict=True):
            self._note(log, problem, now)

    def _note(self, log: Log, problem: Exception | None, now: float) -> None:
        """Take note of what became of a log's first chunk."""
        chunk = log.chunks[0]
        if isinstance(problem, StaleLease):
            logger.warning(
                "shard=%s chunk=%d: lease is stale, writes end", chunk.shard, chunk.number
            )
            log.is_stale = True
            self._give_up(log)
        elif problem:
            log.attempts += 1
            longest = FIRST_RETRY if log.is_finished else LAST_RETRY
            log.retry_at = now + min(longest, FIRST_RETRY * 2 ** (log.attempts - 1))
            logger.error(
                "shard=%s chunk=%d: not stored", chunk.shard, chunk.number, exc_info=problem
            )
        else:
            log.chunks.popleft()
            log.stored += chunk.rows
            log.attempts = 0

    def _give_up(self, log: Log) -> None:
        if not (log.is_stale or log.is_abandoned):
            return
        while log.blocks:
            block = log.blocks.popleft()[1]
            rows = len(block)
            log.built += rows
            log.built_bytes += int(block.size.sum())
            log.lost_since = min(log.lost_since, block.since)
            log.lost += rows
        while log.chunks:
            chunk = log.chunks.popleft()
            log.lost_since = min(log.lost_since, chunk.first)
            log.lost += chunk.rows

    def _next(self, logs: Iterable[Log], now: float) -> float:
        moments = [math.inf]
        for log in logs:
            if log.chunks:
                moments.append(max(now, log.retry_at))
            elif log.blocks:
                moments.append(now if log.is_finished else log.blocks[0][0] + FLUSH_AFTER)
        return min(moments)
