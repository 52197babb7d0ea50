"""Counts kept apart by name: what a second counted of each message, or in each status.

Rule: names are few and bounded; what is beyond them is counted together, so that sums stay exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

# What is counted of each name. ``bytes`` are of payloads that were written or acknowledged;
# ``present`` are mock-seconds: of a status how many mocks are in it at the end of each second.
FIGURES = ("sent", "acknowledged", "failed", "bytes", "present")
OTHERS = ""  # the name of all that are not kept apart
MOST_NAMES = 64  # kept apart, the others among them; 2.5 kB a second, and no chart shows as many

Counts = NDArray[np.int64]


def no_counts(names: int = 0) -> Counts:
    """Return zeros for so many names."""
    return np.zeros((names, len(FIGURES)), np.int64)


@dataclass(slots=True, eq=False)
class Breakdown:
    """Names, each once, and a row of ``FIGURES`` for each."""

    names: tuple[str, ...] = ()
    counts: Counts = field(default_factory=no_counts)  # names x FIGURES

    def add(self, names: tuple[str, ...], counts: Counts) -> None:
        """Add counts in place; ``names`` begin with those that it has."""
        if len(names) > len(self.names):
            grown = no_counts(len(names))
            grown[: len(self.names)] = self.counts
            self.names, self.counts = names, grown
        self.counts += counts

    def of(self, name: str) -> dict[str, int]:
        """Return what was counted of a name, by ``FIGURES``; zeros where it never came."""
        row = self.counts[self.names.index(name)].tolist() if name in self.names else ()
        return dict(zip(FIGURES, row or [0] * len(FIGURES), strict=True))

    def __bool__(self) -> bool:
        return bool(self.counts.any())

    def __eq__(self, other: object) -> bool:
        """Whether it counted the same, in whatever order it met the names."""
        if not isinstance(other, Breakdown):
            return NotImplemented
        return self._filled() == other._filled()

    __hash__ = None  # type: ignore[assignment]  # it changes

    @classmethod
    def merged(cls, parts: Iterable["Breakdown"]) -> Self:
        """Return all of ``parts`` in one; names in the order in which they are met."""
        told = [part for part in parts if part.names]
        if not told:
            return cls()
        names, places = united([part.names for part in told])
        counts = no_counts(len(names))
        for part, place in zip(told, places, strict=True):
            np.add.at(counts, place, part.counts)
        return cls(names, counts)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON: ``{"names": [...], "figures": [...], "counts": [[...], ...]}``."""
        return {"names": self.names, "figures": FIGURES, "counts": self.counts.tolist()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return what ``to_dict`` wrote; figures that are not known by now are left out."""
        names = tuple(stored["names"])
        table = np.array(stored["counts"], np.int64).reshape(len(names), len(stored["figures"]))
        counts = no_counts(len(names))
        for place, figure in enumerate(stored["figures"]):
            if figure in FIGURES:
                counts[:, FIGURES.index(figure)] = table[:, place]
        return cls(names, counts)

    def _filled(self) -> dict[str, list[int]]:
        rows = zip(self.names, self.counts.tolist(), strict=True)
        return {name: row for name, row in rows if any(row)}


def united(lists: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[NDArray[np.intp]]]:
    """Return the names of all lists, and the place of each list's names among them.

    At most ``MOST_NAMES``, ``OTHERS`` the first of them; what comes later has its place.
    """
    places = {OTHERS: 0}
    for names in dict.fromkeys(lists):
        for name in names:
            if name not in places:
                places[name] = len(places) if len(places) < MOST_NAMES else 0
    kept = tuple(name for name, place in places.items() if place or name == OTHERS)
    known = {
        names: np.array([places[name] for name in names], np.intp) for names in dict.fromkeys(lists)
    }
    return kept, [known[names] for names in lists]
