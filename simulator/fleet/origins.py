"""Where mocks were before: the inner status that was left last, and the status they came from.

Rule: only what a definition asks for is remembered, in arrays with one entry a mock.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.passage import Passage
from simulator.behaviour.plan import Plan
from simulator.generators.base import check_state
from simulator.randomness import IntArray

NOWHERE = -1


class Origins:
    """The memory of a plan's statuses, for ``count`` mocks."""

    def __init__(self, plan: Plan, count: int) -> None:
        self._plan = plan
        # Codes, by level: of what was left last in it, and of what was left for it.
        self._last = {
            level: np.full(count, each.initial, dtype=np.int16)
            for level, each in enumerate(plan.levels)
            if each.has_history
        }
        self._from = {
            level: np.full(count, NOWHERE, dtype=np.int16)
            for level, each in enumerate(plan.levels)
            if each.remembers_from
        }

    def within(self, level: int, rows: IntArray) -> NDArray[Any]:
        """Return the code of the status in a level that each mock goes to."""
        if level in self._last:
            return self._last[level][rows]
        return np.full(len(rows), self._plan.levels[level].initial)

    def came_from(self, level: int, rows: IntArray) -> NDArray[Any]:
        """Return the code of the status from which each mock came to a level, or ``NOWHERE``."""
        return self._from[level][rows]

    def left(self, way: Passage, before: int, rows: IntArray) -> None:
        """Note what was left last in the levels of a way that are left."""
        for level in way.left:
            if level in self._last:
                self._last[level][rows] = before

    def entered(self, way: Passage, before: int | None, rows: IntArray) -> None:
        """Note where mocks came from that enter levels; who was inside already came from there."""
        inside = () if before is None else self._plan.chain(before)
        for level in way.entered:
            if level in self._from and level not in inside:
                self._from[level][rows] = NOWHERE if before is None else before

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what is remembered, by the level's name."""
        return {name: codes.copy() for name, codes in self._arrays().items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same plan gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        own = self._arrays()
        check_state(state, own)
        for name, codes in state.items():
            own[name][:] = codes

    def _arrays(self) -> dict[str, NDArray[np.int16]]:
        names = [level.name for level in self._plan.levels]
        last = {f"last.{names[level]}": codes for level, codes in self._last.items()}
        return {**last, **{f"from.{names[level]}": codes for level, codes in self._from.items()}}
