"""Conditions on readings: whether they hold, have begun to, and have done so for long enough.

Rule: what must be remembered of a condition lies in arrays, one entry a mock.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.exits import Exit
from simulator.behaviour.plan import Plan
from simulator.generators.base import check_state
from simulator.randomness import IntArray


class Conditions:
    """The conditions of a plan's transitions, for ``count`` mocks."""

    def __init__(self, plan: Plan, count: int) -> None:
        edges = [e for level in plan.levels for e in level.exits if e.trigger.edge is not None]
        # Whether it was seen not to hold since the mock came into the status.
        self._armed: dict[str, NDArray[np.bool_]] = {
            leaving.name: np.zeros(count, dtype=bool) for leaving in edges
        }
        self._of_level = {
            position: [e.name for e in level.exits if e.trigger.edge is not None]
            for position, level in enumerate(plan.levels)
        }

    def entered(self, level: int, rows: IntArray) -> None:
        """Forget what was seen before mocks came into a level."""
        for name in self._of_level[level]:
            self._armed[name][rows] = False

    def look(
        self, leaving: Exit, rows: IntArray, holds: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for whom the condition of an exit is met, and for whom this opens the exit.

        Without an edge it is open while the condition holds; with one, only as it has just begun
        to hold (or to fail), having been seen otherwise in this status.

        Args:
            leaving: An exit with a condition.
            rows: Mocks in a status with this exit, none twice.
            holds: Whether the condition holds for each.
        """
        if leaving.trigger.edge is None:
            return holds, holds
        met = holds if leaving.trigger.edge == "rising" else ~holds
        armed = self._armed[leaving.name]
        begun = met & armed[rows]
        armed[rows] = ~met
        return met, begun

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what was seen, by the exit's name."""
        return {name: seen.copy() for name, seen in self._armed.items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same plan gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state(state, self.state())
        for name, seen in state.items():
            self._armed[name][:] = seen
