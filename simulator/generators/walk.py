"""walk: a value that drifts from where it was, as temperatures and levels do."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import register
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.bounds import Bounded
from simulator.generators.parts.memory import Remembering


@register("walk")
class Walk(Bounded):
    """``x + step · z + pull · (to - x)`` from the value x before, with z drawn normally.

    The first reading of a mock is ``start``. One step is one reading, however long after the one
    before: a mock that sends twice as often wanders twice as far in the same time. (``ou`` and
    ``brownian`` go by time.)

    Left alone for long, the values spread around ``to`` with the deviation
    ``step / √(pull · (2 - pull))``; with ``pull: 0`` they spread without end, or evenly between
    the bounds.

    Gives numbers.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "temperature, level, price"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", walk: {start: 4, step: 0.2, min: -2, max: 12, pull: 0.05}}',
        "{unit: cm, walk: {start: 120, step: 1.5, min: 0}}",
        "{walk: {start: 50, step: 2, min: 0, max: 100, at_bounds: absorb}}",
    )

    start: float = Field(description="The first reading, within the bounds")
    step: float = Field(ge=0, description="Standard deviation of a step, 0 or more")
    pull: float = Field(
        default=0.0, ge=0, le=1, description="Share of the way to `to` that a step takes, 0 to 1"
    )
    to: float | None = Field(
        default=None, description="Where it is pulled, within the bounds; without it, to `start`"
    )

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        self.check_bounds(start=self.start, to=self.to)
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Remembering):
    """Remembers each mock's last value."""

    def __init__(self, walk: Walk, cast: Cast, metric: str) -> None:
        super().__init__(last=np.full(cast.count, walk.start))
        self._walk = walk
        self._to = walk.start if walk.to is None else walk.to
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        steps = randomness.normal(self._keys[sample.rows], sample.count)
        steps *= self._walk.step
        before = self.memory["last"][sample.rows]
        if self._walk.pull:
            steps += (self._to - before) * self._walk.pull
        values = before + steps
        self._walk.bound(values, before)
        values[sample.count == 0] = self._walk.start
        self.memory["last"][sample.rows] = values
        return values
