"""What came to mocks and waits to be read.

Rule: each mock reads in the order of arrival; what would be too much is lost, as in a small device.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.commands import Received

MAX_INBOX = 100  # messages of one mock that wait for the next call of ``due``; more are lost


class Inbox:
    """The messages that wait, by the mock's row."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Received]] = {}

    def put(self, row: int, message: Received) -> bool:
        """Keep a message; return whether it is the only one, to be read at its time.

        One that says an earlier time than the one before is read right after it.
        """
        queue = self._waiting.setdefault(row, deque())
        if len(queue) >= MAX_INBOX:
            return False
        t = max(message.t, queue[-1].t) if queue else message.t
        queue.append(replace(message, t=t))
        return len(queue) == 1

    def is_full(self, row: int) -> bool:
        """Return whether a message more would be lost."""
        return len(self._waiting.get(row, ())) >= MAX_INBOX

    def take(self, row: int) -> Received:
        """Take out the oldest message of a mock that has one."""
        message = self._waiting[row].popleft()
        if not self._waiting[row]:
            del self._waiting[row]
        return message

    def next_at(self, row: int) -> float | None:
        """Return when the next message is to be read, s; None when there is none."""
        return self._waiting[row][0].t if row in self._waiting else None

    def empty(self, row: int) -> None:
        """Forget what a mock did not read."""
        self._waiting.pop(row, None)

    def move(self, by: float) -> None:
        """Let everything be read ``by`` s later."""
        for row, queue in self._waiting.items():
            self._waiting[row] = deque(replace(each, t=each.t + by) for each in queue)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all messages, those of a mock in their order: rows, times, topics, payloads."""
        entries = [(row, each) for row, queue in self._waiting.items() for each in queue]
        return {
            "rows": np.array([row for row, _ in entries], dtype=np.int64),
            "times": np.array([each.t for _, each in entries], dtype=np.float64),
            "topics": _objects([each.topic for _, each in entries]),
            "payloads": _objects([each.payload for _, each in entries]),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave; the timers that read it are the population's."""
        self._waiting = {}
        columns = (state[name].tolist() for name in ("rows", "times", "topics", "payloads"))
        for row, t, topic, payload in zip(*columns, strict=True):
            self._waiting.setdefault(row, deque()).append(Received(t, topic, payload))


def _objects(values: list[Any]) -> NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
