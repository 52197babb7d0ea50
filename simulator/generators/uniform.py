"""uniform: any value between two bounds, each as likely."""

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values

_LIMIT = 2**52  # of whole bounds, so that a float64 tells all values between them apart


@register("uniform")
class Uniform(Generator):
    """``min + (max - min) · u``, with u drawn evenly from [0, 1) at each reading.

    Parameters:
        min, max: The bounds, in the metric's unit; min below max.
        whole: true gives whole numbers from min to max, both included, each as likely; the bounds
            are then whole and within ±2⁵².

    Gives numbers, whole ones when ``whole``.
    """

    min: float = Field(ge=-1e300, le=1e300)
    max: float = Field(ge=-1e300, le=1e300)
    whole: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min >= self.max:
            raise ValueError(f"min must be below max, got min {self.min:g} and max {self.max:g}")
        for bound in (self.min, self.max):
            if self.whole and not (bound.is_integer() and abs(bound) <= _LIMIT):
                raise ValueError(
                    f"with whole, min and max must be whole and within ±2^52, got {bound:g}"
                )
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, uniform: Uniform, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._low = uniform.min
        self._width = uniform.max - uniform.min + (1 if uniform.whole else 0)
        self._is_whole = uniform.whole

    def draw(self, sample: Sample) -> Values:
        values = randomness.uniform(self._keys[sample.rows], sample.count)
        values *= self._width
        if self._is_whole:
            return np.floor(values).astype(np.int64) + int(self._low)
        values += self._low
        return values
