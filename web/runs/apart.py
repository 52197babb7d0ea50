"""What points of a run counted by name, by message or by status, as columns.

Rule: pure; names that counted nothing are not stored, and too many count as others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import FIGURES, Breakdown, united

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Apart:
    """What each of some points counted by name; see ``simulator.Breakdown``."""

    names: tuple[str, ...]
    counts: Integers  # points x names x FIGURES

    @classmethod
    def of(cls, parts: Sequence[Breakdown]) -> "Apart":
        """Return the breakdowns of points in order."""
        names, places = united([part.names for part in parts])
        counts = np.zeros((len(parts), len(names), len(FIGURES)), np.int64)
        for row, part, place in zip(counts, parts, places, strict=True):
            if part.names == names:  # what a shard tells each second, most often
                row[:] = part.counts
            else:
                np.add.at(row, place, part.counts)
        return cls(names, counts)

    @classmethod
    def joined(cls, parts: Sequence["Apart"]) -> "Apart":
        """Return the points of all parts, one after the other."""
        names, places = united([part.names for part in parts])
        wide = []
        for part, place in zip(parts, places, strict=True):
            if part.names == names:
                wide.append(part.counts)
                continue
            counts = np.zeros((len(names), len(part.counts), len(FIGURES)), np.int64)
            np.add.at(counts, place, part.counts.transpose(1, 0, 2))
            wide.append(counts.transpose(1, 0, 2))
        return cls(names, np.concatenate(wide))

    def summed(self, place: NDArray[Any], groups: int) -> list[Breakdown]:
        """Return the sum of each group of points; ``place`` is each point's."""
        counts = np.zeros((groups, *self.counts.shape[1:]), np.int64)
        np.add.at(counts, place, self.counts)
        return [Breakdown(self.names, each) for each in counts]

    def rows(self) -> tuple[list[str], list[Integers]]:
        """Return the names that counted something, and a column a figure: names x points."""
        used = np.flatnonzero(self.counts.any(axis=(0, 2)))
        names = [self.names[place] for place in used.tolist()]
        return names, [self.counts[:, used, place].T.ravel() for place in range(len(FIGURES))]

    @classmethod
    def of_rows(
        cls, names: Sequence[str], rows: Sequence[Integers], *, figures: Sequence[str], points: int
    ) -> "Apart":
        """Return what :meth:`rows` gave, of this version's figures or of others."""
        counts = np.zeros((points, len(names), len(FIGURES)), np.int64)
        for figure, row in zip(figures, rows, strict=True):
            if figure in FIGURES:
                counts[:, :, FIGURES.index(figure)] = row.reshape(len(names), points).T
        return cls(tuple(names), counts)
