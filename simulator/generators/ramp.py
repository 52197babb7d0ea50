"""ramp: a straight line from one value to another, as a battery runs down."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.definition.generator import Generator, register
from simulator.definition.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.timing import Origin, elapsed


@register("ramp")
class Ramp(Generator):
    """``from + (to - from) · seconds / over``.

    Parameters:
        from, to: The first and the last value, in the metric's unit.
        over: The time from the one to the other, above 0.
        at_end: hold stays at ``to``; repeat begins again at ``from``.
        origin: From when the seconds count: mock (its own start), start (of the run) or clock.

    Gives numbers.
    """

    from_: float = Field(alias="from")
    to: float
    over: SomeSeconds
    at_end: Literal["hold", "repeat"] = "hold"
    origin: Origin = "mock"

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast)


class _Column(Column):
    def __init__(self, ramp: Ramp, cast: Cast) -> None:
        self._ramp = ramp
        self._epoch = cast.epoch

    def draw(self, sample: Sample) -> Values:
        ramp = self._ramp
        share = elapsed(sample, ramp.origin, epoch=self._epoch)
        share /= ramp.over
        if ramp.at_end == "repeat":
            share -= np.floor(share)
        else:
            np.clip(share, 0.0, 1.0, out=share)
        # Both ends exactly, also where to - from is not exact.
        return ramp.from_ * (1.0 - share) + ramp.to * share
