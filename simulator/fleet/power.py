"""Mocks without power: their time stands still, and goes on where it stood.

Power is taken for reasons, and is back once none of them is left.

Rule: nothing is due of who has no power, nothing is drawn for it; what has a clock time in the day
keeps that, what was to come after a while comes as much later.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.links import Links
from simulator.fleet.population import SWITCH_ON, Population
from simulator.randomness import FloatArray, IntArray

BATTERY, SWITCH = 1, 2  # why a mock has no power: a fault, or somebody who switched it off


class Power:
    """The power of all mocks of a population, which all of them have at first."""

    def __init__(self, mocks: Population, links: Links) -> None:
        count, kinds = mocks.timers.planned.shape
        self._mocks = mocks
        self._links = links
        self._since: FloatArray = np.full(count, np.nan)  # s; NaN: it has power
        self._planned: FloatArray = np.empty((0, kinds))  # s; of all, once somebody has none
        self._wanted: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self._why: NDArray[np.uint8] = np.zeros(count, dtype=np.uint8)  # bits

    @property
    def is_on(self) -> NDArray[np.bool_]:
        """Who has power; a new array."""
        return np.isnan(self._since)

    def cut(self, rows: IntArray, t: float, why: int = BATTERY) -> IntArray:
        """Take the power at ``t`` from those that have it and have not ended; return who they are.

        Their connections are no more; whoever has these lets them go.
        """
        rows = rows[~self._mocks.ended[rows]]
        self._why[rows] |= why
        rows = rows[np.isnan(self._since[rows])]
        timers = self._mocks.timers
        if not len(self._planned):
            self._planned = np.full(timers.planned.shape, np.inf)
        self._since[rows] = t
        self._planned[rows] = timers.planned[rows]
        timers.planned[rows] = np.inf
        self._wanted[rows] = self._mocks.wanted[rows]
        self._mocks.wanted[rows] = False
        self._links.lost(rows)
        return rows

    def restore_to(self, rows: IntArray, t: float, why: int = BATTERY) -> IntArray:
        """Give power back at ``t``, where nothing else takes it; return those who are to be
        connected then."""
        self._why[rows] &= 255 - why
        rows = rows[~np.isnan(self._since[rows]) & (self._why[rows] == 0)]
        mocks, away = self._mocks, t - self._since[rows]
        self._since[rows] = np.nan
        for kind in range(self._planned.shape[1]):
            moments = self._planned[rows, kind]
            later = np.maximum(moments, t) if kind == SWITCH_ON else moments + away
            running = np.isfinite(moments)
            mocks.timers.start(rows[running], kind, later[running])
        mocks.until[rows] += away
        self._planned[rows] = np.inf
        if self.is_on.all():
            self._planned = self._planned[:0]
        self.wait_for_clocks(rows, t)
        mocks.wanted[rows] = self._wanted[rows]
        return rows[self._wanted[rows]]

    def want(self, rows: IntArray) -> None:
        """Let those of them be connected who have no power, once they have it again."""
        self._wanted[rows] = True

    def stretch(self, kind: int, by: float) -> None:
        """Let what is left of one kind's times last ``by`` times as long, once power is back."""
        off = np.flatnonzero(~self.is_on)
        if len(off):
            since = self._since[off]
            self._planned[off, kind] = since + (self._planned[off, kind] - since) * by

    def wait_for_clocks(self, rows: IntArray, t: float) -> None:
        """Let what has a clock time come at its next one."""
        mocks = self._mocks
        for code in np.unique(mocks.status[rows]).tolist():
            within = rows[(mocks.status[rows] == code) & ~np.isnan(mocks.born[rows])]
            for leaving in mocks.plan.statuses[code].waiting("at"):
                mocks.wait_for(leaving, within, np.full(len(within), t))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers of those without power."""
        off = np.flatnonzero(~np.isnan(self._since))
        return {
            "since": self._since.copy(),
            "wanted": self._wanted.copy(),
            "why": self._why.copy(),
            "planned": self._planned[off] if len(self._planned) else self._planned.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same population gave."""
        self._since[:], self._wanted[:] = state["since"], state["wanted"]
        self._why[:] = state["why"]
        off = np.flatnonzero(~np.isnan(self._since))
        if len(off):
            self._planned = np.full(self._mocks.timers.planned.shape, np.inf)
            self._planned[off] = state["planned"]
