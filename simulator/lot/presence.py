"""How many mocks of a run are to be on when: by its ramp or stages, then by orders.

Rule: a pure function of the plan. What keeps single mocks off, a status, a fault or a refusal, is
left out, and so is ``jitter``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, nextafter

from simulator.lot.stages import Point

ROUND = 1e-9  # of a mock; lines between whole numbers come as near to one


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The plan of a run. Times are s since its start; two corners of one moment are a step."""

    own: int  # mocks of the lot
    corners: Sequence[tuple[float, float]]  # as ``Pace.corners`` gives them
    counts: Sequence[Point] = ()  # orders of so many mocks, in the order of their moments

    def on(self, t: float) -> int:
        """Return how many are to be on at ``t``."""
        return int(_after(self.lines(nextafter(t, inf)), t) + ROUND)

    def most(self, t: float) -> int:
        """Return how many were to be on at most, up to ``t``."""
        return int(max(mocks for _, mocks in self.lines(nextafter(t, inf))) + ROUND)

    def risen(self, t: float) -> float:
        """Return since when no more are to be on than before, until ``t``; ``t``: they rise."""
        rises = (b for (_, low), (b, high) in pairwise(self.lines(nextafter(t, inf))) if high > low)
        return min(t, max(rises, default=0.0))

    def lines(self, until: float) -> list[tuple[float, float]]:
        """Return how many are on as corners of lines, from 0 to ``until``."""
        counts = [count for count in self.counts if count[0] <= until]
        moments = [*(t for t, _ in counts), until]
        found = _part(self.corners, 0.0, moments[0])
        # An order ends the stages: who they had on once is on from then on, if it says so.
        reached = _risen(self.corners)
        for (begin, end), (_, mocks) in zip(pairwise(moments), counts, strict=True):
            own = _capped(_part(reached, begin, end), min(mocks, self.own))
            found += [(t, on + max(0, mocks - self.own)) for t, on in own]
        return found

    def mock_seconds(self, until: float) -> float:
        """Return for how many s mocks are on, all together, from 0 to ``until``."""
        lines = pairwise(self.lines(until))
        return sum((b - a) * (low + high) / 2 for (a, low), (b, high) in lines)


def _after(corners: Sequence[tuple[float, float]], t: float) -> float:
    """Return the value at ``t``, behind a step that lies there."""
    for (a, low), (b, high) in pairwise(corners):
        if a <= t < b:
            return low + (high - low) * (t - a) / (b - a)
    return corners[-1][1]


def _before(corners: Sequence[tuple[float, float]], t: float) -> float:
    """Return the value at ``t``, before a step that lies there."""
    for (a, low), (b, high) in pairwise(corners):
        if a < t <= b:
            return low + (high - low) * (t - a) / (b - a)
    return corners[0][1] if t <= corners[0][0] else corners[-1][1]


def _part(
    corners: Sequence[tuple[float, float]], begin: float, end: float
) -> list[tuple[float, float]]:
    if end <= begin:
        return [(begin, _after(corners, begin))]
    inside = [corner for corner in corners if begin < corner[0] < end]
    return [(begin, _after(corners, begin)), *inside, (end, _before(corners, end))]


def _risen(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the highest value until each moment."""
    found = [corners[0]]
    for (a, low), (b, high) in pairwise(corners):
        most = found[-1][1]
        if low < most < high:
            found.append((a + (b - a) * (most - low) / (high - low), most))
        found.append((b, max(most, high)))
    return found


def _capped(corners: Sequence[tuple[float, float]], most: float) -> list[tuple[float, float]]:
    """Return lines that rise, cut off at ``most``."""
    found = [(corners[0][0], min(most, corners[0][1]))]
    for (a, low), (b, high) in pairwise(corners):
        if low < most < high:
            found.append((a + (b - a) * (most - low) / (high - low), most))
        found.append((b, min(most, high)))
    return found
