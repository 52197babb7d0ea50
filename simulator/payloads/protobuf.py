"""Messages of Protocol Buffers over columns, as their encoding specification has it.

Rule: fields in the order of their numbers, and a field without presence not sent when it is zero:
the same bytes that Google's own library makes. What has no value is not sent.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.arithmetic import number, truth
from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk as BulkOf
from simulator.definition.messages.payload import Node
from simulator.definition.messages.protobuf import TIMESTAMP, FieldType, Protobuf, map_entry
from simulator.payloads.frame import frame_bytes
from simulator.payloads.line import Bulk, ByteLine, Filling, Piece, Readings, Samples
from simulator.payloads.octets import ONE, Known, lengths_of, numbers_of, plain, varints, zigzags
from simulator.payloads.texts import Form
from simulator.payloads.texts import plain as text_of
from simulator.payloads.typed import Typed
from simulator.randomness import IntArray

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor

_F = FieldType
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5  # wire types

_32, _64 = (-(2.0**31), 2.0**31 - 1), (-(2.0**63), 2.0**63 - 1024)
_LIMITS: dict[int, tuple[float, float]] = {
    _F.TYPE_INT32: _32,
    _F.TYPE_SINT32: _32,
    _F.TYPE_SFIXED32: _32,
    _F.TYPE_ENUM: _32,
    _F.TYPE_UINT32: (0, 2.0**32 - 1),
    _F.TYPE_FIXED32: (0, 2.0**32 - 1),
    _F.TYPE_UINT64: (0, _64[1]),
    _F.TYPE_FIXED64: (0, _64[1]),
}
_WIRE: dict[int, int] = {
    _F.TYPE_DOUBLE: _FIXED64,
    _F.TYPE_FIXED64: _FIXED64,
    _F.TYPE_SFIXED64: _FIXED64,
    _F.TYPE_FLOAT: _FIXED32,
    _F.TYPE_FIXED32: _FIXED32,
    _F.TYPE_SFIXED32: _FIXED32,
    _F.TYPE_STRING: _DELIMITED,
    _F.TYPE_BYTES: _DELIMITED,
    _F.TYPE_MESSAGE: _DELIMITED,
}
_WRITE: dict[int, Callable[[NDArray[Any]], list[bytes]]] = {
    _F.TYPE_SINT32: zigzags,
    _F.TYPE_SINT64: zigzags,
    _F.TYPE_FIXED32: partial(plain, kind="<u4"),
    _F.TYPE_SFIXED32: partial(plain, kind="<i4"),
    _F.TYPE_FIXED64: partial(plain, kind="<i8"),
    _F.TYPE_SFIXED64: partial(plain, kind="<i8"),
    _F.TYPE_FLOAT: partial(plain, kind="<f4"),
    _F.TYPE_DOUBLE: partial(plain, kind="<f8"),
}

Column = tuple[list[bytes], NDArray[np.bool_], NDArray[np.bool_]]  # bytes, has a value, is zero


def protobuf_line(payload: Protobuf) -> ByteLine:
    """Return a message as a line of bytes."""
    return _message(payload.fields, payload.descriptor)


def _message(node: Node, kind: "Descriptor") -> ByteLine:
    if kind.full_name == TIMESTAMP and not isinstance(node, dict):
        return ByteLine([_Moment(Typed(node))])
    fields = sorted((kind.fields_by_name[str(name)] for name in node), key=lambda f: f.number)
    return ByteLine([piece for field in fields for piece in _field(node[field.name], field)])


def _field(node: Node, field: "FieldDescriptor") -> Iterator[bytes | Piece[bytes]]:
    members = map_entry(field)
    if members is not None:
        for key, value in node.items():
            yield from _delimited(field, _entry(key, value, members))
    elif not field.is_repeated:
        yield from _labelled(node, field, may_be_absent=True)
    elif isinstance(node, BulkOf):
        inner = ByteLine(_bare(node.of, field) if field.is_packed else _labelled(node.of, field))
        bulk = Bulk(inner, count=node.count, step=node.step, join=b"".join)
        yield from _delimited(field, ByteLine([bulk])) if field.is_packed else [bulk]
    elif field.is_packed and node:
        yield from _delimited(
            field, ByteLine([piece for each in node for piece in _bare(each, field)])
        )
    else:
        for each in node:
            yield from _labelled(each, field)


def _entry(key: str | Template, value: Node, kind: "Descriptor") -> ByteLine:
    """Return one member of a map: a message of a key and a value."""
    of_key, of_value = (kind.fields_by_name[name] for name in ("key", "value"))
    written: Any = key
    if not isinstance(key, Template) and of_key.type == _F.TYPE_BOOL:
        written = key == "true"
    elif not isinstance(key, Template) and of_key.type != _F.TYPE_STRING:
        written = int(key)
    return ByteLine([*_labelled(written, of_key), *_labelled(value, of_value)])


def _labelled(
    node: Node, field: "FieldDescriptor", *, may_be_absent: bool = False
) -> Iterator[bytes | Piece[bytes]]:
    """Return a value with its tag; without ``may_be_absent`` no value is the type's zero."""
    if field.message_type is not None:
        yield from _delimited(field, _message(node, field.message_type))
    elif isinstance(node, Binary):
        yield from _delimited(field, frame_bytes(node))
    else:
        omits_zero = may_be_absent and not field.has_presence
        keeps_all = not may_be_absent or field.is_required
        yield _Scalar(node, field, tag=_tag(field), keeps_all=keeps_all, omits_zero=omits_zero)


