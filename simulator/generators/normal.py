"""normal: values around a mean, the farther the rarer."""

from typing import ClassVar

from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.exact import FloatArray, normal_quantile
from simulator.generators.parts.distribution import MAX_NUMBER, Distribution


@register("normal")
class Normal(Distribution):
    """``mean + deviation · z``, with z drawn from the normal distribution at each reading.

    Two of three values lie within one deviation of the mean, 95 of 100 within two, all within
    8.21.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a measuring error, a size that many small causes make"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: mm/s, normal: {mean: 2.5, deviation: 0.4, min: 0}}",
        "{normal: {mean: 20, deviation: 5, min: 10, max: 30, beyond: redraw}}",
    )

    mean: float = Field(
        ge=-MAX_NUMBER, le=MAX_NUMBER, description="The middle, in the metric's unit"
    )
    deviation: float = Field(
        ge=0, le=MAX_NUMBER, description="Standard deviation, 0 or more, in the metric's unit"
    )

    def quantile(self, centred: FloatArray) -> FloatArray:
        values = normal_quantile(centred)
        values *= self.deviation
        values += self.mean
        return values
