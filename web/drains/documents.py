"""Records as the JSON documents that go out; docs/drains.md describes their fields.

Rule: pure. A record's ``id`` is the same whenever and in whichever chunk it goes out, so that who
receives it twice can tell; what is null is left out.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from simulator import PreviewMessage

TIMES = ("scheduled", "sent", "settled")
CONTROL = bytes(set(range(32)) - set(b"\t\n\r"))  # in no text
MICROSECONDS = 1_000.0  # in a millisecond
MILLION = 1_000_000  # µs in a second


@dataclass(frozen=True, slots=True)
class Line:
    """One record on its way out."""

    data: bytes  # a JSON object in UTF-8, without a line break
    at: int  # µs since 1970: its column ``sent``
    sender: str  # the id of the device; empty where it has none


def lines_of(table: pa.Table, *, run: str, lot: str) -> list[Line]:
    """Return a line for each record.

    Args:
        table: Of ``RECORD_SCHEMA``; chunks of older runs have fewer columns.
        run: The run's code.
        lot: The lot's name, when the run was started.
    """
    begin = {"run": run, "lot": lot}
    seen: Counter[str] = Counter()
    return [_line(row, begin, seen) for row in rows_of(table)]


def lines_of_sends(sent: Iterable["PreviewMessage"]) -> list[Line]:
    """Return the lines that messages of a preview would be, for their size."""
    begin = {"run": str(UUID(int=0)), "lot": "lot"}
    return [
        _line(_row_of(number, message), begin, Counter()) for number, message in enumerate(sent)
    ]


def _row_of(number: int, message: "PreviewMessage") -> dict[str, Any]:
    now = datetime(2026, 1, 1, tzinfo=UTC).isoformat(timespec="microseconds")
    at = 1_767_225_600 * MILLION
    return {
        "event": "send",
        "mock": 10_000 + message.mock,
        "id": f"device-{10_000 + message.mock}",
        "sequence": 1_000 + number,
        "status": message.status,
        "message": message.message,
        "address": message.topic or message.path,
        "payload": message.payload,
        "result": "acknowledged",
        "reason": None,
        "size": len(message.payload),
        **dict.fromkeys(TIMES, now),
        **{f"{name}_at": at for name in TIMES},
    }


def rows_of(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield records as plain data; times as text, and as µs since 1970 in ``sent_at`` and the like.

    By columns: a row at a time, as Arrow itself would give them, takes eight times as long.
    """
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        column = table[name]
        if name in TIMES:
            columns[f"{name}_at"] = column.cast(pa.int64()).to_pylist()
            column = _written(column)
        elif pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        columns[name] = column.to_pylist()
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def record_id(row: Mapping[str, Any], *, run: str, seen: "Counter[str]") -> str:
    """Return what names a record: run, mock, event, number, when it was sent and settled.

    Copies that a fault made may agree in all of these; they are numbered, in the chunk's order.
    """
    number = row["sequence"] if row["sequence"] is not None else "-"
    name = f"{run}:{row['mock']}:{row['event']}:{number}:{row['sent_at']}:{row['settled_at']}"
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}:{seen[name]}"


def array_of(lines: Sequence[Line]) -> bytes:
    """Return a JSON array of the documents."""
    return b"[" + b",".join(line.data for line in lines) + b"]"


def text_of(lines: Iterable[Line]) -> bytes:
    """Return JSON Lines: each document, and a line feed after it."""
    return b"".join(line.data + b"\n" for line in lines)


def lines_from(text: bytes) -> list[Line]:
    """Return the lines of JSON Lines that ``text_of`` made."""
    return [_known(data) for data in text.splitlines() if data]


def trial(drain: str, *, at: datetime, number: str) -> Line:
    """Return the record of a test: it says of itself that it is none."""
    document = {
        "id": f"test:{number}",
        "test": True,
        "event": "test",
        "drain": drain,
        "sent": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    return Line(orjson.dumps(document), int(at.timestamp() * MILLION), "test")


def _known(data: bytes) -> Line:
    document = orjson.loads(data)
    at = datetime.fromisoformat(document["sent"])
    return Line(data, round(at.timestamp() * MILLION), document.get("device", ""))


def _line(row: dict[str, Any], begin: Mapping[str, str], seen: "Counter[str]") -> Line:
    document: dict[str, Any] = {
        "id": record_id(row, run=begin["run"], seen=seen),
        **begin,
        "event": row["event"],
        "mock": row["mock"],
        "device": row["id"],
        "sequence": row["sequence"],
        "status": row["status"],
        "message": row["message"],
        "address": row["address"],
        **_payload(row.get("payload")),
        **{name: row[name] for name in TIMES},
        "latency_ms": _latency(row),
        "result": row["result"],
        "reason": row["reason"],
        "fault": row.get("fault"),
        "size": row.get("size"),
        "sha256": row["digest"].hex() if row.get("digest") is not None else None,
    }
    said = {name: value for name, value in document.items() if value is not None}
    return Line(orjson.dumps(said), row["sent_at"], row["id"] or "")


def _payload(payload: bytes | None) -> dict[str, str]:
    """Return a payload as text, or as base64 with the word that says so."""
    if payload is None:
        return {}
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return _encoded(payload)
    is_text = len(payload.translate(None, CONTROL)) == len(payload)
    return {"payload": text} if is_text else _encoded(payload)


def _encoded(payload: bytes) -> dict[str, str]:
    return {"payload": base64.b64encode(payload).decode(), "payload_encoding": "base64"}


def _latency(row: Mapping[str, Any]) -> float | None:
    if row["result"] != "acknowledged":
        return None
    return float(row["settled_at"] - row["sent_at"]) / MICROSECONDS


def _written(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ISO 8601 in UTC with microseconds, ``2026-11-22T20:15:00.000250Z``."""
    return pc.strftime(times, format="%Y-%m-%dT%H:%M:%SZ")
