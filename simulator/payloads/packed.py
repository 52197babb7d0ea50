"""A payload tree as bytes that describe themselves: what CBOR and MessagePack have in common.

Rule: a value keeps the type that it has in JSON; what is left out takes its key with it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk as BulkOf
from simulator.definition.messages.payload import Node
from simulator.payloads.frame import frame_bytes
from simulator.payloads.line import Bulk, ByteLine, Filling, Piece, Readings, Samples
from simulator.payloads.octets import Known
from simulator.payloads.presence import optional_name, present
from simulator.payloads.texts import JsonText
from simulator.payloads.typed import Typed
from simulator.randomness import IntArray


class Packer(ABC):
    """How a format writes each kind of value."""

    null: bytes

    @abstractmethod
    def booleans(self, values: NDArray[np.bool_]) -> list[bytes]:
        """Return true and false."""

    @abstractmethod
    def wholes(self, values: NDArray[np.int64]) -> list[bytes]:
        """Return whole numbers, each as short as it can be."""

    @abstractmethod
    def floats(self, values: NDArray[np.float64]) -> list[bytes]:
        """Return floating point numbers of 64 bits."""

    @abstractmethod
    def whole(self, value: int) -> bytes:
        """Return one whole number of any size."""

    @abstractmethod
    def text_head(self, length: int) -> bytes:
        """Return what stands before the ``length`` bytes of a text."""

    @abstractmethod
    def blob_head(self, length: int) -> bytes:
        """Return what stands before ``length`` bytes that are no text."""

    @abstractmethod
    def list_head(self, length: int) -> bytes:
        """Return what stands before the ``length`` values of an array."""

    @abstractmethod
    def map_head(self, length: int) -> bytes:
        """Return what stands before the ``length`` members of a map."""

    @abstractmethod
    def filler_head(self, length: int) -> bytes:
        """Return what stands before a text, as many bytes whatever its length."""

    def text(self, value: str) -> bytes:
        """Return a text; half a surrogate pair becomes ``?``."""
        encoded = value.encode(errors="replace")
        return self.text_head(len(encoded)) + encoded

    def column(self, values: NDArray[Any]) -> list[bytes]:
        """Return each value of a column; no value, NaN and inf are null, as in JSON."""
        kind = values.dtype.kind
        if kind == "f":
            sound = np.isfinite(values)
            if sound.all():
                return self.floats(values)
            result = np.full(len(values), self.null, dtype=object)
            result[sound] = self.floats(values[sound])
            return list(result)
        if kind == "i":
            return self.wholes(values)
        if kind == "b":
            return self.booleans(values)
        known = self._known
        return [known[value] for value in values.tolist()]

    @cached_property
    def _known(self) -> Known:
        return Known(self._one)

    def _one(self, value: Any) -> bytes:
        if isinstance(value, JsonText):
            return self._tree(orjson.loads(str(value)))
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bool):
            return self.booleans(np.array([value]))[0]
        if isinstance(value, int):
            return self.whole(value)
        if isinstance(value, float) and math.isfinite(value):
            return self.floats(np.array([value]))[0]
        return self.null

    def _tree(self, value: Any) -> bytes:
        """Return what was read from JSON."""
        if isinstance(value, list):
            return self.list_head(len(value)) + b"".join(map(self._tree, value))
        if isinstance(value, dict):
            members = [self.text(key) + self._tree(each) for key, each in value.items()]
            return self.map_head(len(members)) + b"".join(members)
        return self._one(value)


def packed_line(
    tree: Node, packer: Packer, left_out: Collection[str] = (), *, more: int = 0
) -> ByteLine:
    """Return a payload tree as a line.

    Args:
        tree: What the message's word holds.
        packer: How its values are written.
        left_out: Metrics that may be ``LEFT_OUT``.
        more: Members that its map counts and that come behind it.
    """
    writer = _Writer(packer, frozenset(left_out))
    return ByteLine(writer.map(tree, more) if more else writer.pieces(tree))


class _Writer:
    """Walks through a tree."""

    def __init__(self, packer: Packer, left_out: frozenset[str]) -> None:
        self._packer = packer
        self._left_out = left_out

    def pieces(self, node: Node) -> Iterator[bytes | Piece[bytes]]:
        packer = self._packer
        match node:
            case BulkOf() if node.columns is not None:
                yield from self.map(node.columns)
            case BulkOf():
                head = packer.list_head(node.count)
                inner = ByteLine(self.pieces(node.of))
                yield head
                yield Bulk(inner, count=node.count, step=node.step, join=b"".join)
            case Binary():
                yield _Blob(frame_bytes(node), packer)
            case dict():
                yield from self.map(node)
            case tuple():
                yield packer.list_head(len(node))
                for each in node:
                    yield from self.pieces(each)
            case _:
                typed = Typed(node)
                yield (
                    packer.column(typed.values({}, 1))[0]
                    if typed.is_constant
                    else _Leaf(typed, packer)
                )

    def map(self, node: dict[Any, Node], more: int = 0) -> Iterator[bytes | Piece[bytes]]:
        names = [optional_name(each, self._left_out) for each in node.values()]
        may_vanish = [name for name in names if name is not None]
        if may_vanish:
            yield _MapHead(len(node) + more - len(may_vanish), may_vanish, self._packer)
        else:
            yield self._packer.map_head(len(node) + more)
        for name, (key, each) in zip(names, node.items(), strict=True):
            written = self._packer.text(key) if isinstance(key, str) else None
            start = _Leaf(Typed(key, is_text=True), self._packer) if written is None else written
            pieces = [start, *self.pieces(each)]
            yield from pieces if name is None else [_Optional(ByteLine(pieces), name)]


class _Leaf(Piece[bytes]):
    """A value that is read."""

    def __init__(self, typed: Typed, packer: Packer) -> None:
        self.names = typed.names
        self._typed = typed
        self._packer = packer

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        return [self._packer.column(self._typed.values(readings, len(rows)))]


class _Blob(Piece[bytes]):
    """A frame of bytes."""

    def __init__(self, frame: ByteLine, packer: Packer) -> None:
        self.names = frame.names
        self.bulks = frame.bulks
        self._frame = frame
        self._packer = packer

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        own = [next(histories) for _ in self.bulks]
        frames = self._frame.texts(readings, rows, own)
        heads = {size: self._packer.blob_head(size) for size in set(map(len, frames))}
        return [[heads[len(frame)] for frame in frames], frames]


class _MapHead(Piece[bytes]):
    """The head of a map whose members are not always there."""

    def __init__(self, sure: int, optional: list[str], packer: Packer) -> None:
        self.names = frozenset(optional)
        self._sure = sure
        self._optional = optional
        heads = [packer.map_head(size) for size in range(sure + len(optional) + 1)]
        self._heads: NDArray[np.object_] = np.empty(len(heads), dtype=object)
        self._heads[:] = heads

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        del histories
        counts = np.full(len(rows), self._sure, dtype=np.int64)
        for name in self._optional:
            there = present(readings[name], len(rows))
            counts += 1 if there is None else there
        return [self._heads[counts].tolist()]


class _Optional(Piece[bytes]):
    """A member of a map that is not always there."""

    def __init__(self, member: ByteLine, name: str) -> None:
        self.names = member.names
        self._member = member
        self._name = name

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[bytes]:
        there = present(readings[self._name], len(rows))
        if there is None:
            return self._member.columns(readings, rows, histories)
        texts = self._member.texts(readings, rows)
        both = zip(texts, there.tolist(), strict=True)
        return [[text if is_there else b"" for text, is_there in both]]
