"""lognormal: values above 0 whose logarithm is normal: many small ones, few very large."""

from typing import ClassVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from simulator.definition.metrics.generator import register
from simulator.exact import FloatArray, exponential, logarithm, normal_quantile
from simulator.generators.parts.distribution import Distribution

MAX_MIDDLE = 1e100
MAX_RATIO = 1e6  # of the deviation to the mean
MAX_SIGMA = 20.0  # e^(20 · 8.21) is 10^71


@register("lognormal")
class Lognormal(Distribution):
    """``median · exp(sigma · z)``, with z drawn from the normal distribution at each reading.

    Half of all values lie below the median; two of three from ``median / exp(sigma)`` to
    ``median · exp(sigma)``. Their mean is ``median · exp(sigma² / 2)``. Told by ``mean`` and
    ``deviation`` instead: ``sigma² = ln(1 + (deviation / mean)²)`` and
    ``median = mean / exp(sigma² / 2)``.

    Gives numbers above 0.
    """

    purpose: ClassVar[str] = "how long something takes, a size, a price"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: ms, lognormal: {median: 20, sigma: 0.6}}",
        "{unit: kB, lognormal: {mean: 50, deviation: 40, max: 500, beyond: redraw}}",
    )

    median: float | None = Field(
        default=None, gt=0, le=MAX_MIDDLE, description="The middle value, above 0 to 10¹⁰⁰"
    )
    sigma: float | None = Field(
        default=None,
        ge=0,
        le=MAX_SIGMA,
        description="Standard deviation of the natural logarithm, 0 to 20",
    )
    mean: float | None = Field(
        default=None, gt=0, le=MAX_MIDDLE, description="Instead of `median`: above 0 to 10¹⁰⁰"
    )
    deviation: float | None = Field(
        default=None,
        ge=0,
        le=MAX_MIDDLE,
        description="With `mean`: the standard deviation of the values, 0 to 10⁶ times the mean",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, data: object) -> object:
        given = set(data) if isinstance(data, dict) else set()
        pairs = ({"median", "sigma"}, {"mean", "deviation"})
        if given & (pairs[0] | pairs[1]) not in pairs:
            raise ValueError("needs either median and sigma, or mean and deviation")
        return data

    @field_validator("deviation")
    @classmethod
    def _is_not_too_wide(cls, deviation: float | None, info: ValidationInfo) -> float | None:
        mean = info.data.get("mean")
        if deviation is not None and mean is not None and deviation > MAX_RATIO * mean:
            raise ValueError(
                f"deviation must be at most 10^6 times the mean {mean:g}, got {deviation:g}"
            )
        return deviation

    @property
    def logarithms(self) -> tuple[float, float]:
        """The median of the values, and the standard deviation of their logarithms."""
        if self.median is not None and self.sigma is not None:
            return self.median, self.sigma
        mean, deviation = self.mean or 0.0, self.deviation or 0.0
        ratio = 1.0 + (deviation / mean) ** 2
        return mean / ratio**0.5, float(np.sqrt(logarithm(np.array([ratio]))[0]))

    def quantile(self, centred: FloatArray) -> FloatArray:
        median, sigma = self.logarithms
        values = normal_quantile(centred)
        values *= sigma
        values = exponential(values)
        values *= median
        return values
