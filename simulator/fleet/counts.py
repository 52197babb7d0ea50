"""How many messages a mock has sent, and how many failed, since it came into a status.

Rule: only what a transition waits for is counted.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.passage import Passage
from simulator.behaviour.plan import Plan
from simulator.generators.base import check_state
from simulator.randomness import IntArray


class Counts:
    """The counts of a plan's levels, for ``count`` mocks."""

    def __init__(self, plan: Plan, count: int) -> None:
        self._names = [level.name for level in plan.levels]
        counting = [i for i, each in enumerate(plan.levels) if each.counts("sends")]
        failing = [i for i, each in enumerate(plan.levels) if each.counts("fails")]
        # Sequence of each mock as it came into a level.
        self._first: dict[int, IntArray] = {i: np.zeros(count, dtype=np.int64) for i in counting}
        # [failed in a row, failed at all]
        self._failed: dict[int, IntArray] = {
            i: np.zeros((count, 2), dtype=np.int64) for i in failing
        }

    def entered(self, way: Passage, rows: IntArray, sequence: IntArray) -> None:
        """Begin to count for mocks that enter levels, having sent ``sequence`` messages each."""
        for level in way.entered:
            if level in self._first:
                self._first[level][rows] = sequence[rows]
            if level in self._failed:
                self._failed[level][rows] = 0

    def sent(self, level: int, rows: IntArray, sequence: IntArray) -> IntArray:
        """Return how many messages each mock has sent since it came into a level."""
        return sequence[rows] - self._first[level][rows]

    def recount(self, level: int, rows: IntArray, sequence: IntArray) -> None:
        """Begin to count the sends anew: who may leave by their number has stayed."""
        self._first[level][rows] = sequence[rows]

    def skip(self, numbers: IntArray) -> None:
        """Count so many sequence numbers of each mock as no sends: they are left out."""
        for level in self._first:
            self._first[level] += numbers

    def failed(self, level: int, row: int, times: int) -> tuple[int, int]:
        """Count failures of a mock; return how many are in a row now, and how many at all."""
        self._failed[level][row] += times
        in_a_row, total = self._failed[level][row].tolist()
        return in_a_row, total

    def delivered(self, row: int) -> None:
        """Note that a send of a mock went well: the failures before it are no row any more."""
        for failed in self._failed.values():
            failed[row, 0] = 0

    def forgive(self, level: int, row: int) -> None:
        """Begin to count the failures anew: who may leave by their number has stayed."""
        self._failed[level][row] = 0

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the counts, by the level's name."""
        return {name: counts.copy() for name, counts in self._arrays().items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same plan gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        own = self._arrays()
        check_state(state, own)
        for name, counts in state.items():
            own[name][:] = counts

    def _arrays(self) -> dict[str, IntArray]:
        first = {f"first.{self._names[level]}": each for level, each in self._first.items()}
        return {**first, **{f"failed.{self._names[i]}": each for i, each in self._failed.items()}}
