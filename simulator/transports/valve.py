"""How many connections begin in a second, at most, where the lot says so.

Rule: told the time. They begin at moments of a grid that is the same in all shards of a run, each
with its own phase in it, so that shards which begin in the same moment do not add up.
"""

import math

BUCKET = 0.05  # s that a moment of the grid stays good, for the loop is late now and then


def next_slot(after: float, now: float, *, gap: float, phase: float) -> float:
    """Return the next moment of a grid that is free, s; it may be up to ``BUCKET`` before ``now``.

    Args:
        after: None before this.
        now: The present.
        gap: s between two moments.
        phase: s; one of the moments.
    """
    # A moment that floats put a little after the one before it is that one.
    place = math.ceil((max(after, now - BUCKET) - phase) / gap - 1e-6)
    return phase + place * gap


class Valve:
    """Lets ``rate`` through a second: in any t seconds at most rate · (t + BUCKET) + 1."""

    def __init__(self, rate: float, phase: float = 0.0) -> None:
        """``rate`` is above 0; ``phase`` is a moment of the grid, s."""
        self._gap = 1.0 / rate  # s
        self._phase = phase
        self._next = -math.inf  # s; none is free before

    def wait(self, now: float) -> float:
        """Return how long the next one has to wait, s; 0 lets it through, and counts it."""
        slot = next_slot(self._next, now, gap=self._gap, phase=self._phase)
        if slot > now:
            return slot - now
        self._next = slot + self._gap
        return 0.0