def _bare(node: Node, field: "FieldDescriptor") -> Iterator[Piece[bytes]]:
    """Return a value of a packed list, which has no tag of its own."""
    yield _Scalar(node, field, tag=b"", keeps_all=True, omits_zero=False)


def _delimited(field: "FieldDescriptor", inner: ByteLine) -> Iterator[bytes | Piece[bytes]]:
    yield varints(np.array([field.number << 3 | _DELIMITED]))[0]
    yield Delimited(inner, varints)


def _tag(field: "FieldDescriptor") -> bytes:
    return varints(np.array([field.number << 3 | _WIRE.get(field.type, _VARINT)]))[0]


class Delimited(Piece[bytes]):
    """Bytes after their own length."""

    def __init__(self, inner: ByteLine, write: Callable[[NDArray[np.int64]], list[bytes]]) -> None:
        """``write`` writes lengths."""
        self.names = inner.names
        self.bulks = inner.bulks
        self._inner = inner
        self._write = write

    def bound(self, mocks: Readings, count: int) -> "Delimited":
        return Delimited(self._inner.bound(mocks, count), self._write)

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        own = [next(histories) for _ in self.bulks]
        texts = self._inner.texts(readings, rows, own)
        return [self._write(lengths_of(texts)), texts]


class _Scalar(Piece[bytes]):
    """A number, a text or an enum's value."""

    def __init__(
        self, node: Node, field: "FieldDescriptor", *, tag: bytes, keeps_all: bool, omits_zero: bool
    ) -> None:
        self._typed = Typed(node)
        self.names = self._typed.names
        self._field = field
        self._tag = tag
        self._keeps_all = keeps_all
        self._omits_zero = omits_zero

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        values = self._typed.values(readings, len(rows))
        written, there, zero = _column(values, self._field)
        sent = there & ~zero if self._omits_zero else there
        if self._keeps_all or sent.all():
            return [repeat(self._tag), written]
        tags = np.where(sent, np.array(self._tag, dtype=object), b"").tolist()
        kept = zip(written, sent.tolist(), strict=True)
        return [tags, [text if is_sent else b"" for text, is_sent in kept]]


def _column(values: NDArray[Any], field: "FieldDescriptor") -> Column:
    if field.type in (_F.TYPE_STRING, _F.TYPE_BYTES):
        return _texts(values)
    if field.enum_type is not None and values.dtype == object:
        known = {name: each.number for name, each in field.enum_type.values_by_name.items()}
        values = np.array([_enum_value(value, known) for value in values.tolist()])
    numbers, there = numbers_of(values)
    if field.type == _F.TYPE_BOOL:
        flags = truth(values)
        return ONE[flags.astype(np.int64)].tolist(), there, ~flags
    if field.type in (_F.TYPE_FLOAT, _F.TYPE_DOUBLE):
        floats = numbers.astype(np.float64)
        with np.errstate(over="ignore"):
            narrow = floats.astype("<f4" if field.type == _F.TYPE_FLOAT else "<f8")
        bits = narrow.view(f"i{narrow.itemsize}")
        return _WRITE[field.type](narrow), there, bits == 0
    wholes = _wholes(numbers, field)
    return _WRITE.get(field.type, varints)(wholes), there, wholes == 0


def _enum_value(value: Any, known: dict[str, int]) -> float:
    if isinstance(value, str):
        return known.get(value, np.nan)
    return float(value) if isinstance(value, int | float) else np.nan


def _wholes(numbers: NDArray[Any], field: "FieldDescriptor") -> NDArray[np.int64]:
    low, high = _LIMITS.get(field.type, _64)
    if numbers.dtype.kind == "i":
        fitted = np.clip(numbers, int(low), None if high == _64[1] else int(high))
    else:
        fitted = np.clip(np.rint(numbers), low, high)
    return np.asarray(fitted, dtype=np.int64)


def _sized(value: Any) -> bytes:
    """Return a value as text after its length; no value is an empty one."""
    text = text_of(value, Form.CELL).encode(errors="replace")
    return varints(np.array([len(text)]))[0] + text


_SIZED = Known(_sized)
_EMPTY = b"\0"


def _texts(values: NDArray[Any]) -> Column:
    listed = values.tolist()
    written = [_SIZED[value] for value in listed]
    zero = np.array([text == _EMPTY for text in written])
    if not zero.any():
        return written, ~zero, zero
    there = np.array([isinstance(each, str | int | float) and each == each for each in listed])  # noqa: PLR0124
    return written, there, zero


class _Moment(Piece[bytes]):
    """Unix seconds as a google.protobuf.Timestamp, to the microsecond that a float64 holds."""

    def __init__(self, typed: Typed) -> None:
        self.names = typed.names
        self._typed = typed

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        times = number(self._typed.values(readings, len(rows))).astype(np.float64)
        limit = 2.0**53 / 1e6
        sound = np.clip(np.where(np.isfinite(times), times, 0), -limit, limit)
        seconds, micros = np.divmod(np.rint(sound * 1e6).astype(np.int64), 1_000_000)
        nanos = micros * 1000
        both = [b"\x08", b"\x10"]
        filling: list[Any] = []
        for tag, column in zip(both, (seconds, nanos), strict=True):
            written = zip(varints(column), (column != 0).tolist(), strict=True)
            filling.append([tag + text if is_there else b"" for text, is_there in written])
        return filling
