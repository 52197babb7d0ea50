"""sine: a smooth wave."""

import numpy as np
from pydantic import Field

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.definition.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.timing import Origin, elapsed


@register("sine")
class Sine(Generator):
    """``mean + amplitude · sin(2π · (seconds / period + phase)) + noise · z``.

    Parameters:
        mean: The middle, in the metric's unit; 0 when left out.
        amplitude: From the middle to the top, 0 or more.
        period: A duration above 0.
        phase: The share of a period that has passed at the origin, 0 to 1; 0.25 begins at the top.
        noise: The standard deviation of what is added at each reading, 0 or more.
        origin: From when the seconds count: start (of the run), mock (its own start) or clock
            (midnight UTC for a period of 24h).

    Gives numbers.
    """

    mean: float = 0.0
    amplitude: float = Field(ge=0)
    period: SomeSeconds
    phase: float = Field(default=0.0, ge=0, le=1)
    noise: float = Field(default=0.0, ge=0)
    origin: Origin = "start"

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, sine: Sine, cast: Cast, metric: str) -> None:
        self._sine = sine
        self._epoch = cast.epoch
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        sine = self._sine
        turns = elapsed(sample, sine.origin, epoch=self._epoch)
        turns /= sine.period
        turns += sine.phase
        turns -= np.floor(turns)  # turns of years would cost the sine its last digits
        values = np.sin(turns * (2 * np.pi))
        values *= sine.amplitude
        values += sine.mean
        if sine.noise:
            values += randomness.normal(self._keys[sample.rows], sample.count) * sine.noise
        return values
