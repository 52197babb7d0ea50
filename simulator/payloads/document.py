"""The JSON body of a message as a line with holes.

Rule: compact JSON, keys in the document's order; a placeholder that is a whole value keeps its own
type, so ``"{temperature:.1f}"`` is a number.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk as BulkOf
from simulator.definition.messages.payload import Node
from simulator.payloads.frame import frame_line
from simulator.payloads.hole import Hole
from simulator.payloads.line import Bulk, Filling, Line, Piece, Readings, Samples
from simulator.payloads.plain import plain_line
from simulator.payloads.presence import optional_name, present
from simulator.payloads.texts import Form, plain, quoted
from simulator.randomness import IntArray

__all__ = ["json_line", "plain_line"]


def json_line(tree: Node, left_out: Collection[str] = ()) -> Line:
    """Return a payload tree (see ``definition/messages/payload.py``) as a line.

    Args:
        tree: What the message's ``json`` holds.
        left_out: Metrics that may be ``LEFT_OUT``; a key with one of them for its value is then
            missing. Of any other metric it is null.
    """
    return Line(_Writer(frozenset(left_out)).pieces(tree))


class _Writer:
    """Walks through a tree."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self._left_out = left_out

    def pieces(self, node: Node) -> Iterator[str | Piece[str]]:
        match node:
            case Template():
                yield from _text(node)
            case BulkOf() if node.columns is not None:
                yield from self._object(node.columns)
            case BulkOf():
                inner = Line(self.pieces(node.of))
                yield Bulk(inner, count=node.count, step=node.step, join=_listed)
            case Binary():
                yield '"'
                yield from frame_line(node).pieces
                yield '"'
            case dict():
                yield from self._object(node)
            case tuple():
                yield "["
                for index, value in enumerate(node):
                    yield "," if index else ""
                    yield from self.pieces(value)
                yield "]"
            case _:
                yield plain(node, Form.VALUE)

    def _object(self, node: dict[Any, Node]) -> Iterator[str | Piece[str]]:
        """Commas stand behind the members before the first that is always there, else before."""
        names = [optional_name(value, self._left_out) for value in node.values()]
        sure = names.index(None) if None in names else None
        yield "{"
        if node and sure is None:
            yield _Optional([self._member(*each) for each in node.items()], map(str, names))
        else:
            for index, (name, each) in enumerate(zip(names, node.items(), strict=True)):
                is_early = sure is not None and index < sure
                before, after = ("", ",") if is_early else ("," if index != sure else "", "")
                member = Line([before, *self._member(*each).pieces, after])
                yield from member.pieces if name is None else [_Optional([member], [name])]
        yield "}"

    def _member(self, key: str | Template, value: Node) -> Line:
        written = [f"{quoted(key)}:"] if isinstance(key, str) else [*_quoted(key), ":"]
        return Line([*written, *self.pieces(value)])


class _Optional(Piece[str]):
    """Members of an object that are not always there, with commas between them."""

    def __init__(self, members: Sequence[Line], metrics: Iterator[str] | Sequence[str]) -> None:
        self._members = list(zip(members, metrics, strict=True))
        self.names = frozenset().union(*(line.names for line in members))

    def bound(self, mocks: Readings, count: int) -> "_Optional":
        bound = [line.bound(mocks, count) for line, _ in self._members]
        return _Optional(bound, [metric for _, metric in self._members])

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[str]:
        there = [present(readings[metric], len(rows)) for _, metric in self._members]
        if len(there) == 1 and there[0] is None:
            return self._members[0][0].columns(readings, rows, histories)
        texts = [
            _blanked(line.texts(readings, rows), kept)
            for (line, _), kept in zip(self._members, there, strict=True)
        ]
        if len(texts) == 1:
            return texts
        return [[",".join(filter(None, each)) for each in zip(*texts, strict=True)]]


def _blanked(texts: list[str], kept: Any) -> list[str]:
    if kept is None:
        return texts
    return np.where(kept, np.array(texts, dtype=object), "").tolist()  # type: ignore[no-any-return]


def _listed(entries: tuple[str, ...]) -> str:
    return f"[{','.join(entries)}]"


def _text(template: Template) -> Iterator[str | Piece[str]]:
    if template.single is not None:
        yield Hole(template.single, Form.VALUE)
    else:
        yield from _quoted(template)


def _quoted(template: Template) -> Iterator[str | Piece[str]]:
    yield '"'
    for part in template.parts:
        yield quoted(part)[1:-1] if isinstance(part, str) else Hole(part, Form.INSIDE)
    yield '"'
