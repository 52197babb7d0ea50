"""What waits for mocks until its moment, by the mock's row: the oldest first.

Rule: who has nothing that waits has no queue; how much may wait is said by who puts it in.
"""

from collections import deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Something that has its moment."""

    @property
    def t(self) -> float:
        """In s of the run."""
        ...


Item = TypeVar("Item", bound=Timed)


class Queues(Generic[Item]):
    """The queues of mocks. The timers that empty them are the population's."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Item]] = {}

    def take(self, row: int) -> Item:
        """Take out the oldest of a mock that has one."""
        item = self._waiting[row].popleft()
        if not self._waiting[row]:
            del self._waiting[row]
        return item

    def next_at(self, row: int) -> float | None:
        """Return when the oldest is due, s; None when nothing waits."""
        return self._waiting[row][0].t if row in self._waiting else None

    def empty(self, row: int) -> None:
        """Forget what waits for a mock."""
        self._waiting.pop(row, None)

    def _entries(self) -> Iterator[tuple[int, Item]]:
        """Yield rows and items, those of a mock in their order."""
        return ((row, each) for row, queue in self._waiting.items() for each in queue)
