"""What all distributions of numbers share: bounds, and a draw of one hash a value.

Rule: a distribution is its quantile function. One evenly drawn chance goes through it, so a value
is a function of mock and reading, and bounds cut the chances, never the number of draws.
"""

import math
from abc import abstractmethod
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator
from simulator.exact import FloatArray, constant
from simulator.generators.base import Cast, Column, Sample, Values

Beyond: TypeAlias = Literal["clip", "redraw"]

MIN_SHARE = 1e-9  # of all values, that bounds leave: chances of 52 bits still tell those apart
MAX_NUMBER = 1e300  # of a parameter; 36 times it is a float64 still

_FIRST, _LAST = 2.0**-53 - 0.5, 0.5 - 2.0**-53  # chances above 0 and below 1, less a half
_LOWEST, _HIGHEST = constant(_FIRST), constant(_LAST)
_SECTIONS = 1024  # into which each of six searches cuts the chances: 60 bits in all

BEYOND_TEXT = (
    "What becomes of a value beyond a bound: `clip` puts it at the bound; `redraw` draws from what "
    "lies between the bounds only, as the distribution has it there (it is truncated)"
)


class Distribution(Generator):
    """A distribution of numbers that may have bounds."""

    family: ClassVar[str] = "random"

    min: float | None = Field(default=None, description="Lower bound, below `max`")
    max: float | None = Field(default=None, description="Upper bound, above `min`")
    beyond: Beyond = Field(default="clip", description=BEYOND_TEXT)

    @abstractmethod
    def quantile(self, centred: FloatArray) -> FloatArray:
        """Return the value below which a share of ``centred + 0.5`` lies; new, never falling.

        ``centred`` is above -0.5 and below 0.5.
        """

    @model_validator(mode="after")
    def _bounds_leave_something(self) -> Self:
        low, high = self.bounds
        if low >= high:
            raise ValueError(f"min must be below max, got min {low:g} and max {high:g}")
        if self.beyond == "redraw":
            if low == -math.inf and high == math.inf:
                raise ValueError("beyond: redraw needs min or max")
            first, last = self.chances()
            if last - first < MIN_SHARE:
                raise ValueError(
                    "with beyond: redraw at least one value in 10^9 must lie between the bounds, "
                    f"got min {low:g} and max {high:g}"
                )
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds, infinite where there is none."""
        low = -math.inf if self.min is None else self.min
        return low, math.inf if self.max is None else self.max

    def chances(self) -> tuple[float, float]:
        """Return the chances, less a half, of a value below each bound."""
        low, high = self.bounds
        return self._chance_below(low), self._chance_below(high)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)

    def _chance_below(self, value: float) -> float:
        """Return the chance that ``quantile`` takes to ``value``, less a half."""
        first, last = _FIRST, _LAST
        for _ in range(6):
            chances = first + (last - first) * (np.arange(_SECTIONS + 1) / _SECTIONS)
            place = int(np.searchsorted(self.quantile(chances), value))
            if place == 0:
                return first if first > _FIRST else -0.5
            if place > _SECTIONS:
                return last if last < _LAST else 0.5
            first, last = float(chances[place - 1]), float(chances[place])
        return first


class _Column(Column):
    def __init__(self, distribution: Distribution, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._quantile = distribution.quantile
        self._low, self._high = distribution.bounds
        self._is_bounded = self._low > -math.inf or self._high < math.inf
        self._is_cut = distribution.beyond == "redraw"
        if self._is_cut:
            first, last = distribution.chances()
            self._share, self._middle = last - first, (first + last) / 2

    def draw(self, sample: Sample) -> Values:
        centred = randomness.centred(self._keys[sample.rows], sample.count)
        if self._is_cut:
            centred *= self._share
            centred += self._middle
            np.clip(centred, _LOWEST, _HIGHEST, out=centred)
        values = self._quantile(centred)
        if self._is_bounded:
            np.clip(values, self._low, self._high, out=values)
        return values
