"""Values of Avro over columns, as the specification's binary encoding has it (Avro 1.11).

Rule: what has no value is null where the schema allows it, else the type's zero.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.arithmetic import number, truth
from simulator.definition.expressions.template import Template
from simulator.definition.messages.avro import (
    Avro,
    branch_of,
    type_of,
)
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk as BulkOf
from simulator.definition.messages.payload import Node
from simulator.payloads.frame import frame_bytes
from simulator.payloads.line import Bulk, ByteLine, Filling, Piece, Readings, Samples
from simulator.payloads.octets import ONE, Known, numbers_of, plain, zigzags
from simulator.payloads.protobuf import Delimited
from simulator.payloads.texts import Form
from simulator.payloads.texts import plain as text_of
from simulator.payloads.typed import Typed
from simulator.randomness import IntArray
from simulator.schemas.avro import Schema, fastavro_schema, resolved

_Write = Callable[[NDArray[Any]], list[bytes]]

# Units of a second of the logical types that are moments.
_MOMENTS = {
    "timestamp-millis": 1e3,
    "timestamp-micros": 1e6,
    "local-timestamp-millis": 1e3,
    "local-timestamp-micros": 1e6,
}
_LIMITS = {"int": (-(2.0**31), 2.0**31 - 1), "long": (-(2.0**63), 2.0**63 - 1024)}


def avro_line(payload: Avro) -> ByteLine:
    """Return a value as a line of bytes, its framing before it."""
    names: dict[str, Schema] = {}
    schema = resolved(payload.schema_, names, "")
    pieces = _Writer(names).pieces(payload.value, schema)
    return ByteLine([_framing(payload), *pieces])


def _framing(payload: Avro) -> bytes:
    if payload.framing == "raw":
        return b""
    if payload.framing == "confluent":
        return b"\0" + (payload.schema_id or 0).to_bytes(4, "big")
    library = fastavro_schema()
    canonical = library.to_parsing_canonical_form(payload.schema_)
    return b"\xc3\x01" + bytes.fromhex(library.fingerprint(canonical, "CRC-64-AVRO"))


class _Writer:
    """Walks through a value and its schema."""

    def __init__(self, names: dict[str, Schema]) -> None:
        self._names = names

    def pieces(self, node: Node, schema: Schema) -> Iterator[bytes | Piece[bytes]]:
        kind, whole = type_of(schema, self._names)
        if kind == "union":
            yield from self._union(node, whole["branches"])
        elif kind == "record":
            yield from self._record(node, whole)
        elif kind == "array":
            yield from self._array(node, whole["items"])
        elif kind == "map":
            members = [
                piece
                for key, each in node.items()
                for piece in (
                    *self.pieces(_literal(key), "string"),
                    *self.pieces(each, whole["values"]),
                )
            ]
            yield from _block(len(node), members)
        elif isinstance(node, Binary):
            yield from _binary(node, kind, whole)
        elif kind != "null":
            yield _Leaf(Typed(node), _writer(kind, whole))

    def _record(self, node: Any, schema: dict[str, Any]) -> Iterator[bytes | Piece[bytes]]:
        given = {str(key): value for key, value in node.items()}
        for field in schema["fields"]:
            name, kind = field["name"], field["type"]
            value = given[name] if name in given else _default(field["default"])
            yield from self.pieces(value, kind)

    def _array(self, node: Node, items: Schema) -> Iterator[bytes | Piece[bytes]]:
        if isinstance(node, BulkOf):
            inner = ByteLine(self.pieces(node.of, items))
            bulk = Bulk(inner, count=node.count, step=node.step, join=b"".join)
            yield from _block(node.count, [bulk])
        else:
            yield from _block(len(node), [p for each in node for p in self.pieces(each, items)])

    def _union(self, node: Node, branches: list[Schema]) -> Iterator[bytes | Piece[bytes]]:
        if isinstance(node, Template) and node.names:
            kinds = [type_of(each, self._names) for each in branches]
            yield _Choice(node, kinds)
            return
        position = branch_of(node, branches, self._names)
        if position is None:
            raise ValueError("a value that was checked fits a branch")
        yield zigzags(np.array([position]))[0]
        yield from self.pieces(node, branches[position])


def _binary(node: Binary, kind: str, schema: dict[str, Any]) -> Iterator[bytes | Piece[bytes]]:
    frame = frame_bytes(node)
    yield _Sized(frame, schema["size"]) if kind == "fixed" else Delimited(frame, zigzags)


def _block(count: int, members: list[bytes | Piece[bytes]]) -> Iterator[bytes | Piece[bytes]]:
    """Return the one block of an array or a map, and the empty one that ends it."""
    if count:
        yield zigzags(np.array([count]))[0]
        yield from members
    yield b"\0"


def _literal(value: Any) -> Any:
    """Return a text as a template without placeholders, whatever brackets it has."""
    return Template(value, (value,) if value else ()) if isinstance(value, str) else value


def _default(value: Any) -> Node:
    """Return a default of a schema, which is JSON, as a payload tree."""
    if isinstance(value, dict):
        return {key: _default(each) for key, each in value.items()}
    if isinstance(value, list):
        return tuple(_default(each) for each in value)
    return _literal(value)


def _writer(kind: str, schema: dict[str, Any]) -> _Write:
    if kind in ("int", "long"):
        scale = _MOMENTS.get(schema.get("logicalType", ""), 1.0)
        return partial(_wholes, limits=_LIMITS[kind], scale=scale)
    if kind == "enum":
        places = {symbol: place for place, symbol in enumerate(schema["symbols"])}
        default = places.get(schema.get("default", ""), 0)
        return lambda values: zigzags(
            np.array([places.get(value, default) for value in values.tolist()])
        )
    if kind == "fixed":
        return partial(_fixed, size=schema["size"])
    return _WRITERS[kind]


def _wholes(values: NDArray[Any], *, limits: tuple[float, float], scale: float) -> list[bytes]:
    """Floats of a moment are Unix seconds; whole numbers are in the schema's unit already."""
    numbers, _ = numbers_of(values)
    if numbers.dtype.kind == "f":
        scaled = numbers * scale
        return zigzags(np.clip(np.rint(scaled), *limits).astype(np.int64))
    clipped = (
        numbers if limits == _LIMITS["long"] else np.clip(numbers, int(limits[0]), int(limits[1]))
    )
    return zigzags(clipped)


