"""How many connections begin in a second, at most, where the lot says so.

Rule: told the time; evenly spaced. In any t seconds at most rate · (t + BUCKET) + 1 begin.
"""

BUCKET = 0.05  # s of the rate that is made up for, for the loop is late now and then


class Valve:
    """Lets ``rate`` through a second."""

    def __init__(self, rate: float) -> None:
        """``rate`` is above 0."""
        self._gap = 1.0 / rate  # s
        self._next = float("-inf")  # s

    def wait(self, now: float) -> float:
        """Return how long the next one has to wait, s; 0 lets it through, and counts it."""
        if now < self._next:
            return self._next - now
        self._next = max(self._next, now - BUCKET) + self._gap
        return 0.0
