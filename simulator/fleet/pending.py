"""What mocks will do in reply, and when: bounded for each of them.

Rule: of two that are due at the same time the one that was put first comes first.
"""

from bisect import insort
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.commands import Received
from simulator.fleet.checkpoint import objects

# Of one mock. A device has few buffers; and who asks it faster than it answers must not make it
# grow.
MAX_PENDING = 100

WHOLE = -1  # all that a reply does at its own time; else one later answer


class Pending(NamedTuple):
    """One thing that a mock will do."""

    t: float  # s
    reply: int  # position
    answer: int  # position of an answer that comes later, or WHOLE
    chosen: int  # position of the answer that was chosen at random or by turn; -1: none was
    message: Received


class Agenda:
    """What is pending, by the mock's row."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Pending]] = {}

    def has_room(self, row: int, count: int) -> bool:
        """Return whether so many more fit in for a mock."""
        return len(self._waiting.get(row, ())) + count <= MAX_PENDING

    def put(
        self, row: int, t: float, reply: int, message: Received, *, answer: int, chosen: int
    ) -> None:
        """Plan one thing; who puts it has asked for room."""
        waiting = self._waiting.setdefault(row, [])
        insort(waiting, Pending(t, reply, answer, chosen, message), key=itemgetter(0))

    def take(self, row: int) -> Pending:
        """Take out what comes first for a mock that has something."""
        pending = self._waiting[row].pop(0)
        if not self._waiting[row]:
            del self._waiting[row]
        return pending

    def next_at(self, row: int) -> float:
        """Return when a mock does the next thing, s; inf when it has nothing to do."""
        return self._waiting[row][0].t if row in self._waiting else np.inf

    def empty(self, row: int) -> None:
        """Forget what a mock was to do."""
        self._waiting.pop(row, None)

    def move(self, by: float) -> None:
        """Let everything be done ``by`` s later."""
        for row, waiting in self._waiting.items():
            self._waiting[row] = [each._replace(t=each.t + by) for each in waiting]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that is pending, that of a mock in its order, as columns."""
        entries = [(row, each) for row, waiting in self._waiting.items() for each in waiting]
        numbers = [(row, each.reply, each.answer, each.chosen) for row, each in entries]
        return {
            "numbers": np.array(numbers, dtype=np.int64).reshape(-1, 4),
            "times": np.array([(e.t, e.message.t) for _, e in entries]).reshape(-1, 2),
            "topics": objects([each.message.topic for _, each in entries]),
            "payloads": objects([each.message.payload for _, each in entries]),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave; the timers are the population's."""
        self._waiting = {}
        columns = (state[name].tolist() for name in ("numbers", "times", "topics", "payloads"))
        for numbers, times, topic, payload in zip(*columns, strict=True):
            row, reply, answer, chosen = numbers
            message = Received(times[1], topic, payload)
            self.put(row, times[0], reply, message, answer=answer, chosen=chosen)
