"""square, triangle and sawtooth: waves with corners."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import Chance
from simulator.generators.base import Values
from simulator.generators.parts.shape import Course, Level, Wave
from simulator.randomness import FloatArray


class _Edged(Wave):
    """A wave between two values."""

    low: Level = Field(default=0.0, description="The lowest value, in the metric's unit")
    high: Level = Field(default=1.0, description="The highest value, in the metric's unit")

    def _between(self, shares: FloatArray) -> Values:
        """Return values at shares of the way up, 0 to 1; both ends exactly."""
        values = shares * self.high
        np.subtract(1.0, shares, out=shares)
        shares *= self.low
        values += shares
        return values


@register("square")
class Square(_Edged):
    """``high`` for the first ``duty`` of each period, then ``low``.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a compressor, a pump, a lamp that blinks"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: W, square: {low: 2, high: 120, period: 20min, duty: 35%, offset: random}}",
        "{square: {period: 2s}}",
    )

    duty: Chance = Field(default=Chance(0.5), description="Share of the period that is high")

    def course(self) -> Course:
        share, low, high = self.duty.share, self.low, self.high
        return lambda seconds: np.where(self.turns(seconds) < share, high, low)


@register("triangle")
class Triangle(_Edged):
    """From ``low`` straight up to ``high`` in ``rise`` of each period, and straight down again.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a tank that fills and empties, a scan"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: cm, triangle: {low: 20, high: 180, period: 1h, rise: 80%}}",
        "{triangle: {low: -1, high: 1, period: 10s, phase: 0.25}}",
    )

    rise: Chance = Field(default=Chance(0.5), description="Share of the period that goes up")

    def course(self) -> Course:
        return self._wave

    def _wave(self, seconds: FloatArray) -> Values:
        turns, top = self.turns(seconds), self.rise.share
        up = turns / (top or 1.0)
        down = (1.0 - turns) / ((1.0 - top) or 1.0)
        return self._between(np.where(turns < top, up, down))


@register("sawtooth")
class Sawtooth(_Edged):
    """``low + (high - low) · share`` of the period that has passed, then back to ``low`` at once.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a tank that is filled at once, a sweep"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "%", sawtooth: {low: 15, high: 100, period: 8h, falling: true, offset: 35min}}',
        "{sawtooth: {period: 10s}}",
    )

    falling: bool = Field(default=False, description="true: from high to low, then back up")

    def course(self) -> Course:
        return self._wave

    def _wave(self, seconds: FloatArray) -> Values:
        turns = self.turns(seconds)
        return self._between(1.0 - turns if self.falling else turns)
