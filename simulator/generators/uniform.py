"""uniform: any value between two bounds, each as likely."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.distribution import MAX_NUMBER

_LIMIT = 2**52  # of whole bounds, so that a float64 tells all values between them apart


@register("uniform")
class Uniform(Generator):
    """``min + (max - min) · u``, with u drawn evenly from 0 to below 1 at each reading.

    Gives numbers, whole ones when ``whole``.
    """

    family: ClassVar[str] = "random"
    purpose: ClassVar[str] = "a reading about which nothing else is known, a die"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "%", uniform: {min: 30, max: 60}}',
        "{uniform: {min: 1, max: 6, whole: true}}",
    )

    min: float = Field(
        ge=-MAX_NUMBER, le=MAX_NUMBER, description="Lower bound, below `max`; ±10³⁰⁰ at most"
    )
    max: float = Field(
        ge=-MAX_NUMBER, le=MAX_NUMBER, description="Upper bound, above `min`; ±10³⁰⁰ at most"
    )
    whole: bool = Field(
        default=False,
        description="true: whole numbers, both bounds included, each as likely; the bounds are "
        "then whole and within ±2⁵²",
    )

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
