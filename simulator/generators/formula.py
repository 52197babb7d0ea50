"""formula: computed from what else is known of the mock."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from simulator.definition.expressions.arithmetic import number
from simulator.definition.expressions.expression import DRAWS, Computed
from simulator.definition.metrics.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.drawing import Draws, keys_of
from simulator.generators.parts.expressed import OWN, column_of, known_of
from simulator.generators.parts.memory import Remembering
from simulator.generators.readings.others import Edge, source_of


@register("formula")
class Formula(Generator):
    """The value of ``expression`` at each reading.

    Parameters:
        expression: Over other metrics (``temperature``, ``position.lat``), constants, variables,
            ``index``, ``id``, ``now`` (Unix s), ``age`` (s since the mock's start),
            ``time_in_status`` (s since it came into its status) and ``previous`` (this metric's own
            value at the reading before). ``uniform(a, b)``, ``normal(mean, deviation)``,
            ``integer(a, b)``, ``exponential(mean)`` and ``chance(share)`` draw anew at each
            reading.
        initial: What ``previous`` is at the first reading; 0 when left out.

    Gives what the expression gives: numbers, whole numbers, true and false, or text. With
    ``previous`` it gives numbers; what is no number is no value.
    """

    shorthand: ClassVar[str | None] = "expression"
    family: ClassVar[str] = "derived"
    purpose: ClassVar[str] = "a dew point, a threshold"
    examples: ClassVar[tuple[str, ...]] = (
        '{formula: "20 + 5 * sin(age / 600) + normal(0, 0.3)"}',
        '{unit: "°C", formula: "dew_point(22, 40 + 10 * sin(age / 900))"}',
        '{formula: "previous * 0.9 + uniform(0, 10)", initial: 50}',
        "{formula: \"'night' if hour(now, 'Europe/Berlin') < 6 else 'day'\"}",
    )

    expression: Computed = Field(description="What is computed at each reading")
    initial: float = Field(default=0.0, description="What `previous` is at the first reading")
    edge: Edge = Field(
        default="none",
        description="What `mock(index - 1).t` is where there is no such mock: `none`, no value;"
        " `wrap`: the mocks stand in a ring; `hold`: the first or last mock's",
    )

    def names(self) -> frozenset[str]:
        return self.expression.names - OWN

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Remembering):
    """Remembers each mock's last value where the expression reads it."""

    def __init__(self, formula: Formula, cast: Cast, metric: str) -> None:
        self._expression = formula.expression
        self._is_recurrent = "previous" in self._expression.names
        self._keys = keys_of(self._expression.draws, cast, metric)
        self._others = {
            other.key: source_of(other, cast.around, edge=formula.edge)
            for other in self._expression.others
        }
        memory = {"last": np.full(cast.count, formula.initial)} if self._is_recurrent else {}
        super().__init__(**memory)

    def draw(self, sample: Sample) -> Values:
        known = known_of(sample, self._expression.names)
        if self._keys:
            known[DRAWS] = Draws(self._keys, sample.rows, sample.count)
        for key, source in self._others.items():
            known[key] = source.values(sample)
        if self._is_recurrent:
            known["previous"] = self.memory["last"][sample.rows]
        # A formula without columns gives one value; a bare name gives the column itself.
        values = column_of(self._expression.evaluate(known), len(sample))
        if self._is_recurrent:
            values = number(values).astype(np.float64)
            self.memory["last"][sample.rows] = values
        return values
