"""lag: a value that follows another slowly, as a sensor or a tank does."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.expressions.expression import Expression
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.expressed import OWN, numbers_in
from simulator.generators.parts.memory import Timed, kept_share
from simulator.randomness import FloatArray


@register("lag")
class Lag(Generator):
    """``u + (y - u) · exp(-t / time_constant)`` from the value y before, u being ``of`` now.

    A first-order lag (thermal inertia, a low pass), exact for any time t (s) between two readings
    in which ``of`` has been what it is now. After one time constant 63 % of a step are made, after
    three 95 %. ``up`` is for values that rise, ``down`` for those that fall. Where ``of`` has no
    value it stays as it is.

    Gives numbers.
    """

    family: ClassVar[str] = "derived"
    purpose: ClassVar[str] = "thermal inertia, a slow sensor, a smoothed value"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", lag: {of: "60 if age % 7200 < 3600 else 20", time_constant: 10min}}',
        '{unit: "°C", lag: {of: "60 if age % 7200 < 3600 else 20", up: 5min, down: 20min, '
        "initial: 20}}",
    )

    of: Expression = Field(description="What is followed: a metric, or an expression")
    time_constant: SomeSeconds | None = Field(
        default=None, description="Time in which 63 % of the way are made, above 0 s"
    )
    up: SomeSeconds | None = Field(default=None, description="The same for values that rise")
    down: SomeSeconds | None = Field(default=None, description="The same for values that fall")
    initial: float | None = Field(
        default=None, description="Where it is at the first reading; else where `of` is"
    )

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        if self.time_constant is None and (self.up is None or self.down is None):
            raise ValueError("needs time_constant, or both up and down")
        return self

    def names(self) -> frozenset[str]:
        return self.of.names - OWN

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast)


class _Column(Timed):
    """Remembers each mock's last value, and when it was read."""

    def __init__(self, lag: Lag, cast: Cast) -> None:
        first = np.nan if lag.initial is None else lag.initial
        super().__init__(cast.count, last=np.full(cast.count, first))
        self._of = lag.of
        self._up = 1.0 / (lag.up or lag.time_constant or 1.0)
        self._down = 1.0 / (lag.down or lag.time_constant or 1.0)

    def draw(self, sample: Sample) -> Values:
        goals = numbers_in(self._of, sample)
        before = self.memory["last"][sample.rows]
        seconds = np.fmax(self.since(sample), 0.0)  # 0 at the first reading
        kept = self._kept(seconds, goals > before)
        values = goals + (before - goals) * kept
        values = np.where(np.isnan(goals), before, np.where(np.isnan(before), goals, values))
        self.memory["last"][sample.rows] = values
        return values

    def _kept(self, seconds: FloatArray, rises: Values) -> FloatArray:
        if self._up == self._down:
            return kept_share(seconds, self._up)
        return np.where(rises, kept_share(seconds, self._up), kept_share(seconds, self._down))
