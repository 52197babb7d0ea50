"""Text with holes for many mocks at once: columns of text, and one ``join`` a mock.

Measured, 800 mocks, ten holes, CPU time a mock: 0.22 µs for ``join``, 0.44 µs for one ``%`` format
of the same texts, 1.0 µs for one ``%`` format that writes the numbers too.

Rule: what can be known before the run is put together before the run. A hole that reads only what
is fixed for a mock (its id, its variables) melts with its neighbours into one text a mock.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice, repeat
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.payloads.hole import Hole
from simulator.randomness import IntArray

Readings: TypeAlias = Mapping[str, Any]  # name -> values, one a mock, or a single one


class Fixed:
    """A text of each mock that never changes."""

    names: frozenset[str] = frozenset()

    def __init__(self, texts: list[str]) -> None:
        self.texts: NDArray[np.object_] = np.array(texts, dtype=object)

    def at(self, rows: IntArray) -> list[str]:
        texts: list[str] = self.texts[rows].tolist()
        return texts


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
        # A text is a column that never ends; an empty line has one too.
        self._parts = [repeat(p) if isinstance(p, str) else p for p in self.pieces or ("",)]
        self.names: frozenset[str] = frozenset().union(
            *(piece.names for piece in self.pieces if isinstance(piece, Hole))
        )
        self.bulks = tuple(piece for piece in self.pieces if isinstance(piece, Bulk))

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
        columns: list[Iterable[str]] = []
        history = iter(histories)
        for part in self._parts:
            if isinstance(part, Hole):
                columns += part.fill(readings)
            elif isinstance(part, Fixed):
                columns.append(part.at(rows))
            elif isinstance(part, Bulk):
                columns.append(_listed(part.inner, next(history), rows))
            else:
                columns.append(part)
        return list(islice(map("".join, zip(*columns, strict=False)), len(rows)))


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
