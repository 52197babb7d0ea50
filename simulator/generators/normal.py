"""normal: values around a mean, the farther the rarer."""

import math
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values


@register("normal")
class Normal(Generator):
    """``mean + deviation · z``, with z drawn from the normal distribution at each reading.

    Two of three values lie within one deviation of the mean, 95 of 100 within two.

    Parameters:
        mean: In the metric's unit.
        deviation: The standard deviation, 0 or more, in the metric's unit.
        min, max: Bounds, optional. A value beyond a bound is put at the bound.

    Gives numbers.
    """

    mean: float
    deviation: float = Field(ge=0)
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min must be below max, got min {self.min:g} and max {self.max:g}")
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, normal: Normal, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._normal = normal
        self._low = -math.inf if normal.min is None else normal.min
        self._high = math.inf if normal.max is None else normal.max

    def draw(self, sample: Sample) -> Values:
        values = randomness.normal(self._keys[sample.rows], sample.count)
        values *= self._normal.deviation
        values += self._normal.mean
        return np.clip(values, self._low, self._high, out=values)
