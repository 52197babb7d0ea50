"""ou: a value that wanders and is drawn back, by the time between readings."""

import math
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.bounds import Bounded
from simulator.generators.parts.memory import Timed, kept_share


@register("ou")
class Ou(Bounded):
    """``mean + a · (x - mean) + deviation · √(1 - a²) · z``, with ``a = exp(-t / time_constant)``.

    The Ornstein-Uhlenbeck process, exact for any time t (s) between two readings; x is the value
    before, z drawn normally. However often it is read, it has the same mean, the same
    ``deviation`` and the same correlation ``a`` between readings that are t apart. Without
    ``start`` the first reading is drawn as any other. Bounds are held at readings only, and make
    the deviation smaller.

    Source: Gillespie, "Exact numerical simulation of the Ornstein-Uhlenbeck process", Phys. Rev. E
    54 (1996), equation 2.47.

    Gives numbers.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "temperature, load, wind: around a mean, whatever the interval"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", ou: {mean: 21, deviation: 1.5, half_life: 20min}}',
        "{unit: m/s, ou: {mean: 5, deviation: 2, time_constant: 3min, min: 0}}",
        "{ou: {mean: 0, deviation: 1, rate: 0.01, start: 10}}",
    )

    mean: float = Field(description="Where it is drawn back to, within the bounds")
    deviation: float = Field(ge=0, description="Standard deviation in the long run, 0 or more")
    half_life: SomeSeconds | None = Field(
        default=None, description="Time in which half of the way to the mean is gone, above 0 s"
    )
    time_constant: SomeSeconds | None = Field(
        default=None, description="Time after which 37 % (1/e) of the way is left, above 0 s"
    )
    rate: float | None = Field(default=None, gt=0, description="1 / time constant, 1/s, above 0")
    start: float | None = Field(default=None, description="The first reading; else it is drawn")

    @model_validator(mode="after")
    def _is_one_speed(self) -> Self:
        given = [w for w in ("half_life", "time_constant", "rate") if getattr(self, w) is not None]
        if len(given) != 1:
            raise ValueError(
                "needs one of half_life, time_constant and rate, got "
                + (" and ".join(given) or "none")
            )
        self.check_bounds(mean=self.mean, start=self.start)
        return self

    @property
    def decay(self) -> float:
        """Return the rate at which it is drawn back, 1/s."""
        if self.half_life is not None:
            return math.log(2) / self.half_life
        return 1 / self.time_constant if self.time_constant is not None else float(self.rate or 0)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Timed):
    """Remembers each mock's last value, and when it was read."""

    def __init__(self, ou: Ou, cast: Cast, metric: str) -> None:
        super().__init__(cast.count, last=np.full(cast.count, ou.mean))
        self._ou = ou
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        ou = self._ou
        seconds = self.since(sample)
        kept = kept_share(seconds, ou.decay)
        before = self.memory["last"][sample.rows]
        values = randomness.normal(self._keys[sample.rows], sample.count)
        values *= np.sqrt(1.0 - kept * kept)
        values *= ou.deviation
        values += kept * (before - ou.mean)
        values += ou.mean
        ou.bound(values, before)
        if ou.start is not None:
            values[np.isnan(seconds)] = ou.start
        self.memory["last"][sample.rows] = values
        return values
