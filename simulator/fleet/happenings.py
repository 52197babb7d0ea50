"""What happened to mocks' connections and sends and waits to be told to them.

Rule: told in the order of time, like everything that happens to a mock; the same thing several
times at one moment is one entry, and of more than ``MAX_WAITING`` entries the oldest are dropped.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.queues import Queues

# Entries of one mock; each is told within the next call of ``due``, and equal ones are one.
MAX_WAITING = 100

BORN, MADE, LOST, FAILED, DELIVERED = range(5)


class Happening(NamedTuple):
    """One kind of thing that happened to a mock, once or several times."""

    t: float  # s
    what: int  # BORN, MADE, LOST: its connection, the first time or later; FAILED, DELIVERED: sends
    times: int


class Happenings(Queues[Happening]):
    """What waits to be told, by the mock's row."""

    def put(self, row: int, t: float, what: int) -> bool:
        """Keep what happened; return whether it is the only thing, to be told at its time."""
        queue = self._waiting.setdefault(row, deque(maxlen=MAX_WAITING))
        if queue and queue[-1].what == what and queue[-1].t >= t:
            queue[-1] = queue[-1]._replace(times=queue[-1].times + 1)
            return False
        queue.append(Happening(max(t, queue[-1].t) if queue else t, what, 1))
        return len(queue) == 1

    def move(self, by: float) -> None:
        """Let everything be told ``by`` s later."""
        for row, queue in self._waiting.items():
            later = (each._replace(t=each.t + by) for each in queue)
            self._waiting[row] = deque(later, maxlen=MAX_WAITING)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that waits, that of a mock in its order: rows, times, kinds, how often."""
        entries = [(row, *each) for row, each in self._entries()]
        rows, times, kinds, counts = zip(*entries, strict=True) if entries else ((), (), (), ())
        return {
            "rows": np.array(rows, dtype=np.int64),
            "times": np.array(times, dtype=np.float64),
            "kinds": np.array(kinds, dtype=np.int64),
            "counts": np.array(counts, dtype=np.int64),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave."""
        self._waiting = {}
        columns = (state[name].tolist() for name in ("rows", "times", "kinds", "counts"))
        for row, t, what, times in zip(*columns, strict=True):
            queue = self._waiting.setdefault(row, deque(maxlen=MAX_WAITING))
            queue.append(Happening(t, what, times))
