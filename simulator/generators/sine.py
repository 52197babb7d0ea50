"""sine: a smooth wave."""

from typing import ClassVar

from pydantic import Field

from simulator import exact
from simulator.definition.metrics.generator import register
from simulator.generators.base import Values
from simulator.generators.parts.shape import Course, Level, Size, Wave
from simulator.randomness import FloatArray


@register("sine")
class Sine(Wave):
    """``mean + amplitude · sin(2π · (seconds / period + phase)) + noise · z``.

    A phase of 0.25 begins at the top; z is drawn normally at each reading.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a tide, a motor, a mains voltage"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", sine: {mean: 15, amplitude: 6, period: 24h, phase: 0.6, noise: 0.2}}',
        "{unit: A, sine: {amplitude: 16, period: 20ms}}",
        "{unit: m, sine: {mean: 3, amplitude: 1.2, period: 12.42h, origin: clock, offset: 5min}}",
    )

    mean: Level = Field(default=0.0, description="The middle, in the metric's unit")
    amplitude: Size = Field(
        description="From the middle to the top, 0 or more, in the metric's unit"
    )

    def course(self) -> Course:
        return self._wave

    def _wave(self, seconds: FloatArray) -> Values:
        values = exact.sine(self.turns(seconds))
        values *= self.amplitude
        values += self.mean
        return values
