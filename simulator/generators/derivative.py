"""derivative: how fast another value changes."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from simulator.definition.expressions.expression import Expression
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.expressed import OWN, numbers_in
from simulator.generators.parts.memory import Timed


@register("derivative")
class Derivative(Generator):
    """``(u - u_before) / t · per``, u being ``of`` now and t the time since the reading before.

    One at the same moment as the one before has no value, as has one that follows a reading of
    which ``of`` had none.

    Gives numbers.
    """

    family: ClassVar[str] = "derived"
    purpose: ClassVar[str] = "a rate: litres a minute from a meter, a rate of climb"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: °C/min, derivative: {of: 20 + 5 * sin(age / 600), per: 1min}}",
    )

    of: Expression = Field(description="What changes: a metric, or an expression")
    per: SomeSeconds = Field(default=1.0, description="The time that it is given for, above 0 s")

    initial: float | None = Field(default=0.0, description="The first reading; null: no value")

    def names(self) -> frozenset[str]:
        return self.of.names - OWN

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast)


class _Column(Timed):
    """Remembers what each mock read last, and when."""

    def __init__(self, derivative: Derivative, cast: Cast) -> None:
        super().__init__(cast.count, last=np.full(cast.count, np.nan))
        self._derivative = derivative
        self._initial = derivative.initial

    def draw(self, sample: Sample) -> Values:
        now = numbers_in(self._derivative.of, sample)
        seconds = self.since(sample)
        is_first = np.isnan(seconds)
        seconds[seconds == 0] = np.nan
        change = now - self.memory["last"][sample.rows]
        self.memory["last"][sample.rows] = now
        rates: Values = change / seconds * self._derivative.per
        rates[is_first] = np.nan if self._initial is None else self._initial
        return rates
