"""Columns that count their own readings.

Rule: what stands one after the other moves on with each reading of its own metric, whatever else
the mock sends in between; ``Sample.count`` moves on with every message.
"""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.generators.base import Cast, Sample, Values
from simulator.generators.parts.memory import Remembering
from simulator.randomness import IntArray

# From when readings count: each mock's own start, or its entry into the status that it is in.
CountOrigin: TypeAlias = Literal["mock", "status"]
COUNT_ORIGIN_TEXT = (
    "From when readings count: `mock`, its own start; `status`, each entry into a status anew"
)


class Counting(Remembering):
    """A column that knows how many readings of it each mock has had since its origin."""

    def __init__(self, cast: Cast, origin: CountOrigin = "mock", **memory: NDArray[Any]) -> None:
        memory["read"] = np.zeros(cast.count, dtype=np.int64)
        if origin == "status":
            memory["entered"] = np.full(cast.count, np.nan)
        super().__init__(**memory)

    def number(self, sample: Sample) -> IntArray:
        """Return each mock's number of this reading, from 0, and count it."""
        numbers: IntArray = self.memory["read"][sample.rows]
        entered = self.memory.get("entered")
        if entered is not None:
            numbers[entered[sample.rows] != sample.entered] = 0
            entered[sample.rows] = sample.entered
        self.memory["read"][sample.rows] = numbers + 1
        return numbers


def without(values: Values, over: NDArray[np.bool_]) -> Values:
    """Return values with no value where it is over; whole numbers come as numbers."""
    if values.dtype == object:
        values[over] = None
        return values
    if values.dtype == np.bool_:
        return without(values.astype(object), over)
    values = values.astype(np.float64)
    values[over] = np.nan
    return values
