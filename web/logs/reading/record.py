"""A line of the log as a value.

Rule: pure; columns that an old chunk has not are None or empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from web.logs.query import microseconds

TEXTS = frozenset({"event", "id", "status", "message", "address", "result", "reason", "fault"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of a log. ``sent`` is when it happened, whatever it is; times are aware."""

    event: str  # send, connect, lost, status, moved
    mock: int  # number in the run
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
    fault: str = ""
    size: int | None = None  # bytes of the payload as it was sent; None: as long as what is kept
    digest: bytes | None = None  # SHA-256 of a payload that is kept as that alone

    @property
    def latency(self) -> timedelta | None:
        """From the send to its acknowledgement."""
        return self.settled - self.sent if self.result == "acknowledged" else None

    @property
    def at(self) -> int:
        """``sent`` in µs since 1970."""
        return microseconds(self.sent)


def records_of(data: bytes) -> list[Record]:
    """Return all records of a chunk that is at hand, mock after mock, each in order of time."""
    return list(as_records(parquet.ParquetFile(pa.BufferReader(data)).read()))


def as_records(table: pa.Table) -> Iterator[Record]:
    """Yield the rows of a table of records, in its order."""
    names = [name for name in Record.__slots__ if name in table.column_names]
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    for row in rows:
        said: dict[str, Any] = {
            name: value or "" if name in TEXTS else value for name, value in row.items()
        }
        yield Record(**said)
