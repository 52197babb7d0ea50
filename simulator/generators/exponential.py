"""exponential: how long to something that may happen at any moment."""

from typing import ClassVar

from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.exact import FloatArray, constant, logarithm
from simulator.generators.parts.distribution import MAX_NUMBER, Distribution

_HALF = constant(0.5)


@register("exponential")
class Exponential(Distribution):
    """``-mean · ln(1 - u)``, with u drawn evenly from 0 to 1 at each reading.

    Values from 0 to 36.7 · ``mean``; two of three lie below the mean.

    Gives numbers, 0 or more.
    """

    purpose: ClassVar[str] = "a time between two arrivals, a life"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: s, exponential: 30}",
        "{unit: s, exponential: {mean: 30, min: 5, max: 120, beyond: redraw}}",
    )
    shorthand: ClassVar[str | None] = "mean"

    mean: float = Field(gt=0, le=MAX_NUMBER, description="Above 0, in the metric's unit")

    def quantile(self, centred: FloatArray) -> FloatArray:
        values = logarithm(_HALF - centred)
        values *= -self.mean
        return values
