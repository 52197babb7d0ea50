"""Mocks that went on in this tower, and wait for their connection before they send on.

Rule: told the time of the run. What falls due meanwhile waits, as the move is nothing that happened
to the mock: it is held on purpose, in order, and goes out once the mock is back or was refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet import Batch
from simulator.fleet.packing import batches_of, columns_of
from simulator.recording import Link

# s after which messages wait no longer: a target that lets nobody in is the mock's own trouble.
WITHIN = 20.0
MAX_WAITING = 50_000  # messages of a shard: 1,000 mocks with 50 each; more go out at once


class Returning:
    """Who of a shard's ``count`` mocks is to come back, and what they have to say by then."""

    def __init__(self, rows: Iterable[int], *, count: int, now: float) -> None:
        """``now``: s of the run at which they go on."""
        self.since = now
        self.until = now + WITHIN  # nobody is waited for any more then
        self._is_awaited: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self._is_awaited[list(rows)] = True
        self._batches: list[Batch] = []
        self._leaving: dict[int, Link] = {}  # who is to be let go once its messages went
        self._has_news = False
        self.waiting = 0  # messages

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for, and nothing that waits."""
        return not self.waiting and not self._is_awaited.any()

    def expect(self, row: int) -> None:
        """Wait for one more: its plan had it connect while nobody followed it."""
        self._is_awaited[row] = True
        self._leaving.pop(row, None)

    def keeps(self, row: int, link: Link) -> bool:
        """Whether a mock that is to be let go has to come back first, for what waits.

        If so, it is among ``leaving`` once it did; ``link`` is what it is told with.
        """
        if not self._is_awaited[row]:
            return False
        if any((batch.rows == row).any() for batch in self._batches):
            self._leaving[row] = link
            return True
        self._is_awaited[row] = False
        return False

    def leaving(self) -> list[tuple[int, Link]]:
        """Take out who came back only for what waited, and is to be let go now."""
        gone = [row for row in self._leaving if not self._is_awaited[row]]
        return [(row, self._leaving.pop(row)) for row in gone]

    def back(self, row: int) -> None:
        """Take note that a mock has its connection, or was told that it has none."""
        self._has_news |= bool(self._is_awaited[row])
        self._is_awaited[row] = False

    def hold(self, batches: Sequence[Batch]) -> list[Batch]:
        """Keep what is of mocks that are awaited; return the rest."""
        going = []
        for batch in batches:
            kept = self._is_awaited[batch.rows]
            if not kept.any() or self.waiting + len(batch) > MAX_WAITING:
                going.append(batch)
                continue
            self._keep(batch.only(kept))
            if not kept.all():
                going.append(batch.only(~kept))
        return going

    def release(self, now: float) -> list[Batch]:
        """Take out what goes on at ``now``."""
        if now >= self.until and self._is_awaited.any():
            self._is_awaited[:] = False
            self._has_news = True
        if not self._has_news:
            return []
        self._has_news = False
        batches, self._batches, self.waiting = self._batches, [], 0
        return [_held(batch, now) for batch in self.hold(batches)]

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what waits, as columns."""
        return columns_of(self._batches)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Let what ``state`` gave wait here too."""
        for batch in batches_of(state):
            self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        self._batches.append(batch)
        self.waiting += len(batch)


def _held(batch: Batch, now: float) -> Batch:
    """Return a batch saying how long it waited on purpose."""
    before = batch.held if batch.held is not None else np.zeros(len(batch))
    return replace(batch, held=np.maximum(before, now - batch.scheduled))
