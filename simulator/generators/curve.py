"""curve: a line through points drawn by hand, again and again."""

from itertools import pairwise
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.definition.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.timing import Origin, elapsed

MAX_POINTS = 10_000  # a hand draws hundreds; a recording is a dataset

Phase = Annotated[float, Field(ge=0, le=1)]


@register("curve")
class Curve(Generator):
    """Straight lines between ``points``, repeated each ``period``, plus ``noise · z``.

    Parameters:
        points: 2 to 10,000 pairs [phase, value]; phases are shares of the period from 0 to 1, each
            above the one before. A last point before 1 is joined to the first of the next period;
            points at both 0 and 1 may differ, then the curve jumps.
        period: A duration above 0.
        noise: The standard deviation of what is added at each reading, 0 or more.
        origin: From when the seconds count: start (of the run), mock (its own start) or clock
            (midnight UTC for a period of 24h).

    Gives numbers.
    """

    points: tuple[tuple[Phase, float], ...] = Field(min_length=2, max_length=MAX_POINTS)
    period: SomeSeconds
    noise: float = Field(default=0.0, ge=0)
    origin: Origin = "start"

    @model_validator(mode="after")
    def _phases_rise(self) -> Self:
        for (before, _), (after, _) in pairwise(self.points):
            if after <= before:
                raise ValueError(
                    f"each phase must be above the one before, got {after:g} after {before:g}"
                )
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, curve: Curve, cast: Cast, metric: str) -> None:
        (first, first_value), (last, last_value) = curve.points[0], curve.points[-1]
        # The neighbours beyond either end close the ring; np.interp's own period sorts each time.
        ring = [*curve.points, (first + 1.0, first_value)] if last < 1 else list(curve.points)
        if first > 0:
            ring.insert(0, (last - 1.0, last_value))
        self._phases, self._values = np.array(ring).T.copy()
        self._curve = curve
        self._epoch = cast.epoch
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        phase = elapsed(sample, self._curve.origin, epoch=self._epoch)
        phase /= self._curve.period
        phase -= np.floor(phase)
        values: Values = np.interp(phase, self._phases, self._values)
        if self._curve.noise:
            noise = randomness.normal(self._keys[sample.rows], sample.count)
            values += noise * self._curve.noise
        return values
