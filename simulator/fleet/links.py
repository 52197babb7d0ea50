"""Which mocks have a connection now, as far as the fleet was told.

Rule: a link is up from ``connected`` to ``disconnected``, or until the mock itself lets it go.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.generators.base import check_state
from simulator.randomness import IntArray


class Links:
    """The connections of ``count`` mocks, none of them up."""

    def __init__(self, count: int, *, is_instant: bool = False) -> None:
        """Make it; ``is_instant``: a connection is up as soon as a mock wants it."""
        self.is_instant = is_instant
        self.is_up: NDArray[np.bool_] = np.zeros(count, dtype=bool)

    def made(self, rows: IntArray) -> IntArray:
        """Note connections; return those of them that were not up."""
        new = rows[~self.is_up[rows]]
        self.is_up[new] = True
        return new

    def lost(self, rows: IntArray) -> IntArray:
        """Note that connections are gone; return those of them that were up."""
        gone = rows[self.is_up[rows]]
        self.is_up[gone] = False
        return gone

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of what is up."""
        return {"up": self.is_up.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of as many mocks gave.

        Raises:
            ValueError: It is of another number of mocks.
        """
        check_state(state, self.state())
        self.is_up[:] = state["up"]
