"""constant: always the same value."""

from typing import ClassVar

import numpy as np

from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed


@register("constant")
class Constant(Generator):
    """``value``, at every reading of every mock.

    Parameters:
        value: A number, text, true, false or null. A whole number is within ±(2⁶³ - 1).

    Gives what ``value`` is.
    """

    shorthand: ClassVar[str | None] = "value"

    value: Scalar

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self.value)


class _Column(Column):
    def __init__(self, value: Scalar) -> None:
        self._value = packed([value])

    def draw(self, sample: Sample) -> Values:
        return np.repeat(self._value, len(sample))
