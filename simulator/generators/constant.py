"""constant: always the same value."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from simulator.definition.metrics.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed


@register("constant")
class Constant(Generator):
    """``value``, at every reading of every mock.

    Gives what ``value`` is.
    """

    family: ClassVar[str] = "fixed"
    purpose: ClassVar[str] = "a setting, a model number"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", constant: 8}',
        "{constant: {value: TH-1}}",
    )
    shorthand: ClassVar[str | None] = "value"

    value: Scalar = Field(
        description="A number, text, true, false or null; a whole number within ±(2⁶³ - 1)"
    )

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self.value)


class _Column(Column):
    def __init__(self, value: Scalar) -> None:
        self._value = packed([value])

    def draw(self, sample: Sample) -> Values:
        return np.repeat(self._value, len(sample))
