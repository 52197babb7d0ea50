"""Records to lines of CSV, in columns; docs/reference/log.md describes the result.

Rule: pure, one batch at a time; a spreadsheet must never run what a device sent.
"""

import base64
import io
import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

COLUMNS = (
    "run",
    "mock",
    "id",
    "sequence",
    "status",
    "message",
    "address",
    "payload",
    "scheduled",
    "sent",
    "acknowledged",
    "latency_ms",
    "result",
    "reason",
)
TEXTS = ("id", "status", "message", "address", "reason")
# What a spreadsheet takes for a formula (OWASP, CSV Injection), unless all of it is a number.
FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
MICROSECONDS = 1_000.0  # in a millisecond
OPTIONS = csv.WriteOptions(include_header=False, quoting_style="needed")
NOT_TEXT = "base64:"
CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f]"  # in no text; frames have them, and may be UTF-8 by chance
)


def header() -> bytes:
    """Return the first line."""
    return (",".join(COLUMNS) + "\n").encode()


def lines(sends: pa.RecordBatch, *, run: str) -> bytes:
    """Return one line of UTF-8 for each send, quoted where RFC 4180 demands it.

    Args:
        sends: Of ``RECORD_SCHEMA``, event ``send`` only.
        run: The run's code, the first column.
    """
    if not sends.num_rows:
        return b""
    sink = io.BytesIO()
    csv.write_csv(pa.table([_column(sends, name, run) for name in COLUMNS], COLUMNS), sink, OPTIONS)
    return sink.getvalue()


def _column(sends: pa.RecordBatch, name: str, run: str) -> pa.Array:
    if name in TEXTS:
        return harmless(sends[name].cast(pa.string()))
    if name == "run":
        return pa.repeat(run, sends.num_rows)
    make = MADE.get(name)
    return make(sends) if make else sends[name]


def harmless(texts: pa.Array) -> pa.Array:
    """Return texts with an apostrophe before those that a spreadsheet would take for a formula."""
    is_formula = pc.and_(
        pc.match_substring_regex(texts, FORMULA),
        pc.invert(pc.match_substring_regex(texts, NUMBER)),
    )
    if not pc.any(is_formula).as_py():
        return texts
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", texts, ""), texts)


def payload_texts(payloads: pa.Array) -> pa.Array:
    """Return payloads as text; what is not UTF-8, or no text, as base64 after ``base64:``."""
    try:
        texts = payloads.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(payload) for payload in payloads.to_pylist()], pa.string())
    if not pc.any(pc.match_substring_regex(texts, CONTROL)).as_py():
        return texts
    return pa.array([_text(payload) for payload in payloads.to_pylist()], pa.string())


def _text(payload: bytes | None) -> str | None:
    if payload is None:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return NOT_TEXT + base64.b64encode(payload).decode()
    return NOT_TEXT + base64.b64encode(payload).decode() if re.search(CONTROL, text) else text


def _acknowledged(sends: pa.RecordBatch) -> pa.Array:
    was = pc.equal(sends["result"].cast(pa.string()), "acknowledged")
    return pc.if_else(pc.fill_null(was, False), sends["settled"], None)


def _latency(sends: pa.RecordBatch) -> pa.Array:
    taken = pc.subtract(_acknowledged(sends), sends["sent"]).cast(pa.int64())
    return pc.divide(taken.cast(pa.float64()), MICROSECONDS)


def _time(times: pa.Array) -> pa.Array:
    """Return ISO 8601 in UTC with microseconds, ``2026-11-22T20:15:00.000250Z``."""
    return pc.strftime(times, format="%Y-%m-%dT%H:%M:%SZ")


MADE: dict[str, Callable[[pa.RecordBatch], pa.Array]] = {
    "payload": lambda sends: harmless(payload_texts(sends["payload"])),
    "scheduled": lambda sends: _time(sends["scheduled"]),
    "sent": lambda sends: _time(sends["sent"]),
    "acknowledged": lambda sends: _time(_acknowledged(sends)),
    "latency_ms": _latency,
    "result": lambda sends: sends["result"].cast(pa.string()),
}
