"""counter: whole numbers one after the other."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.generator import Generator, register
from simulator.generators.base import Cast, Column, Sample, Values

Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]  # what every JSON reader takes exactly
Step = Annotated[int, Field(ge=-(2**31), le=2**31)]  # times 2**31 readings still fits 63 bits


@register("counter")
class Counter(Generator):
    """``start + step · n`` for a mock's reading n = 0, 1, 2, ...

    Parameters:
        start: The first number, within ±2⁵³; 0 when left out.
        step: What is added each time, not 0, within ±2³¹; below 0 it counts down. 1 when left out.
        max: For counting up, optional: the number after which it begins again at ``start``.
        min: For counting down, the same.

    Gives whole numbers.
    """

    start: Whole = 0
    step: Step = 1
    min: Whole | None = None
    max: Whole | None = None

    @model_validator(mode="after")
    def _gets_somewhere(self) -> Self:
        if self.step == 0:
            raise ValueError("step must not be 0")
        word, other = ("max", self.min) if self.step > 0 else ("min", self.max)
        if other is not None:
            raise ValueError(f"with step {self.step} it ends at {word}, got the other bound")
        if self.end is not None and (self.end - self.start) * self.step < 0:
            side = "at or above" if self.step > 0 else "at or below"
            raise ValueError(f"{word} must be {side} start {self.start}, got {self.end}")
        return self

    @property
    def end(self) -> int | None:
        """The bound that it runs towards."""
        return self.max if self.step > 0 else self.min

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self)


class _Column(Column):
    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        end = counter.end
        self._round = None if end is None else (end - counter.start) // counter.step + 1

    def draw(self, sample: Sample) -> Values:
        number = sample.count.astype(np.int64)
        if self._round is not None:
            number %= self._round
        number *= self._counter.step
        number += self._counter.start
        return number
