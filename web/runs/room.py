"""What a tower can still carry: told by its engine, which knows more than its leases.

Rule: a shard counts from its lease until the engine has closed its last socket.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from math import inf

from simulator import Snapshot
from web.runs.leasing import Lease
from web.runs.turns import Room

LATE_FOR = 10.0  # s after which a tower that was late with what it sent takes new shards again
FADING = 0.9  # of a measured rate that still counts a second later: bursts come again


class Capacity:
    """The room of one tower."""

    def __init__(self, *, mocks: int, messages: float, clock: Callable[[], float]) -> None:
        """
        Args:
            mocks: How many it can carry.
            messages: How many messages a second it can send.
            clock: Seconds of a clock that nobody sets.
        """
        self._mocks = mocks
        self._messages = messages
        self._clock = clock
        self._late_at = -inf  # when a shard was late last
        self._going: dict[str, int] = {}  # mocks by shard, of what the engine has not ended
        self._rates: dict[str, float] = {}  # messages/s of these as measured

    def hear(self, snapshots: Sequence[Snapshot]) -> None:
        """Take note of what the engine has, and how it fares; ``snapshots`` are of all of it."""
        going = [each for each in snapshots if each.state == "running"]
        self._going = {each.shard: len(each.board) for each in going}
        self._rates = {each.shard: self._rate(each) for each in going}
        if any(second.limited for each in snapshots for second in each.seconds):
            self._late_at = self._clock()

    def carried(self, leases: Iterable[Lease]) -> int:
        """Return how many mocks are here: those under lease, and those that are still ending."""
        known = {lease.name: lease.count for lease in leases}
        return sum((self._going | known).values())

    def room(self, leases: Collection[Lease]) -> Room:
        """Return what more it can carry; of new shards nothing while it is late with what it has.

        What somebody ordered to be sent more often than its definition says counts as it is sent.
        """
        rates = self._rates | {
            lease.name: max(lease.rate, self._rates.get(lease.name, 0.0)) for lease in leases
        }
        return Room(
            self._mocks - self.carried(leases),
            self._messages - sum(rates.values()),
            self._mocks,
            is_late=self._clock() - self._late_at < LATE_FOR,
        )

    def none(self) -> Room:
        """Return the room of a tower that takes nothing any more."""
        return Room(0, 0.0, self._mocks)

    def _rate(self, snapshot: Snapshot) -> float:
        measured = max((float(second.due) for second in snapshot.seconds), default=0.0)
        return max(measured, FADING * self._rates.get(snapshot.shard, 0.0))
