"""Counts the sends of a shard by message and by status, a block at a time.

Rule: two passes of numpy over a block for each of the two; a name is looked up once a record.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.recording.block import Block, Outcome
from simulator.recording.breakdown import FIGURES, MOST_NAMES, OTHERS, Counts, no_counts
from simulator.recording.counters import Second

_SENT, _ACKNOWLEDGED, _FAILED, _BYTES, _PRESENT = range(len(FIGURES))
_OUTCOMES = len(Outcome)


class Names:
    """Gives names codes, those of ``known`` first; ``OTHERS`` has 0, and so have all too many."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.names: tuple[str, ...] = (OTHERS,)
        self._codes = {OTHERS: 0}
        for name in known:
            self._learn(name)

    def codes(self, names: Sequence[str]) -> NDArray[np.uint8]:
        """Return the code of each name; a new one is learned while there is room."""
        try:
            found = bytes(map(self._codes.__getitem__, names))  # 30 ns a name
        except KeyError:
            for name in dict.fromkeys(names):
                self._learn(name)
            found = bytes(map(self._codes.__getitem__, names))
        return np.frombuffer(found, np.uint8)

    def _learn(self, name: str) -> None:
        if name in self._codes:
            return
        has_room = len(self.names) < MOST_NAMES
        self._codes[name] = len(self.names) if has_room else 0
        if has_room:
            self.names += (name,)


class Apart:
    """The counts of one shard by the messages and statuses of its definition."""

    def __init__(self, *, messages: Iterable[str], statuses: Sequence[str]) -> None:
        """``statuses`` by the code that records have; ``messages`` those that are known before."""
        self._messages = Names(messages)
        self._statuses = Names(statuses)
        self._codes = self._statuses.codes(statuses).astype(np.intp)

    def count(self, block: Block, second: Second) -> None:
        """Add the sends of a block to a second."""
        size = np.where(block.outcome == Outcome.FAILED, 0, block.size)
        outcome = block.outcome.astype(np.intp)
        codes = self._messages.codes(block.messages).astype(np.intp)
        names = self._messages.names
        second.messages.add(names, _table(codes, outcome, size, count=len(names)))
        names = self._statuses.names
        codes = self._codes[block.status]
        second.statuses.add(names, _table(codes, outcome, size, count=len(names)))

    def dwell(self, status: NDArray[np.uint8], second: Second) -> None:
        """Add which status (code) each mock is in, at the end of a second."""
        names = self._statuses.names
        counts = no_counts(len(names))
        counts[:, _PRESENT] = np.bincount(self._codes[status], minlength=len(names))
        second.statuses.add(names, counts)


def _table(
    codes: NDArray[np.intp], outcome: NDArray[np.intp], size: NDArray[np.int64], *, count: int
) -> Counts:
    """Return a row of figures for each code; what is no send is of size 0, and of no outcome."""
    by_outcome = np.bincount(codes * _OUTCOMES + outcome, minlength=count * _OUTCOMES)
    by_outcome = by_outcome.reshape(count, _OUTCOMES)
    counts = no_counts(count)
    counts[:, _SENT] = by_outcome[:, Outcome.SENT]
    counts[:, _ACKNOWLEDGED] = by_outcome[:, Outcome.ACKNOWLEDGED]
    counts[:, _FAILED] = by_outcome[:, Outcome.FAILED]
    counts[:, _BYTES] = np.bincount(codes, weights=size, minlength=count)
    return counts
