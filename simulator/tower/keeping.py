"""Whose turn it is to have a checkpoint made.

Rule: each second that of some of a tower's shards, never of all at once.
"""


class Keeping:
    """The turns of a tower's shards; moments are the clock's, in s."""

    def __init__(self, every: float) -> None:
        """``every``: s between two checkpoints of a shard."""
        self._every = every
        self._next: dict[str, float] = {}  # by shard
        self._met = 0  # shards so far

    def is_due(self, shard: str, now: float, *, is_low: bool) -> bool:
        """Whether a shard is to be kept now; if so, its next turn is counted from here.

        ``is_low``: its numbers run out, so that it is not to wait.
        """
        if shard not in self._next:
            self._met += 1
            self._next[shard] = now + self._met % self._every
        if not is_low and now < self._next[shard]:
            return False
        self._next[shard] = max(now, self._next[shard]) + self._every
        return True

    def forget(self, shard: str) -> None:
        """Take note that a shard is gone."""
        self._next.pop(shard, None)
