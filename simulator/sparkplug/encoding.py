"""Payloads of Sparkplug B, written field by field as Protocol Buffers, version 2.

Rule: one list of bytes for each field, an entry a mock; what is the same for all mocks is written
once.

Source: Sparkplug 3.0.0, section 6.4 (the schema, ``sparkplug_b.proto``); Protocol Buffers, the wire
format.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.sparkplug import DATATYPES
from simulator.generators.base import LEFT_OUT

# Payload: timestamp = 1, metrics = 2, seq = 3.
_TIMESTAMP, _METRIC, _SEQUENCE = b"\x08", b"\x12", b"\x18"
# Metric: name = 1, alias = 2, timestamp = 3, datatype = 4, is_historical = 5, is_null = 7,
# int_value = 10, long_value = 11, float_value = 12, double_value = 13, boolean_value = 14,
# string_value = 15.
_NAME, _ALIAS, _MOMENT, _DATATYPE = b"\x0a", b"\x10", b"\x18", b"\x20"
HISTORICAL, NULL = b"\x28\x01", b"\x38\x01"
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _STRING = (
    b"\x50",
    b"\x58",
    b"\x65",
    b"\x69",
    b"\x70",
    b"\x7a",
)

# Bits, and whether there is a sign; source: Sparkplug 3.0.0, section 6.4.16.
_WHOLE = {
    "Int8": (8, True), "Int16": (16, True), "Int32": (32, True), "Int64": (64, True),
    "UInt8": (8, False), "UInt16": (16, False), "UInt32": (32, False), "UInt64": (64, False),
    "DateTime": (64, False),
}  # fmt: skip
_LARGEST_FLOAT = float(np.finfo(np.float32).max)
_LARGEST_DOUBLE = float(np.finfo(np.float64).max)


@lru_cache(maxsize=65_536)
def varint(number: int) -> bytes:
    """Return a whole number of 0 to 2**64 - 1 in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def sized(tag: bytes, body: bytes) -> bytes:
    """Return a field that tells its length."""
    return b"%b%b%b" % (tag, varint(len(body)), body)


def sequence_field(number: int) -> bytes:
    """Return the last field of a payload: its sequence number, 0 to 255."""
    return _SEQUENCE + varint(number)


def payload(milliseconds: int | None, parts: Iterable[bytes]) -> bytes:
    """Return a payload without sequence number; ``parts`` are whole metrics."""
    moment = b"" if milliseconds is None else _TIMESTAMP + varint(milliseconds)
    return moment + b"".join(parts)


def column(kind: str, values: Sequence[Any]) -> list[bytes]:
    """Return the value field of each mock, ``NULL`` where it has none that fits the datatype."""
    return [_value(kind, value) for value in values]


def births(
    name: str, alias: int | None, kind: str, fields: list[bytes], at: list[int]
) -> list[bytes]:
    """Return a whole metric of each mock as a birth gives it: with name, alias and datatype."""
    head = sized(_NAME, name.encode())
    if alias is not None:
        head += _ALIAS + varint(alias)
    head += _DATATYPE + varint(DATATYPES[kind]) + _MOMENT
    return [
        sized(_METRIC, b"%b%b%b" % (head, varint(t), field))
        for field, t in zip(fields, at, strict=True)
    ]


def data(alias: int, fields: list[bytes], at: list[int], historical: list[bytes]) -> list[bytes]:
    """Return a whole metric of each mock as data has it: with alias, without name and datatype."""
    head = _ALIAS + varint(alias) + _MOMENT
    return [
        sized(_METRIC, b"%b%b%b%b" % (head, varint(t), old, field))
        for field, t, old in zip(fields, at, historical, strict=True)
    ]


def metrics(values: Iterable[tuple[str, str, Any]], at: int | None) -> list[bytes]:
    """Return single metrics without aliases, (name, datatype, value), at a time in ms or none."""
    moment = b"" if at is None else _MOMENT + varint(at)
    found = []
    for name, kind, value in values:
        head = sized(_NAME, name.encode()) + moment + _DATATYPE + varint(DATATYPES[kind])
        found.append(sized(_METRIC, head + _value(kind, value)))
    return found


def _value(kind: str, value: Any) -> bytes:
    """Return the field that holds a value."""
    if value is None or value is LEFT_OUT:
        return NULL
    if kind in ("String", "Text"):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return sized(_STRING, text.encode(errors="replace"))
    if isinstance(value, str) or not -_LARGEST_DOUBLE <= value <= _LARGEST_DOUBLE:  # nor NaN
        return NULL
    return _WRITERS.get(kind, _whole)(kind, value)


def _boolean(_: str, value: float) -> bytes:
    return _BOOLEAN + (b"\x01" if value else b"\x00")


def _double(_: str, value: float) -> bytes:
    return _DOUBLE + struct.pack("<d", value)


def _float(_: str, value: float) -> bytes:
    return _FLOAT + struct.pack("<f", value) if abs(value) <= _LARGEST_FLOAT else NULL


_WRITERS = {"Boolean": _boolean, "Double": _double, "Float": _float}


def _whole(kind: str, value: float) -> bytes:
    """Return a whole number; one with a sign as the two's complement of its width."""
    bits, is_signed = _WHOLE[kind]
    number = round(value * 1000) if kind == "DateTime" else round(value)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
    if not low <= number <= high:
        return NULL
    if bits == 64:
        return _LONG + varint(number & 0xFFFF_FFFF_FFFF_FFFF)
    return _INT + varint(number & 0xFFFF_FFFF)


def milliseconds(seconds: NDArray[np.float64]) -> list[int]:
    """Return Unix times in whole ms."""
    moments: list[int] = np.rint(seconds * 1000.0).astype(np.int64).tolist()
    return moments
