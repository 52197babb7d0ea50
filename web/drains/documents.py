"""Records as the JSON documents that go out; docs/drains.md describes their fields.

Rule: pure. A record's ``id`` is the same whenever and in whichever chunk it goes out, so that who
receives it twice can tell; what is null is left out.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from simulator import PreviewMessage

Columns: TypeAlias = Mapping[str, list[Any]]

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
    return _lines(columns_of(table), run=run, lot=lot)


def lines_of_sends(sent: Iterable["PreviewMessage"]) -> list[Line]:
    """Return the lines that messages of a preview would be, for their size."""
    rows = [_row_of(number, message) for number, message in enumerate(sent)]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    return _lines(columns, run=str(UUID(int=0)), lot="lot") if rows else []


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


def columns_of(table: pa.Table) -> dict[str, list[Any]]:
    """Return records as columns of plain data; times as text, and as µs since 1970 in ``sent_at``
    and the like. A row at a time, as Arrow itself would give them, takes eight times as long."""
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        column = table[name]
        if name in TIMES:
            columns[f"{name}_at"] = column.cast(pa.int64()).to_pylist()
            column = _written(column)
        elif pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        columns[name] = column.to_pylist()
    return columns


def _ids(columns: Columns, run: str) -> Iterator[str]:
    """Yield what names each record: run, mock, event, number, when it was sent and settled.

    Copies that a fault made may agree in all of these; they are numbered, in the chunk's order.
    """
    names = ("mock", "event", "sequence", "sent_at", "settled_at")
    seen: Counter[str] = Counter()
    for mock, event, sequence, sent, settled in zip(*(columns[n] for n in names), strict=True):
        number = "-" if sequence is None else sequence
        name = f"{run}:{mock}:{event}:{number}:{sent}:{settled}"
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}:{seen[name]}"


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


def _lines(columns: Columns, *, run: str, lot: str) -> list[Line]:
    """Return a line for each record of some columns."""
    documents = _documents(_said(columns, run=run, lot=lot))
    senders = (sender or "" for sender in columns["id"])
    lines = zip(documents, columns["sent_at"], senders, strict=True)
    return [Line(orjson.dumps(document), at, sender) for document, at, sender in lines]


def _said(columns: Columns, *, run: str, lot: str) -> dict[str, list[Any]]:
    """Return the fields of the documents, as columns."""
    count = len(columns["event"])
    none = [None] * count
    payloads = [_payload(payload) for payload in columns.get("payload", none)]
    return {
        "id": list(_ids(columns, run)),
        "run": [run] * count,
        "lot": [lot] * count,
        "event": columns["event"],
        "mock": columns["mock"],
        "device": columns["id"],
        **{name: columns[name] for name in ("sequence", "status", "message", "address")},
        "payload": [text for text, _ in payloads],
        "payload_encoding": [encoding for _, encoding in payloads],
        **{name: columns[name] for name in TIMES},
        "latency_ms": _latencies(columns),
        "result": columns["result"],
        "reason": columns["reason"],
        "fault": columns.get("fault", none),
        "size": columns.get("size", none),
        "sha256": [digest and digest.hex() for digest in columns.get("digest", none)],
    }


def _documents(said: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield each document, without what is null; most often that is the same of all."""
    known = {name: each for name, each in said.items() if each.count(None) < len(each)}
    rows = zip(*known.values(), strict=True)
    if any(None in each for each in known.values()):
        for row in rows:
            yield {name: v for name, v in zip(known, row, strict=True) if v is not None}
    else:
        names = tuple(known)
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _payload(payload: bytes | None) -> tuple[str | None, str | None]:
    """Return a payload as text, or as base64 with the word that says so."""
    if payload is None:
        return None, None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return _encoded(payload)
    is_text = len(payload.translate(None, CONTROL)) == len(payload)
    return (text, None) if is_text else _encoded(payload)


def _encoded(payload: bytes) -> tuple[str, str]:
    return base64.b64encode(payload).decode(), "base64"


def _latencies(columns: Columns) -> list[float | None]:
    """Return ms from sending to the acknowledgement."""
    names = ("result", "settled_at", "sent_at")
    return [
        float(settled - sent) / MICROSECONDS if result == "acknowledged" else None
        for result, settled, sent in zip(*(columns[name] for name in names), strict=True)
    ]


def _written(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ISO 8601 in UTC with microseconds, ``2026-11-22T20:15:00.000250Z``.

    Arrow's own text of a time without a zone, 0.1 µs; its ``strftime`` takes 1.2.
    """
    text = times.cast(pa.timestamp("us")).cast(pa.string())
    return pc.binary_join_element_wise(pc.utf8_replace_slice(text, 10, 11, "T"), "Z", "")