def _floats(values: NDArray[Any], *, kind: str) -> list[bytes]:
    with np.errstate(over="ignore"):
        numbers = number(values).astype(np.float64)
        return plain(np.where(np.isnan(numbers), 0, numbers), kind)


def _encoded(values: NDArray[Any]) -> list[bytes]:
    return [text_of(value, Form.CELL).encode(errors="replace") for value in values.tolist()]


def _sized(value: Any) -> bytes:
    text = text_of(value, Form.CELL).encode(errors="replace")
    return zigzags(np.array([len(text)]))[0] + text


_SIZED = Known(_sized)


def _texts(values: NDArray[Any]) -> list[bytes]:
    return [_SIZED[value] for value in values.tolist()]


def _fixed(values: NDArray[Any], *, size: int) -> list[bytes]:
    return [text[:size].ljust(size, b"\0") for text in _encoded(values)]


_WRITERS: dict[str, _Write] = {
    "null": lambda values: [b""] * len(values),
    "boolean": lambda values: ONE[truth(values).astype(np.int64)].tolist(),
    "float": partial(_floats, kind="<f4"),
    "double": partial(_floats, kind="<f8"),
    "string": _texts,
    "bytes": _texts,
}


class _Leaf(Piece[bytes]):
    """A single value."""

    def __init__(self, typed: Typed, write: _Write) -> None:
        self.names = typed.names
        self._typed = typed
        self._write = write

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        return [self._write(self._typed.values(readings, len(rows)))]


class _Sized(Piece[bytes]):
    """A frame of exactly so many bytes."""

    def __init__(self, frame: ByteLine, size: int) -> None:
        self.names = frame.names
        self.bulks = frame.bulks
        self._frame = frame
        self._size = size

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        own = [next(histories) for _ in self.bulks]
        size = self._size
        frames = self._frame.texts(readings, rows, own)
        return [[frame[:size].ljust(size, b"\0") for frame in frames]]


# For each kind of value, the branches that hold it, the best one first.
_FITTING = {
    "bool": ("boolean", "int", "long", "string"),
    "int": ("long", "int", "double", "float", "string"),
    "float": ("double", "float", "long", "int", "string"),
    "str": ("enum", "string", "bytes", "fixed"),
}


class _Choice(Piece[bytes]):
    """A union's branch and its value, by what each value is."""

    def __init__(self, node: Template, kinds: list[tuple[str, dict[str, Any]]]) -> None:
        self._typed = Typed(node)
        self.names = self._typed.names
        self._kinds = [kind for kind, _ in kinds]
        self._heads = [zigzags(np.array([place]))[0] for place in range(len(kinds))]
        simple = ("null", "int", "long", "enum", "fixed", *_WRITERS)
        self._writers = [_writer(*each) if each[0] in simple else None for each in kinds]
        self._symbols = {
            symbol for kind, whole in kinds if kind == "enum" for symbol in whole["symbols"]
        }

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        values = self._typed.values(readings, len(rows))
        places = self._places(values)
        result = np.empty(len(values), dtype=object)
        for place in np.unique(places).tolist():
            chosen = places == place
            write, head = self._writers[place], self._heads[place]
            assert write is not None
            result[chosen] = [head + text for text in write(values[chosen])]
        return [result.tolist()]

    def _places(self, values: NDArray[Any]) -> IntArray:
        kind = {"f": "float", "i": "int", "b": "bool"}.get(values.dtype.kind)
        if kind is None:
            return np.array([self._place(value) for value in values.tolist()])
        places = np.full(len(values), self._branch(kind))
        if kind == "float" and "null" in self._kinds:
            places[~np.isfinite(values)] = self._kinds.index("null")
        return places

    def _place(self, value: Any) -> int:
        is_none = not isinstance(value, str | int | float) or value != value  # noqa: PLR0124
        if is_none and "null" in self._kinds:
            return self._kinds.index("null")
        if isinstance(value, str) and "enum" in self._kinds and value not in self._symbols:
            others = [kind for kind in _FITTING["str"][1:] if kind in self._kinds]
            return self._kinds.index(others[0]) if others else self._kinds.index("enum")
        if isinstance(value, str):
            return self._branch("str")
        return self._branch("float" if is_none else type(value).__name__)

    def _branch(self, kind: str) -> int:
        for each in _FITTING[kind]:
            if each in self._kinds:
                return self._kinds.index(each)
        single = [place for place, write in enumerate(self._writers) if write is not None]
        return next(place for place in single if self._kinds[place] != "null")
