"""poisson: how many of something in a stretch of time."""

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.exact import FloatArray
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.distribution import BEYOND_TEXT, MIN_SHARE, Beyond
from simulator.randomness import IntArray

MAX_MEAN = 1e6  # its table has 20,000 entries
MAX_BOUND = 2**53
_REACH = 9.0  # standard deviations from the mean; the normal distribution leaves 10^-19 beyond


@register("poisson")
class Poisson(Generator):
    """``k`` with the chance ``mean^k · exp(-mean) / k!``, drawn at each reading.

    The number of events that come one by one, each at any moment, where ``mean`` are expected. The
    standard deviation is ``√mean``.

    Gives whole numbers, 0 or more.
    """

    family: ClassVar[str] = "random"
    purpose: ClassVar[str] = "visitors in a minute, errors in an hour, impulses"
    examples: ClassVar[tuple[str, ...]] = (
        "{poisson: 4.2}",
        "{unit: visitors, poisson: {mean: 12, min: 1, max: 40, beyond: redraw}}",
    )
    shorthand: ClassVar[str | None] = "mean"

    mean: float = Field(gt=0, le=MAX_MEAN, description="Above 0 to 10⁶")
    min: int | None = Field(
        default=None, ge=0, le=MAX_BOUND, description="Lowest number, at most `max`"
    )
    max: int | None = Field(
        default=None, ge=0, le=MAX_BOUND, description="Highest number, at least `min`"
    )
    beyond: Beyond = Field(default="clip", description=BEYOND_TEXT)

    @model_validator(mode="after")
    def _bounds_leave_something(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min must be at most max, got min {self.min} and max {self.max}")
        if self.beyond == "redraw":
            if self.min is None and self.max is None:
                raise ValueError("beyond: redraw needs min or max")
            first, weights = weights_of(self.mean)
            kept = weights[_kept(self, first, len(weights))]
            if kept.sum() < MIN_SHARE * weights.sum():
                raise ValueError(
                    "with beyond: redraw at least one value in 10^9 must lie between the bounds, "
                    f"got mean {self.mean:g}, min {self.min} and max {self.max}"
                )
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    """A table of sums of chances: one search a value."""

    def __init__(self, poisson: Poisson, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._first, weights = weights_of(poisson.mean)
        self._low = poisson.min
        self._high = poisson.max
        if poisson.beyond == "redraw":
            kept = _kept(poisson, self._first, len(weights))
            self._first, weights = self._first + kept.start, weights[kept]
        self._cumulative = np.cumsum(weights)

    def draw(self, sample: Sample) -> Values:
        numbers = randomness.pick(self._keys[sample.rows], sample.count, self._cumulative)
        numbers += self._first
        if self._low is not None or self._high is not None:
            np.clip(numbers, self._low, self._high, out=numbers)
        return numbers


def weights_of(mean: float) -> tuple[int, FloatArray]:
    """Return the first number of any chance, and the weights of it and those that follow.

    Each comes from its neighbour, ``mean / k`` times as likely, beginning with the likeliest; so
    nothing but products is needed.
    """
    middle = math.floor(mean)
    reach = math.ceil(_REACH * math.sqrt(mean)) + 30
    first = max(0, middle - reach)
    below: IntArray = np.arange(middle, first, -1)
    above: IntArray = np.arange(middle + 1, middle + reach + 1)
    down, up = np.cumprod(below / mean), np.cumprod(mean / above)
    return first, np.concatenate([down[::-1], [1.0], up])


def _kept(poisson: Poisson, first: int, count: int) -> slice:
    """Return the part of the table that lies between the bounds."""
    low = 0 if poisson.min is None else min(max(poisson.min - first, 0), count)
    high = count if poisson.max is None else max(min(poisson.max - first + 1, count), low)
    return slice(low, high)
