"""A fleet whose time stands still: nothing is due, and what was to come comes as much later.

Rule: what happens meanwhile is told at the moment at which it stood; when the time goes on, all of
it moves along. What has a clock time in the day keeps that.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.links import Links
from simulator.fleet.population import Population
from simulator.fleet.power import Power
from simulator.randomness import IntArray


class Standing:
    """Whether the time of a population stands still, and since when."""

    def __init__(self, mocks: Population, links: Links, power: Power) -> None:
        self._mocks = mocks
        self._links = links
        self._power = power
        self._since = np.full(1, np.nan)  # s; NaN: it goes on
        self._away: NDArray[np.bool_] = np.zeros(len(mocks.status), dtype=bool)  # let go for it
        self._is_apart = np.zeros(1, dtype=bool)  # nobody is connected meanwhile

    @property
    def is_still(self) -> bool:
        """Whether it stands."""
        return not math.isnan(self._since[0])

    def clock(self, t: float) -> float:
        """Return what a clock of the mocks shows at ``t``, s."""
        return float(self._since[0]) if self.is_still else t

    def begin(self, t: float, *, is_connected: bool) -> IntArray:
        """Let it stand from ``t`` on; return those whose connections are to be let go."""
        mocks = self._mocks
        if not self.is_still:
            self._since[0] = t
        if is_connected:
            return np.empty(0, dtype=np.int64)
        self._is_apart[0] = True
        gone = np.flatnonzero(mocks.wanted)
        self.hold_back(gone)
        self._links.lost(gone)
        return gone

    def hold_back(self, rows: IntArray) -> IntArray:
        """Return who of those that are to be connected may be now; the others are later."""
        if not self._is_apart[0]:
            return rows
        self._away[rows] = True
        self._mocks.wanted[rows] = False
        return np.empty(0, dtype=np.int64)

    def end(self, t: float) -> IntArray:
        """Let it go on at ``t``; return those who are to be connected again."""
        mocks, away = self._mocks, t - float(self._since[0])
        self._since[0] = np.nan
        mocks.timers.move(away)
        on = np.flatnonzero(self._power.is_on & ~mocks.ended)
        mocks.until[on] += away
        self._power.wait_for_clocks(on, t)
        back = np.flatnonzero(self._away & self._power.is_on)
        self._power.want(np.flatnonzero(self._away))
        self._away[:], self._is_apart[:] = False, False
        mocks.wanted[back] = True
        return back

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers."""
        return {
            "since": self._since.copy(),
            "away": self._away.copy(),
            "apart": self._is_apart.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same population gave."""
        self._since[:], self._away[:] = state["since"], state["away"]
        self._is_apart[:] = state["apart"]
