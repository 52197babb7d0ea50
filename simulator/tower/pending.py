"""The shards that a tower is to begin, and what was ordered of them meanwhile.

Rule: first come, first begun; whoever is not begun any more has nothing kept for it.
"""

from collections import deque
from collections.abc import Callable

from simulator.errors import DefinitionError
from simulator.tower.assignment import Assignment
from simulator.tower.shard import Shard

MAX_ORDERS = 1_000  # of all kinds, faults by hand among them, that wait for shards to begin

Order = Callable[[Shard], None]


class Pending:
    """Those of one tower."""

    def __init__(self) -> None:
        self._assignments: deque[Assignment] = deque()
        self._orders: deque[tuple[str, Order]] = deque()  # by shard

    def __bool__(self) -> bool:
        return bool(self._assignments)

    def __contains__(self, shard: str) -> bool:
        return any(each.shard == shard for each in self._assignments)

    @property
    def mocks(self) -> int:
        """How many they will have."""
        return sum(each.count for each in self._assignments)

    def put(self, assignment: Assignment) -> None:
        """Let one more wait."""
        self._assignments.append(assignment)

    def take(self) -> Assignment | None:
        """Take out whose turn it is to begin; None: nobody waits."""
        return self._assignments.popleft() if self._assignments else None

    def drop(self, shard: str) -> None:
        """Let one not begin, if it waits."""
        self._assignments = deque(each for each in self._assignments if each.shard != shard)
        self.orders(shard)

    def clear(self) -> None:
        """Let none begin."""
        self._assignments.clear()
        self._orders.clear()

    def order(self, shard: str, do: Order) -> None:
        """Keep what is to be done with a shard once it began; one that does not wait is left alone.

        Raises:
            DefinitionError: There are too many.
        """
        if shard in self:
            if len(self._orders) >= MAX_ORDERS:
                raise DefinitionError(f"at most {MAX_ORDERS:,} orders wait for shards to begin")
            self._orders.append((shard, do))

    def orders(self, shard: str) -> list[Order]:
        """Take out what was ordered of a shard."""
        found = [do for name, do in self._orders if name == shard]
        self._orders = deque(each for each in self._orders if each[0] != shard)
        return found
