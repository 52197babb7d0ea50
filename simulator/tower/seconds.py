"""A shard's seconds: the one that runs, those that are over and not told yet, and their sum.

Rule: told when a second ends; what it counts is added by others.
"""

from collections import deque

from simulator.recording import Second

MAX_SECONDS = 600  # seconds kept for a receiver that does not come; then the oldest are merged


class Seconds:
    """``running`` is the second that counts are added to; ``total`` the sum of those before."""

    def __init__(self, at: int) -> None:
        """``at``: Unix seconds at which the first one begins."""
        self.running = Second(at=at)
        self.total = Second(at=at)
        self._over: deque[Second] = deque()

    @property
    def in_flight(self) -> int:
        """Sends that fell due and are not settled; right after a fold."""
        settled = [(each.delivered + each.failed) for each in (self.total, self.running)]
        return self.total.due + self.running.due - sum(settled)

    def end(self, at: int) -> None:
        """Close the running second, and begin the next at ``at`` Unix seconds."""
        self.total = Second.summed([self.total, self.running])
        self._over.append(self.running)
        if len(self._over) > MAX_SECONDS:
            oldest = [self._over.popleft() for _ in range(2)]
            self._over.appendleft(Second.summed(oldest))
        self.running = Second(at=at)

    def take(self) -> list[Second]:
        """Hand over the seconds that are over; they are not told again."""
        seconds = list(self._over)
        self._over.clear()
        return seconds
