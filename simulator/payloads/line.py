"""Text with holes for many mocks at once: one ``%`` operation a mock.

Rule: what can be known before the run is put together before the run. A hole that reads only what
is fixed for a mock (its id, its variables) melts with its neighbours into one text a mock.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.payloads.hole import Filling, Hole
from simulator.randomness import IntArray

Readings: TypeAlias = Mapping[str, Any]  # name -> values, one a mock, or a single one


class Fixed:
    """A text of each mock that never changes."""

    names: frozenset[str] = frozenset()

    def __init__(self, texts: list[str]) -> None:
        self.texts: NDArray[np.object_] = np.array(texts, dtype=object)

    def at(self, rows: IntArray) -> Filling:
        return "%s", [self.texts[rows].tolist()]


class Bulk:
    """A list of ``count`` samples, ``step`` s apart, the last of them at the message's time."""

    def __init__(self, inner: "Line", *, count: int, step: float) -> None:
        self.inner = inner
        self.names = inner.names
        self.count = count
        self.step = step


Piece: TypeAlias = str | Hole | Fixed | Bulk


class Line:
    """A text with holes; ``pieces`` are in their order."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(_joined(pieces))
        self._parts = [piece for piece in self.pieces if not isinstance(piece, str)]
        self._formats: dict[tuple[str, ...], str] = {}
        self.names: frozenset[str] = frozenset().union(
            *(piece.names for piece in self._parts if not isinstance(piece, Bulk))
        )
        self.bulks = tuple(piece for piece in self._parts if isinstance(piece, Bulk))

    def bound(self, mocks: Readings, count: int) -> "Line":
        """Return the line for ``count`` mocks of whom ``mocks`` holds what is fixed."""
        pieces: list[Piece] = []
        for is_fixed, group in groupby(self.pieces, key=lambda piece: _is_fixed(piece, mocks)):
            run = list(group)
            pieces += [_fixed(run, mocks, count)] if is_fixed else _bound(run, mocks, count)
        return Line(pieces)

    def texts(
        self, readings: Readings, rows: IntArray, histories: Sequence[Sequence[Readings]] = ()
    ) -> list[str]:
        """Return the text of each mock.

        Args:
            readings: At least ``names``, of the mocks in ``rows``.
            rows: Positions of the mocks among those that the line is bound to.
            histories: For each of ``bulks`` the readings of its samples, oldest first.
        """
        length = len(rows)
        conversions, columns, history = [], [], iter(histories)
        for part in self._parts:
            if isinstance(part, Hole):
                filled = part.fill(readings, length)
            elif isinstance(part, Fixed):
                filled = part.at(rows)
            else:
                filled = "%s", [_listed(part.inner, next(history), rows)]
            conversions.append(filled[0])
            columns += filled[1]
        if not columns:
            return ["".join(map(str, self.pieces))] * length
        text = self._format(tuple(conversions))
        return [text % row for row in zip(*columns, strict=True)]

    def _format(self, conversions: tuple[str, ...]) -> str:
        text = self._formats.get(conversions)
        if text is None:
            waiting = iter(conversions)
            text = self._formats[conversions] = "".join(
                piece.replace("%", "%%") if isinstance(piece, str) else next(waiting)
                for piece in self.pieces
            )
        return text


def _listed(inner: Line, samples: Sequence[Readings], rows: IntArray) -> list[str]:
    texts = [inner.texts(readings, rows) for readings in samples]
    return [f"[{','.join(entries)}]" for entries in zip(*texts, strict=True)]


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined


def _is_fixed(piece: Piece, mocks: Readings) -> bool:
    if isinstance(piece, Bulk):
        return False
    return isinstance(piece, str) or piece.names <= mocks.keys()


def _fixed(run: list[Piece], mocks: Readings, count: int) -> Piece:
    if all(isinstance(piece, str) for piece in run):
        return "".join(map(str, run))
    texts = Line(run).texts(mocks, np.arange(count))
    return texts[0] if texts.count(texts[0]) == count else Fixed(texts)


def _bound(run: list[Piece], mocks: Readings, count: int) -> list[Piece]:
    return [
        Bulk(piece.inner.bound(mocks, count), count=piece.count, step=piece.step)
        if isinstance(piece, Bulk)
        else piece
        for piece in run
    ]
