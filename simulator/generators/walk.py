"""walk: a value that drifts from where it was, as temperatures and levels do."""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values, check_state
from simulator.randomness import FloatArray


@register("walk")
class Walk(Generator):
    """``x + step · z + pull · (to - x)`` from the value x before, with z drawn normally.

    The first reading of a mock is ``start``. What would pass a bound is reflected at it.

    Parameters:
        start: The first value, within the bounds.
        step: The standard deviation of one step, 0 or more; a step is one reading, however long
            after the one before.
        min, max: Bounds, optional; min below max.
        pull: The share of the way to ``to`` that each step takes back, 0 (none) to 1.
        to: Where ``pull`` draws it, within the bounds; without it, ``start``.

    Left alone for long, the values spread around ``to`` with the deviation
    ``step / √(pull · (2 - pull))``; with ``pull: 0`` they spread without end, or evenly between
    the bounds.

    Gives numbers.
    """

    start: float
    step: float = Field(ge=0)
    min: float | None = None
    max: float | None = None
    pull: float = Field(default=0.0, ge=0, le=1)
    to: float | None = None

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        low, high = self.bounds
        if low >= high:
            raise ValueError(f"min must be below max, got min {low:g} and max {high:g}")
        for word, value in (("start", self.start), ("to", self.to)):
            if value is not None and not low <= value <= high:
                raise ValueError(f"{word} must be from {low:g} to {high:g}, got {value:g}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds, infinite where there is none."""
        low = -math.inf if self.min is None else self.min
        return low, math.inf if self.max is None else self.max

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    """Remembers each mock's last value."""

    def __init__(self, walk: Walk, cast: Cast, metric: str) -> None:
        self._walk = walk
        self._to = walk.start if walk.to is None else walk.to
        self._low, self._high = walk.bounds
        self._keys = cast.keys(f"metric.{metric}")
        self._last = np.full(cast.count, walk.start)

    def draw(self, sample: Sample) -> Values:
        steps = randomness.normal(self._keys[sample.rows], sample.count)
        steps *= self._walk.step
        values = self._last[sample.rows]
        if self._walk.pull:
            steps += (self._to - values) * self._walk.pull
        values += steps
        self._reflect(values)
        values[sample.count == 0] = self._walk.start
        self._last[sample.rows] = values
        return values

    def state(self) -> dict[str, NDArray[Any]]:
        return {"last": self._last.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        check_state(state, {"last": self._last})
        self._last = state["last"].astype(np.float64)

    def _reflect(self, values: FloatArray) -> None:
        """Fold what is beyond a bound back, in place, as often as it takes."""
        beyond = np.flatnonzero((values < self._low) | (values > self._high))
        if not len(beyond):
            return
        if math.isfinite(self._low) and math.isfinite(self._high):
            width = self._high - self._low
            phase = np.mod(values[beyond] - self._low, 2 * width)
            folded = self._low + width - np.abs(phase - width)
        elif math.isfinite(self._low):
            folded = 2 * self._low - values[beyond]
        else:
            folded = 2 * self._high - values[beyond]
        values[beyond] = np.clip(folded, self._low, self._high)  # rounding may pass by one bit
