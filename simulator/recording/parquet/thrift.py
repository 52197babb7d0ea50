"""Structures in Thrift's compact protocol, as the headers and the footer of Parquet are.

Rule: a structure is its fields by number; a value's Python type says how it is written.

Source: apache/thrift, doc/specs/thrift-compact-protocol.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

_TRUE, _FALSE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 5, 6, 8, 9, 12


@dataclass(frozen=True, slots=True)
class I64:
    """A number that the structure has as 64 bits; a plain int is one of 32."""

    value: int


Value: TypeAlias = "bool | int | I64 | bytes | str | list[Any] | dict[int, Any]"
Struct: TypeAlias = dict[int, Value]


def struct(fields: Struct) -> bytes:
    """Encode fields, in rising order of their numbers, at most 15 apart."""
    out = bytearray()
    last = 0
    for number, value in fields.items():
        kind, body = _encoded(value)
        out.append((number - last) << 4 | kind)
        out += body
        last = number
    out.append(0)
    return bytes(out)


def varint(number: int) -> bytes:
    """Encode 0 and up, seven bits a byte, least significant first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> bytes:
    """Encode a number of either sign, at most 64 bits."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _encoded(value: Value) -> tuple[int, bytes]:
    """Return the type of a value, and its bytes; of a truth the type is all."""
    if isinstance(value, bool):
        return (_TRUE if value else _FALSE), b""
    kind, encode = _CODECS[type(value)]
    return kind, encode(value)


def _blob(value: bytes) -> bytes:
    return varint(len(value)) + value


def _list(values: list[Value]) -> bytes:
    """Encode values of one type, at least one."""
    pairs = [_encoded(value) for value in values]
    kind, count = pairs[0][0], len(pairs)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + varint(count)
    return head + b"".join(body for _, body in pairs)


_CODECS: dict[type, tuple[int, Callable[[Any], bytes]]] = {
    int: (_I32, zigzag),
    I64: (_I64, lambda number: zigzag(number.value)),
    bytes: (_BINARY, _blob),
    str: (_BINARY, lambda text: _blob(text.encode())),
    list: (_LIST, _list),
    dict: (_STRUCT, struct),
}
