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
        kind, encode = _CODECS[type(value)]
        if kind is None:
            kind = _TRUE if value else _FALSE
        out.append((number - last) << 4 | kind)
        out += encode(value)
        last = number
    out.append(0)
    return bytes(out)


def varint(number: int) -> bytes:
    """Encode 0 and up, seven bits a byte, least significant first."""
    if number < _FEW:
        return _SMALL[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> bytes:
    """Encode a number of either sign, at most 64 bits."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _blob(value: bytes) -> bytes:
    return varint(len(value)) + value


def _list(values: list[Value]) -> bytes:
    """Encode values of one type, no truths, at least one."""
    kind, encode = _CODECS[type(values[0])]
    assert kind is not None
    count = len(values)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + varint(count)
    return head + b"".join(map(encode, values))


_FEW = 0x80  # numbers that are one byte: most are
_SMALL = [bytes([number]) for number in range(_FEW)]
# The type that a value is written as, and its bytes; of a truth the type is all.
_CODECS: dict[type, tuple[int | None, Callable[[Any], bytes]]] = {
    bool: (None, lambda _: b""),
    int: (_I32, zigzag),
    I64: (_I64, lambda number: zigzag(number.value)),
    bytes: (_BINARY, _blob),
    str: (_BINARY, lambda text: _blob(text.encode())),
    list: (_LIST, _list),
    dict: (_STRUCT, struct),
}
