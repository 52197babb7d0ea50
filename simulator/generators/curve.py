"""curve: a line through points drawn by hand, again and again."""

from itertools import pairwise
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.parts.joined import Between, ring
from simulator.generators.parts.shape import Course, Shape
from simulator.randomness import FloatArray

MAX_POINTS = 10_000  # a hand draws hundreds; a recording is a dataset
MAX_VALUE = 1e100

Phase = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=-MAX_VALUE, le=MAX_VALUE)]


@register("curve")
class Curve(Shape):
    """``line(seconds / period) + noise · z``, with a line through ``points`` that goes around.

    A last point before 1 is joined to the first of the next period; points at both 0 and 1 may
    differ, then the curve jumps. A smooth curve is level at its tops and valleys and never leaves
    the range between two neighbouring points.

    Source: Fritsch, Butland, "A method for constructing local monotone piecewise cubic
    interpolants", SIAM J. Sci. Stat. Comput. 5 (1984).

    Gives numbers.
    """

    purpose: ClassVar[str] = "the load of a day, anything that can be drawn by hand"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: kW, curve: {points: [[0, 12], [0.3, 80], [0.7, 75]], period: 24h, noise: 3}}",
        "{curve: {points: [[0, 3], [0.2, 9], [0.6, 4]], period: 10min, between: smooth}}",
        "{curve: {points: [[0, 0], [0.3, 9], [1, 5]], period: 24h, origin: clock, "
        "zone: Asia/Tokyo}}",
    )

    points: tuple[tuple[Phase, Value], ...] = Field(
        min_length=2,
        max_length=MAX_POINTS,
        description="2 to 10,000 pairs [phase, value]; phases are shares of the period, 0 to 1, "
        "each above the one before; values are within ±10¹⁰⁰",
    )
    period: SomeSeconds = Field(description="A duration above 0")
    between: Between = Field(
        default="linear",
        description="How points are joined: `linear`, straight; `smooth`, without corners and "
        "without overshooting",
    )

    @model_validator(mode="after")
    def _phases_rise(self) -> Self:
        for (before, _), (after, _) in pairwise(self.points):
            if after <= before:
                raise ValueError(
                    f"each phase must be above the one before, got {after:g} after {before:g}"
                )
        return self

    @property
    def span(self) -> float:
        return self.period

    def course(self) -> Course:
        phases, values = np.array(self.points).T.copy()
        joined = ring(phases, values, self.between)

        def course(seconds: FloatArray) -> FloatArray:
            seconds /= self.period
            seconds -= np.floor(seconds)
            return joined.at(seconds)

        return course
