"""Where mocks are: the last position that each of them read.

Rule: it looks at what is read anyway, and draws nothing; who reads no position is nowhere.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.position import Pair
from simulator.fleet.fleet import Fleet
from simulator.fleet.readings import View
from simulator.randomness import FloatArray

Places = NDArray[np.float32]  # mocks x 2: latitude, longitude in degrees; nan: not known

_FARTHEST = (90.0, 180.0)  # degrees, either side of 0


def whereabouts_of(fleet: Fleet) -> "Whereabouts | None":
    """Return what follows where a fleet's mocks are, from now on; None: they have no position."""
    return Whereabouts(fleet.position, fleet) if fleet.position else None


class Whereabouts:
    """``places`` is a row a mock: where it was last, by its own readings."""

    def __init__(self, pair: Pair, fleet: Fleet) -> None:
        self._pair = pair
        self.places: Places = np.full((len(fleet.identities), 2), np.nan, np.float32)
        fixed = fleet.fixed
        if all(name in fixed for name in pair):
            self._put(np.arange(len(self.places)), fixed)
        else:
            fleet.watch(self._seen)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of what it remembers."""
        return {"places": self.places.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same mocks gave; of a version before, nothing.

        Raises:
            ValueError: It is of other mocks.
        """
        if state:
            self.places[:] = state["places"]

    def _seen(self, view: View, readings: Mapping[str, Any]) -> None:
        if all(name in readings for name in self._pair):
            self._put(view.rows, readings)

    def _put(self, rows: NDArray[Any], readings: Mapping[str, Any]) -> None:
        """Note the positions of a sample; a reading that is none leaves a mock where it was."""
        lat, lon = (np.broadcast_to(_degrees(readings[name]), rows.shape) for name in self._pair)
        good = (np.abs(lat) <= _FARTHEST[0]) & (np.abs(lon) <= _FARTHEST[1])
        self.places[rows[good], 0] = lat[good]
        self.places[rows[good], 1] = lon[good]


def _degrees(values: Any) -> FloatArray:
    """Return readings as numbers; nan for what is none."""
    column = np.asarray(values)
    if column.dtype != object and column.dtype.kind in "fiu":
        return column.astype(np.float64, copy=False)
    return np.array([_number(value) for value in np.ravel(column).tolist()], np.float64)


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else np.nan
