"""step: values at given times, held, or joined."""

from itertools import pairwise
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import Seconds, SomeSeconds
from simulator.generators.base import Scalar, Values, packed
from simulator.generators.parts.counting import without
from simulator.generators.parts.joined import line
from simulator.generators.parts.shape import Course, Shape
from simulator.generators.parts.timing import ORIGIN_TEXT, Origin
from simulator.randomness import FloatArray

MAX_POINTS = 10_000  # a longer list is a dataset
MAX_VALUE = 1e100


@register("step")
class Step(Shape):
    """The value of the last of ``points`` whose time has come.

    Before the first point, its value. With ``between`` the values are joined instead, straight or
    smoothly, without overshooting (as in ``curve``).

    Gives what the values are; joined, or with noise or ``at_end: stop``, numbers.
    """

    purpose: ClassVar[str] = "a plan of the day, a set point, the stages of a process"
    examples: ClassVar[tuple[str, ...]] = (
        "{step: {points: [[0s, 20], [10min, 65], [40min, 30]], period: 1h, at_end: repeat}}",
        "{step: [[0s, heating], [5min, holding], [20min, done]], origin: status}",
        "{step: {points: [[0h, night], [6h, day], [22h, night]], period: 24h, at_end: repeat, "
        "origin: clock, zone: Europe/Berlin}}",
        "{step: {points: [[0s, 0], [1min, 5], [3min, 4]], between: smooth, noise: 0.1}}",
    )
    shorthand: ClassVar[str | None] = "points"

    points: tuple[tuple[Seconds, Scalar], ...] = Field(
        min_length=1,
        max_length=MAX_POINTS,
        description="1 to 10,000 pairs [time, value]: durations since the origin, each above the "
        "one before; numbers, texts, true, false or null",
    )
    between: Literal["hold", "linear", "smooth"] = Field(
        default="hold",
        description="`hold` stays until the next; `linear` and `smooth` join numbers within ±10¹⁰⁰",
    )
    period: SomeSeconds | None = Field(
        default=None, description="When it ends, above the last time; for `repeat` and `stop`"
    )
    at_end: Literal["hold", "repeat", "stop"] = Field(
        default="hold",
        description="`hold` stays at the last value; `repeat` begins again after the period; "
        "`stop` gives no value after it",
    )
    origin: Origin = Field(default="mock", description=ORIGIN_TEXT)

    @model_validator(mode="after")
    def _times_rise(self) -> Self:
        for (before, _), (after, _) in pairwise(self.points):
            if after <= before:
                raise ValueError(
                    f"each time must be above the one before, got {after:g} s after {before:g} s"
                )
        if (self.period is None) != (self.at_end == "hold"):
            raise ValueError("period and at_end: repeat or stop go together")
        if self.period is not None and self.period <= self.points[-1][0]:
            last = self.points[-1][0]
            raise ValueError(
                f"period must be above the last time {last:g} s, got {self.period:g} s"
            )
        return self

    @model_validator(mode="after")
    def _numbers_where_needed(self) -> Self:
        if self.between == "hold" and not self.noise:
            return self
        for _, value in self.points:
            if isinstance(value, bool) or not isinstance(value, int | float):
                needed = "noise" if self.between == "hold" else f"between: {self.between}"
                raise ValueError(f"{needed} needs numbers, got {value!r}")
            if abs(value) > MAX_VALUE:
                raise ValueError(f"values must be within ±10^100, got {value:g}")
        return self

    @property
    def span(self) -> float:
        return self.period or self.points[-1][0] or 1.0

    def course(self) -> Course:
        times = np.array([time for time, _ in self.points])
        values = packed([value for _, value in self.points])
        if self.noise or self.between != "hold":
            values = values.astype(np.float64)
        if self.between == "hold" or len(times) == 1:
            return lambda seconds: self._ended(seconds, lambda s: _held(times, values, s))
        joined = line(times, values, self.between)
        return lambda seconds: self._ended(seconds, joined.at)

    def _ended(self, seconds: FloatArray, course: Course) -> Values:
        if self.period is None:
            return course(seconds)
        if self.at_end == "repeat":
            return course(seconds - np.floor(seconds / self.period) * self.period)
        return without(course(seconds), seconds >= self.period)


def _held(times: FloatArray, values: Values, seconds: FloatArray) -> Values:
    places = np.searchsorted(times, seconds, side="right") - 1
    held: Values = values[np.maximum(places, 0)]
    return held
