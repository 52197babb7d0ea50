"""What all shapes over time share: from when seconds count, how mocks are spread, noise.

Rule: a shape is a function of the seconds since its origin alone; only noise is drawn.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, ClassVar, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.timing import (
    OFFSET_TEXT,
    ORIGIN_TEXT,
    ZONE_TEXT,
    Delay,
    Origin,
    Zone,
    beginnings,
    elapsed,
)
from simulator.randomness import FloatArray

# Seconds since the origin -> values, one each; the seconds may be changed.
Course: TypeAlias = Callable[[FloatArray], Values]

MAX_LEVEL = 1e300  # sums and noise of such numbers are float64 still

# A value of a shape, and how far it goes from one, in the metric's unit.
Level: TypeAlias = Annotated[float, Field(ge=-MAX_LEVEL, le=MAX_LEVEL)]
Size: TypeAlias = Annotated[float, Field(ge=0, le=MAX_LEVEL)]

NOISE_TEXT = "Standard deviation of what is added to each reading, 0 or more, in the metric's unit"


class Shape(Generator):
    """A value that follows time."""

    family: ClassVar[str] = "shape"

    noise: Size = Field(default=0.0, description=NOISE_TEXT)
    offset: Delay = Field(default=0.0, description=OFFSET_TEXT)
    origin: Origin = Field(default="start", description=ORIGIN_TEXT)
    zone: Zone = Field(default="UTC", description=ZONE_TEXT)

    @property
    @abstractmethod
    def span(self) -> float:
        """How long it is until it repeats or ends, s, above 0; offsets go around in it."""

    @abstractmethod
    def course(self) -> Course:
        """Return the shape as a function of the seconds since its origin."""

    @model_validator(mode="after")
    def _zone_is_of_the_clock(self) -> Self:
        if self.zone != "UTC" and self.origin != "clock":
            raise ValueError(f"zone needs origin: clock, got origin: {self.origin}")
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return ShapeColumn(self, cast, metric)


class ShapeColumn(Column):
    """A shape at work: seconds, then the shape, then noise."""

    def __init__(self, shape: Shape, cast: Cast, metric: str) -> None:
        self._shape = shape
        self._course = shape.course()
        self._epoch = cast.epoch
        self._keys = cast.keys(f"metric.{metric}")
        self._offset = None
        if shape.offset:
            self._offset = beginnings(shape.offset, cast, metric=metric, span=shape.span)

    def draw(self, sample: Sample) -> Values:
        values = self._course(self.seconds(sample))
        if self._shape.noise:
            noise = randomness.normal(self._keys[sample.rows], sample.count)
            noise *= self._shape.noise
            values += noise
        return values

    def seconds(self, sample: Sample) -> FloatArray:
        """Return the seconds since the shape's origin, each mock's offset added."""
        shape = self._shape
        seconds = elapsed(sample, shape.origin, epoch=self._epoch, zone=shape.zone)
        if self._offset is not None:
            seconds += self._offset[sample.rows]
        return seconds


class Wave(Shape):
    """A shape that comes again and again."""

    period: SomeSeconds = Field(description="A duration above 0")
    phase: float = Field(
        default=0.0, ge=0, le=1, description="Share of a period that has passed at the origin"
    )

    @property
    def span(self) -> float:
        return self.period

    def turns(self, seconds: FloatArray) -> FloatArray:
        """Return the share of the period that has passed, 0 to below 1, in place of seconds."""
        seconds /= self.period
        seconds += self.phase
        seconds -= np.floor(seconds)
        return seconds
