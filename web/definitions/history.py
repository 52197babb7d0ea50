"""What changed between two texts of a definition, line by line.

Rule: bounded in lines, so that no pair of documents holds up the console.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_LINES = 8_000  # of both texts together; comparing them takes about 0.2 s
AROUND = 3  # unchanged lines that are shown on each side of a change

Kind = Literal["same", "gone", "new", "fold"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison. ``before`` and ``after`` count from 1; None where it is not."""

    kind: Kind
    text: str  # of a fold: empty
    before: int | None = None
    after: int | None = None
    folded: int = 0  # lines that a fold stands for


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts beside each other. ``is_too_long`` says that they were not compared."""

    lines: tuple[Line, ...]
    added: int
    removed: int
    is_too_long: bool = False

    @property
    def is_same(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.added or self.removed or self.is_too_long)


def compared(before: str, after: str) -> Comparison:
    """Return what differs, with ``AROUND`` lines around each difference."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > MOST_LINES:
        return Comparison((), 0, 0, is_too_long=before != after)
    lines = tuple(_lines(old, new))
    return Comparison(
        tuple(_folded(lines)),
        added=sum(line.kind == "new" for line in lines),
        removed=sum(line.kind == "gone" for line in lines),
    )


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            for offset in range(i_end - i):
                yield Line("same", old[i + offset], i + offset + 1, j + offset + 1)
            continue
        for number in range(i, i_end):
            yield Line("gone", old[number], before=number + 1)
        for number in range(j, j_end):
            yield Line("new", new[number], after=number + 1)


def _folded(lines: tuple[Line, ...]) -> Iterator[Line]:
    """Yield the lines near a change; a fold stands for those between."""
    changed = [place for place, line in enumerate(lines) if line.kind != "same"]
    near = {each for place in changed for each in range(place - AROUND, place + AROUND + 1)}
    hidden = 0
    for place, line in enumerate(lines):
        if place not in near:
            hidden += 1
            continue
        if hidden:
            yield Line("fold", "", folded=hidden)
            hidden = 0
        yield line
    if hidden and changed:
        yield Line("fold", "", folded=hidden)
