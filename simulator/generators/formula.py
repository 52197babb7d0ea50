"""formula: computed from what else is known of the mock."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expression import Expression
from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values, check_state
from simulator.generators.timing import age

# What a formula knows besides its readings; seconds.
_OWN = frozenset({"age", "time_in_status", "previous"})


@register("formula")
class Formula(Generator):
    """The value of ``expression`` at each reading.

    Parameters:
        expression: Over other metrics (``temperature``, ``position.lat``), constants, variables,
            ``index``, ``id``, and ``age`` (s since the mock's start), ``time_in_status`` (s since
            it came into its status) and ``previous`` (this metric's own value at the reading
            before).
        initial: What ``previous`` is at the first reading; 0 when left out.

    Gives what the expression gives: numbers, whole numbers, true and false, or text. With
    ``previous`` it gives numbers; what is no number is no value.
    """

    shorthand: ClassVar[str | None] = "expression"

    expression: Expression
    initial: float = 0.0

    def names(self) -> frozenset[str]:
        return self.expression.names - _OWN

    def column(self, cast: Cast, metric: str) -> Column:
        if "previous" in self.expression.names:
            return _Recurrent(self, cast)
        return _Column(self.expression)


class _Column(Column):
    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    def draw(self, sample: Sample) -> Values:
        values = self._expression.evaluate(_known(sample, self._expression.names))
        # A formula without columns gives one value; a bare name gives the column itself.
        return np.array(np.broadcast_to(values, len(sample)))


class _Recurrent(Column):
    """Remembers each mock's last value."""

    def __init__(self, formula: Formula, cast: Cast) -> None:
        self._expression = formula.expression
        self._last = np.full(cast.count, formula.initial)

    def draw(self, sample: Sample) -> Values:
        known = _known(sample, self._expression.names)
        known["previous"] = self._last[sample.rows]
        values = _as_numbers(self._expression.evaluate(known))
        self._last[sample.rows] = values
        return values

    def state(self) -> dict[str, NDArray[Any]]:
        return {"last": self._last.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        check_state(state, {"last": self._last})
        self._last = state["last"].astype(np.float64)


def _known(sample: Sample, names: frozenset[str]) -> dict[str, Any]:
    known = {name: sample.readings[name] for name in names - _OWN}
    if "age" in names:
        known["age"] = age(sample)
    if "time_in_status" in names:
        known["time_in_status"] = np.maximum(sample.t - sample.entered, 0.0)
    return known


def _as_numbers(values: Values) -> Values:
    if values.dtype != object:
        return values.astype(np.float64)
    numbers = [value if isinstance(value, int | float) else np.nan for value in values]
    return np.array(numbers, dtype=np.float64)
