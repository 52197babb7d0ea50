"""brownian: a value that wanders by time, with a drift or by shares of itself."""

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import exact, randomness
from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.bounds import Bounded
from simulator.generators.parts.memory import Timed
from simulator.randomness import FloatArray

# e to this is the largest share by which a value may grow between two readings; float64 ends at
# e^709, and a price that grows so is a mistake.
_MAX_GROWTH = 300.0


@register("brownian")
class Brownian(Bounded):
    """``x + drift · t + volatility · √t · z`` from the value x before, with z drawn normally.

    Brownian motion, exact for any time t between two readings, counted in ``per``. After n times
    ``per`` the mean is ``start + n · drift`` and the deviation ``volatility · √n``. Geometric, it
    is ``x · exp((drift - volatility² / 2) · t + volatility · √t · z)``: drift and volatility are
    shares of the value, which never changes its sign. Bounds are held at readings only.

    Gives numbers.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "wear, a clock that drifts, a price"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: mm, brownian: {start: 0, drift: 0.4, volatility: 0.3, per: 1h, min: 0}}",
        "{brownian: {start: 100, drift: 0.02, volatility: 0.2, per: 1d, geometric: true}}",
    )

    start: float = Field(description="The first reading, within the bounds; not 0 if geometric")
    drift: float = Field(default=0.0, description="Mean change in each `per`")
    volatility: float = Field(ge=0, description="Standard deviation of the change, 0 or more")
    per: SomeSeconds = Field(default=3600.0, description="The time that both are for, above 0 s")
    geometric: bool = Field(default=False, description="Drift and volatility are shares of it")

    @model_validator(mode="after")
    def _can_go(self) -> Self:
        self.check_bounds(start=self.start)
        if self.geometric and self.start == 0:
            raise ValueError("geometric: true needs a start that is not 0: shares of 0 are 0")
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Timed):
    """Remembers each mock's last value, and when it was read."""

    def __init__(self, brownian: Brownian, cast: Cast, metric: str) -> None:
        super().__init__(cast.count, last=np.full(cast.count, brownian.start))
        self._brownian = brownian
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        times = np.nan_to_num(self.since(sample)) / self._brownian.per
        before = self.memory["last"][sample.rows]
        values = self._moved(before, times, sample)
        self._brownian.bound(values, before)
        self.memory["last"][sample.rows] = values
        return values

    def _moved(self, before: FloatArray, times: FloatArray, sample: Sample) -> FloatArray:
        drift, volatility = self._brownian.drift, self._brownian.volatility
        change = randomness.normal(self._keys[sample.rows], sample.count)
        change *= np.sqrt(times) * volatility
        if not self._brownian.geometric:
            return before + (change + times * drift)
        growth = change + times * (drift - volatility * volatility / 2)
        moved: FloatArray = before * exact.exponential(np.clip(growth, -math.inf, _MAX_GROWTH))
        return moved
