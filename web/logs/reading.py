"""The one reader of the send log.

Rule: only chunks whose index row can hold what is asked for are opened, and of them only the row
groups whose statistics can; what one call reads has a limit.
"""

import heapq
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from web.logs.models import Chunk
from web.platform import storage
from web.runs.models import Run, Shard

PAGE = 50  # records of one mock that are shown together
MOST_CHUNKS = 60  # that one page opens: 5 minutes of a shard, about a second
WHOLE = 1024 * 1024  # bytes; below it one request for all is faster than three for parts
TAIL = 64 * 1024  # bytes at the end that are fetched with the first read: footer and statistics
BATCH = 16_384  # records of a batch in a report
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEND = "send"
RESULTS = ("acknowledged", "sent", "failed")
EVENTS = ("connect", "lost", "status")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a mock's log. ``sent`` is when it happened, whatever it is."""

    event: str  # send, connect, lost, status
    id: str
    sequence: int | None
    status: str
    message: str
    address: str
    payload: bytes | None
    scheduled: datetime
    sent: datetime
    settled: datetime
    result: str
    reason: str
    size: int | None = None  # bytes of the payload as it was sent; None: as long as what is kept
    digest: bytes | None = None  # SHA-256 of a payload that is kept as that alone

    @property
    def latency(self) -> timedelta | None:
        """From the send to its acknowledgement."""
        return self.settled - self.sent if self.result == "acknowledged" else None

    @property
    def at(self) -> int:
        """``sent`` in µs since 1970, the cursor of pages."""
        return (self.sent - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one mock, newest first.

    ``older`` is the cursor of the next page, None at the beginning of the log. A page may hold
    fewer records than asked for, even none, and still have an older one: the look was ended by
    ``MOST_CHUNKS``.
    """

    records: list[Record]
    older: int | None


def mock_records(
    run: Run, mock: int, *, before: int | None = None, limit: int = PAGE, only: str = ""
) -> Page:
    """Return what one mock did, newest first.

    Args:
        run: Which run.
        mock: Its number in the run.
        before: Only what happened before this moment, µs since 1970; None for the newest.
        limit: Records at least, while there are so many; those of one µs stay together.
        only: One of ``RESULTS`` or ``EVENTS``, or empty for all.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    found: list[Record] = []
    chunks = list(chunks_for(run, mock, before=before, only=only)[: MOST_CHUNKS + 1])
    for chunk in chunks[:MOST_CHUNKS]:
        # Chunks overlap a little in time: go on until none can hold anything newer.
        if len(found) >= limit and _nth(found, limit).sent > chunk.last:
            return _page(found, limit=limit, has_more=True)
        found += records_in(chunk, mock, before=before, only=only)
    if len(chunks) > MOST_CHUNKS:
        return _page_that_ended_early(found, limit=limit, reached=chunks[MOST_CHUNKS].last)
    return _page(found, limit=limit)


def chunks_for(run: Run, mock: int, *, before: int | None, only: str) -> Any:
    """Return the index rows that can hold such records, newest first."""
    shard = Shard.objects.filter(run=run, first__lte=mock).order_by("-first").first()
    rows = Chunk.objects.filter(shard=shard) if shard else Chunk.objects.none()
    if before is not None:
        rows = rows.filter(first__lt=EPOCH + timedelta(microseconds=before))
    if only == "failed":
        rows = rows.filter(failed__gt=0)
    return rows.order_by("-last", "-id")


def records_in(chunk: Chunk, mock: int, *, before: int | None, only: str) -> list[Record]:
    """Return one mock's records of a chunk, in no order.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    with open_chunk(chunk) as file:
        groups = [group for group in range(file.num_row_groups) if _may_hold(file, group, mock)]
        if not groups:
            return []
        table = file.read_row_groups(groups)
    return [Record(**row) for row in _rows(_matching(table, mock, before=before, only=only))]


def all_sends(run: Run) -> Iterator[pa.RecordBatch]:
    """Yield every send of a run, chunk after chunk in order of time, one chunk in memory.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    for chunk in Chunk.objects.filter(run=run).order_by("first", "id"):
        with open_chunk(chunk, whole=True) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                sends = batch.filter(pc.equal(batch["event"].cast(pa.string()), SEND))
                if sends.num_rows:
                    yield sends


def records_of(data: bytes) -> list[Record]:
    """Return all records of a chunk that is at hand, mock after mock, each in order of time."""
    table = parquet.ParquetFile(pa.BufferReader(data)).read()
    return [Record(**row) for row in _rows(table)]


def open_chunk(chunk: Chunk, *, whole: bool = False) -> parquet.ParquetFile:
    """Open a chunk: small ones and ``whole`` at once, of others only what is read.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    if whole or chunk.size <= WHOLE:
        return parquet.ParquetFile(pa.BufferReader(storage.get(chunk.key)))
    return parquet.ParquetFile(StoredFile(chunk.key, chunk.size), pre_buffer=True)


class StoredFile(io.RawIOBase):
    """An object read by ranges, as pyarrow reads files."""

    def __init__(self, key: str, size: int) -> None:
        super().__init__()
        self._key = key
        self._size = size
        self._at = 0
        self._tail_from = max(0, size - TAIL)
        self._tail = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def read(self, length: int = -1) -> bytes:
        end = self._size if length < 0 else min(self._size, self._at + length)
        start, self._at = self._at, max(self._at, end)
        if start >= end:
            return b""
        if start >= self._tail_from:
            return self._tail_bytes()[start - self._tail_from : end - self._tail_from]
        return storage.get_range(self._key, start, end - start)

    def _tail_bytes(self) -> bytes:
        if not self._tail:
            self._tail = storage.get_range(self._key, self._tail_from, self._size - self._tail_from)
        return self._tail


def _may_hold(file: parquet.ParquetFile, group: int, mock: int) -> bool:
    column = file.schema_arrow.get_field_index("mock")
    statistics = file.metadata.row_group(group).column(column).statistics
    return statistics is None or bool(statistics.min <= mock <= statistics.max)


def _matching(table: pa.Table, mock: int, *, before: int | None, only: str) -> pa.Table:
    keep = pc.equal(table["mock"], mock)
    if before is not None:
        moment = pa.scalar(before, pa.timestamp("us", tz="UTC"))
        keep = pc.and_(keep, pc.less(table["sent"], moment))
    if only:
        name = "result" if only in RESULTS else "event"
        wanted = pc.equal(table[name].cast(pa.string()), only)
        keep = pc.and_(keep, pc.fill_null(wanted, False))
    return table.filter(keep)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    texts = {"event", "id", "status", "message", "address", "result", "reason"}
    names = [name for name in Record.__slots__ if name in table.column_names]  # old ones have fewer
    for row in table.select(names).to_pylist():
        yield {name: value or "" if name in texts else value for name, value in row.items()}


def _newest_first(records: list[Record]) -> list[Record]:
    # Within one µs: sends by number, and what came of them before them.
    return sorted(records, key=lambda record: (record.sent, record.sequence or 0), reverse=True)


def _nth(records: list[Record], place: int) -> Record:
    return heapq.nlargest(place, records, key=lambda record: record.sent)[-1]


def _page(found: list[Record], *, limit: int, has_more: bool = False) -> Page:
    """Return the newest of what was found; ``has_more`` when older chunks were not looked at."""
    ordered = _newest_first(found)
    if len(ordered) <= limit and not has_more:
        return Page(ordered, None)
    last = ordered[:limit][-1].at
    shown = [record for record in ordered if record.at >= last]
    return Page(shown, last if has_more or len(ordered) > len(shown) else None)


def _page_that_ended_early(found: list[Record], *, limit: int, reached: datetime) -> Page:
    """Return what is surely newer than all that was not looked at."""
    reached_at = (reached - EPOCH) // timedelta(microseconds=1)
    page = _page([record for record in found if record.at > reached_at], limit=limit)
    return Page(page.records, page.older or reached_at + 1)
