"""Bounds of what wanders: what happens to a value that would pass one.

Rule: the words ``min``, ``max`` and ``at_bounds`` mean the same in every process.
"""

import math
from typing import Literal, TypeAlias

import numpy as np
from pydantic import Field

from simulator.definition.metrics.generator import Generator
from simulator.randomness import FloatArray

AtBounds: TypeAlias = Literal["reflect", "absorb", "hold"]

_BESIDE = {
    "reflect": "is reflected",
    "absorb": "stays at it for ever",
    "hold": "is put at it, and may leave again",
}


class Bounded(Generator):
    """A process that may have bounds."""

    min: float | None = Field(default=None, description="Lower bound, below `max`")
    max: float | None = Field(default=None, description="Upper bound, above `min`")
    at_bounds: AtBounds = Field(
        default="reflect",
        description="What would pass a bound: "
        + "; ".join(f"`{word}`: {says}" for word, says in _BESIDE.items()),
    )

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the lower and the upper bound; infinite where there is none."""
        low = -math.inf if self.min is None else self.min
        high = math.inf if self.max is None else self.max
        return low, high

    def check_bounds(self, **values: float | None) -> None:
        """Raise ValueError unless the bounds are in order and ``values``, by word, within."""
        low, high = self.bounds
        if low >= high:
            raise ValueError(f"min must be below max, got min {low:g} and max {high:g}")
        for word, value in values.items():
            if value is not None and not low <= value <= high:
                raise ValueError(f"{word} must be from {low:g} to {high:g}, got {value:g}")
        if self.at_bounds != "reflect" and self.min is None and self.max is None:
            raise ValueError(f"at_bounds: {self.at_bounds} needs min or max")

    def bound(self, values: FloatArray, before: FloatArray) -> None:
        """Keep values within the bounds, in place; ``before`` are those of the readings before."""
        low, high = self.bounds
        if self.at_bounds == "reflect":
            _reflect(values, low, high)
            return
        if low > -math.inf or high < math.inf:
            np.clip(values, low, high, out=values)
        if self.at_bounds == "absorb":
            absorbed = (before == low) | (before == high)
            values[absorbed] = before[absorbed]


def _reflect(values: FloatArray, low: float, high: float) -> None:
    """Fold what is beyond a bound back, in place, as often as it takes."""
    beyond = np.flatnonzero((values < low) | (values > high))
    if not len(beyond):
        return
    if math.isfinite(low) and math.isfinite(high):
        width = high - low
        phase = np.mod(values[beyond] - low, 2 * width)
        folded = low + width - np.abs(phase - width)
    elif math.isfinite(low):
        folded = 2 * low - values[beyond]
    else:
        folded = 2 * high - values[beyond]
    values[beyond] = np.clip(folded, low, high)  # rounding may pass by one bit
