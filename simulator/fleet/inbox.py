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
from simulator.fleet.checkpoint import objects
from simulator.fleet.queues import Queues

MAX_INBOX = 100  # messages of one mock that wait for the next call of ``due``; more are lost


class Inbox(Queues[Received]):
    """The messages that wait to be read, by the mock's row."""

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

    def move(self, by: float) -> None:
        """Let everything be read ``by`` s later."""
        for row, queue in self._waiting.items():
            self._waiting[row] = deque(replace(each, t=each.t + by) for each in queue)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all messages, those of a mock in their order: rows, times, topics, payloads."""
        entries = list(self._entries())
        return {
            "rows": np.array([row for row, _ in entries], dtype=np.int64),
            "times": np.array([each.t for _, each in entries], dtype=np.float64),
            "topics": objects([each.topic for _, each in entries]),
            "payloads": objects([each.payload for _, each in entries]),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave."""
        self._waiting = {}
        columns = (state[name].tolist() for name in ("rows", "times", "topics", "payloads"))
        for row, t, topic, payload in zip(*columns, strict=True):
            self._waiting.setdefault(row, deque()).append(Received(t, topic, payload))
