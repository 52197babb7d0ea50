"""decay: from one value towards another, always the same share of what is left."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import exact
from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Values
from simulator.generators.parts.shape import Course, Level, Shape
from simulator.generators.parts.timing import ORIGIN_TEXT, Origin
from simulator.randomness import FloatArray

_LN_2 = 0.6931471805599453


@register("decay")
class Decay(Shape):
    """``to + (from - to) · exp(-seconds / time_constant)``.

    After a half-life, ``ln 2 · time_constant``, half of the way is gone; after four of them 94 %.

    Gives numbers.
    """

    purpose: ClassVar[str] = "something that cools down, charges, dries, is forgotten"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", decay: {from: 90, to: 21, half_life: 12min, noise: 0.2}}',
        "{unit: V, decay: {from: 0, to: 5, time_constant: 3s, period: 20s}}",
        '{unit: "°C", decay: {from: 60, to: 20, half_life: 5min, origin: status}}',
    )

    from_: Level = Field(alias="from", description="The first value, in the metric's unit")
    to: Level = Field(default=0.0, description="What it comes near to, in the metric's unit")
    half_life: SomeSeconds | None = Field(
        default=None, description="Time in which half of the way is gone, above 0"
    )
    time_constant: SomeSeconds | None = Field(
        default=None, description="Instead: time after which 37 % (1/e) of the way is left"
    )
    period: SomeSeconds | None = Field(
        default=None, description="Time after which it begins again; without it, never"
    )
    origin: Origin = Field(default="mock", description=ORIGIN_TEXT)

    @model_validator(mode="after")
    def _has_one_speed(self) -> Self:
        if (self.half_life is None) == (self.time_constant is None):
            raise ValueError("needs either half_life or time_constant")
        return self

    @property
    def constant(self) -> float:
        """The time constant, s."""
        return self.time_constant or (self.half_life or 0.0) / _LN_2

    @property
    def span(self) -> float:
        return self.period or self.constant

    def course(self) -> Course:
        return self._fall

    def _fall(self, seconds: FloatArray) -> Values:
        if self.period is not None:
            seconds -= np.floor(seconds / self.period) * self.period
        np.maximum(seconds, 0.0, out=seconds)
        seconds /= -self.constant
        values = exact.exponential(seconds)
        values *= self.from_ - self.to
        values += self.to
        return values
