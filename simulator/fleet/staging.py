"""When each mock of a lot with stages is switched on and off.

Rule: pure functions of the stages, the mock's number and the lot's size; shards cannot show in
them. A mock's first moment is exact; after the first fall all goes by a grid, so that a shard is
not stopped for each of its mocks.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from simulator.lot.stages import Point, Stage, points
from simulator.randomness import FloatArray, IntArray

GRID = 10  # moments a second
NEAR = 1e-6  # of a step of the grid; what is as near to one of its moments is at it


def staged(stages: Sequence[Stage], numbers: IntArray, *, total: int) -> FloatArray:
    """Return when the stages first reach each mock, s; those of lower numbers come before it."""
    born, has_fallen = np.full(len(numbers), np.inf), False
    for (begin, low), (end, high) in pairwise(points(stages, total)):
        has_fallen |= high < low
        new = np.isinf(born) & (numbers < high)
        if new.any():
            moments = begin + (end - begin) * ((numbers[new] - low) / (high - low))
            born[new] = _after(moments) if has_fallen else moments
    return born


def changes(
    stages: Sequence[Stage], *, first: int, count: int, total: int
) -> list[tuple[float, int]]:
    """Return (s, how many mocks of the run are on from then on), as far as a shard sees them.

    Up to the first fall there is none: until then every mock is switched on by its own moment.

    Args:
        stages: Of the lot.
        first: Number of the shard's first mock.
        count: Mocks of the shard.
        total: Mocks of the lot.
    """
    corners = points(stages, total)
    falls = [place for place, (a, b) in enumerate(pairwise(corners)) if b[1] < a[1]]
    found: dict[float, int] = {}
    for line in list(pairwise(corners))[falls[0] :] if falls else ():
        found.update(_along(*line, first=first, count=count))
    return sorted(found.items())


def _along(begin: Point, end: Point, *, first: int, count: int) -> Iterator[tuple[float, int]]:
    """Yield the changes of one straight line, in order of time."""
    (start, before), (stop, after) = begin, end
    low, high = max(min(before, after), first), min(max(before, after), first + count)
    numbers = np.arange(low, high)
    if not len(numbers) or before == after:
        return
    if after < before:
        numbers = numbers[::-1]  # the highest goes first
    moments = start + (stop - start) * (numbers - before) / (after - before)
    times = _after(moments) if after > before else np.ceil(moments * GRID - NEAR) / GRID
    on = numbers + 1 if after > before else numbers
    last = np.append(times[1:] != times[:-1], True)  # of those of one moment the last one counts
    yield from zip(times[last].tolist(), on[last].tolist(), strict=True)


def _after(moments: FloatArray) -> FloatArray:
    """Return the first moment of the grid after each."""
    after: FloatArray = (np.floor(moments * GRID + NEAR) + 1) / GRID
    return after


class Staging:
    """The changes of one shard, taken in order of time. Times are s since the run's start."""

    def __init__(self, stages: Sequence[Stage], *, first: int, count: int, total: int) -> None:
        self._changes = changes(stages, first=first, count=count, total=total) if stages else []
        self._place = 0

    def next_due(self) -> float:
        """When the next change is due; inf: there is none."""
        left = self._place < len(self._changes)
        return self._changes[self._place][0] if left else math.inf

    def take(self, t: float) -> int | None:
        """Return how many mocks of the run are to be on at ``t``; None: nothing changes."""
        mocks = None
        while self.next_due() <= t:
            mocks = self._changes[self._place][1]
            self._place += 1
        return mocks

    def drop(self) -> None:
        """Change nothing any more: somebody ordered another number."""
        self._place = len(self._changes)

    @property
    def place(self) -> int:
        """How many changes were taken or dropped."""
        return self._place

    @place.setter
    def place(self, place: int) -> None:
        self._place = min(place, len(self._changes))
