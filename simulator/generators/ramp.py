"""ramp: a straight line from one value to another, as a battery runs down."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Values
from simulator.generators.parts.shape import Course, Level, Shape
from simulator.generators.parts.timing import ORIGIN_TEXT, Origin
from simulator.randomness import FloatArray


@register("ramp")
class Ramp(Shape):
    """``from + (to - from) · seconds / over``.

    Gives numbers.
    """

    purpose: ClassVar[str] = "a battery, a tank, wear"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "%", ramp: {from: 100, to: 0, over: 90d}}',
        "{ramp: {from: 0, to: 100, over: 10min, at_end: reverse, offset: random}}",
        "{ramp: {from: 20, to: 60, over: 90s, origin: status}}",
    )

    from_: Level = Field(alias="from", description="The first value, in the metric's unit")
    to: Level = Field(description="The last value, in the metric's unit")
    over: SomeSeconds = Field(description="The time from the one to the other, above 0")
    at_end: Literal["hold", "repeat", "reverse", "stop"] = Field(
        default="hold",
        description="`hold` stays at `to`; `repeat` begins again at `from`; `reverse` goes back, "
        "and again; `stop` gives no value",
    )
    origin: Origin = Field(default="mock", description=ORIGIN_TEXT)

    @property
    def span(self) -> float:
        return self.over * (2 if self.at_end == "reverse" else 1)

    def course(self) -> Course:
        return self._line

    def _line(self, seconds: FloatArray) -> Values:
        share = seconds
        share /= self.over
        over = share > 1.0 if self.at_end == "stop" else None
        if self.at_end == "repeat":
            share -= np.floor(share)
        elif self.at_end == "reverse":
            share = 1.0 - np.abs(np.mod(share, 2.0) - 1.0)
        else:
            np.clip(share, 0.0, 1.0, out=share)
        # Both ends exactly, also where to - from is not exact.
        values: FloatArray = self.from_ * (1.0 - share) + self.to * share
        if over is not None:
            values[over] = np.nan
        return values
