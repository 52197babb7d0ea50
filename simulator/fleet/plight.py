"""What is wrong on purpose with what mocks read: readings that stick, clocks that are off.

Rule: several wrongs at once on one mock add up, and each that is taken back leaves the others; who
has none is read as if nothing of this were here.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.generators.base import Drawn, Values
from simulator.randomness import FloatArray, IntArray

MILLIONTH = 1e-6


class Plight:
    """Of ``count`` mocks; ``clocks`` are the metrics that tell the time."""

    def __init__(self, count: int, clocks: Collection[str]) -> None:
        self._count = count
        self.clocks = frozenset(clocks)
        self._frozen: dict[str, NDArray[np.int16]] = {}  # by metric, how often each is frozen
        self._held: dict[tuple[str, str], NDArray[Any]] = {}  # by metric and part
        self._has: dict[str, NDArray[np.bool_]] = {}  # by metric, whose value is known
        self._shifts: NDArray[np.int16] = np.zeros(count, dtype=np.int16)
        self._by: FloatArray = np.zeros(count)  # s
        self._drift: FloatArray = np.zeros(count)  # s for each s of the run

    def freeze(self, metrics: Collection[str], rows: IntArray) -> None:
        """Let readings stick at the next that is taken."""
        for metric in metrics:
            frozen = self._frozen.setdefault(metric, np.zeros(self._count, dtype=np.int16))
            has = self._has.setdefault(metric, np.zeros(self._count, dtype=bool))
            has[rows[frozen[rows] == 0]] = False
            frozen[rows] += 1

    def thaw(self, metrics: Collection[str], rows: IntArray) -> None:
        """Take back what ``freeze`` of the same did."""
        for metric in metrics:
            self._frozen[metric][rows] -= 1
            if not self._frozen[metric].any():
                del self._frozen[metric]

    def shift(self, rows: IntArray, *, by: float, drift: float, since: float) -> None:
        """Let clocks be wrong by ``by`` s, and by ``drift`` millionths more since ``since`` (s)."""
        self._shifts[rows] += 1
        self._turn(rows, by - drift * MILLIONTH * since, drift)

    def unshift(self, rows: IntArray, *, by: float, drift: float, since: float) -> None:
        """Take back what ``shift`` of the same did."""
        self._shifts[rows] -= 1
        self._turn(rows, drift * MILLIONTH * since - by, -drift)
        right = rows[self._shifts[rows] == 0]
        self._by[right] = self._drift[right] = 0.0

    def wrong(self, rows: IntArray, t: FloatArray) -> FloatArray:
        """Return by how much each clock is wrong at a time of the run, s."""
        return self._by[rows] + self._drift[rows] * t

    def on(self, metric: str, drawn: Drawn, rows: IntArray) -> Drawn:
        """Return what is read of a metric; what sticks is what was read first."""
        frozen = self._frozen.get(metric)
        if frozen is None:
            return drawn
        stuck = np.flatnonzero(frozen[rows])
        if not len(stuck):
            return drawn
        has = self._has[metric]
        is_new = ~has[rows[stuck]]
        parts = drawn if isinstance(drawn, dict) else {"": drawn}
        for part, values in parts.items():
            parts[part] = self._stick((metric, part), values, stuck, is_new, rows)
        has[rows[stuck]] = True
        return parts if isinstance(drawn, dict) else parts[""]

    @property
    def is_felt(self) -> bool:
        """Whether something is wrong now."""
        return bool(self._frozen or self._shifts.any())

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers."""
        found: dict[str, NDArray[Any]] = {
            "shifts": self._shifts.copy(),
            "by": self._by.copy(),
            "drift": self._drift.copy(),
        }
        for metric, frozen in self._frozen.items():
            found[f"frozen.{metric}"] = frozen.copy()
            found[f"has.{metric}"] = self._has[metric].copy()
        for (metric, part), held in self._held.items():
            if metric in self._frozen:
                found[f"held.{metric}/{part}"] = held.copy()
        return found

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of as many mocks gave."""
        self._shifts[:], self._by[:] = state["shifts"], state["by"]
        self._drift[:] = state["drift"]
        for name, values in state.items():
            kind, _, what = name.partition(".")
            if kind == "frozen":
                self._frozen[what], self._has[what] = values.copy(), state[f"has.{what}"].copy()
            elif kind == "held":
                metric, _, part = what.rpartition("/")
                self._held[metric, part] = values.copy()

    def _stick(
        self,
        name: tuple[str, str],
        values: Values,
        stuck: IntArray,
        is_new: NDArray[np.bool_],
        rows: IntArray,
    ) -> Values:
        if name not in self._held:
            self._held[name] = np.full(self._count, None, dtype=object)
        held = self._held[name]
        new = stuck[is_new]
        held[rows[new]] = values[new].astype(object)
        kept = held[rows[stuck]]
        values[stuck] = kept if values.dtype == object else kept.astype(values.dtype)
        return values

    def _turn(self, rows: IntArray, by: float, drift: float) -> None:
        self._by[rows] += by
        self._drift[rows] += drift * MILLIONTH
