"""pulse: a train of pulses, more or less regular."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import Chance, Seconds, SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.shape import Course, Level, Shape, ShapeColumn
from simulator.randomness import FloatArray, IntArray, KeyArray


@register("pulse")
class Pulse(Shape):
    """``low``, and once in each ``period`` up to ``high``: edges are straight.

    Each pulse begins at the start of its period, or up to ``jitter`` later, drawn evenly; it rises,
    stays up for ``width``, and falls.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a heart, a machine's strokes, a tap that is opened"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: bar, pulse: {low: 1, high: 6, width: 1s, period: 10s, rise: 500ms, jitter: 3s}}",
        "{unit: l/min, pulse: {high: 9, width: 4min, period: 1h, jitter: 50min, chance: 70%}}",
    )

    low: Level = Field(default=0.0, description="Between pulses, in the metric's unit")
    high: Level = Field(default=1.0, description="At the top of one, in the metric's unit")
    width: SomeSeconds = Field(description="How long it stays at the top, above 0")
    period: SomeSeconds = Field(
        description="From one pulse to the next, at least rise + width + fall + jitter"
    )
    rise: Seconds = Field(default=0.0, description="How long it rises, 0 or more")
    fall: Seconds | None = Field(default=None, description="How long it falls; as long as it rises")
    jitter: Seconds = Field(default=0.0, description="How much later each may begin, 0 or more")
    chance: Chance = Field(default=Chance(1.0), description="Of each pulse that it comes at all")

    @model_validator(mode="after")
    def _pulses_do_not_meet(self) -> Self:
        if self.length + self.jitter > self.period * (1 + 1e-9):
            raise ValueError(
                f"rise + width + fall + jitter must be at most the period of {self.period:g} s, "
                f"got {self.length + self.jitter:g} s"
            )
        return self

    @property
    def falling(self) -> float:
        """How long it falls, s."""
        return self.rise if self.fall is None else self.fall

    @property
    def length(self) -> float:
        """How long a pulse is from its foot to its foot, s."""
        return self.rise + self.width + self.falling

    @property
    def span(self) -> float:
        return self.period

    def course(self) -> Course:
        return self.edges

    def edges(self, seconds: FloatArray) -> Values:
        """Return the pulse at so many seconds since its foot; ``low`` outside of it."""
        after = self.length - seconds
        share = np.minimum(_edge(seconds, self.rise), _edge(after, self.falling))
        # Both ends exactly.
        values: FloatArray = self.high * share + self.low * (1.0 - share)
        return values

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


def _edge(seconds: FloatArray, length: float) -> FloatArray:
    """Return how far up it is, 0 to 1, so many seconds after the edge begins."""
    if not length:
        return np.where(seconds > 0, 1.0, 0.0)
    return np.clip(seconds / length, 0.0, 1.0)


class _Column(ShapeColumn):
    def __init__(self, pulse: Pulse, cast: Cast, metric: str) -> None:
        super().__init__(pulse, cast, metric)
        self._pulse = pulse
        self._delays: KeyArray = cast.keys(f"metric.{metric}.jitter")
        self._chances: KeyArray = cast.keys(f"metric.{metric}.chance")

    def seconds(self, sample: Sample) -> FloatArray:
        """Return the seconds since the foot of this period's pulse; endless where it has none."""
        pulse = self._pulse
        seconds = super().seconds(sample)
        number: IntArray = np.floor(seconds / pulse.period).astype(np.int64)
        seconds -= number * pulse.period
        if pulse.jitter:
            seconds -= randomness.uniform(self._delays[sample.rows], number) * pulse.jitter
        if pulse.chance.share < 1.0:
            drawn = randomness.uniform(self._chances[sample.rows], number)
            seconds[drawn >= pulse.chance.share] = np.inf
        return seconds
