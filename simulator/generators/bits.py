"""bits: flags and small numbers packed into one whole number, as registers and status words are."""

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator.definition.expressions.expression import Expression
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import Model
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.randomness import IntArray

MAX_BITS = 63  # of a whole number that is not negative, in 64 bits
MAX_PLAIN = 53  # bits of a whole number that a float, and JSON's readers, count without gaps

Width = Annotated[int, Field(ge=1, le=MAX_PLAIN)]


class Bits(Model):
    """One field of the word: ``{name: level, width: 4, value: "battery / 10"}``."""

    name: str = Field(default="", max_length=60, description="For people")
    width: Width = Field(default=1, description="Bits, 1 to 53")
    shift: int | None = Field(
        default=None,
        ge=0,
        lt=MAX_BITS,
        description="Position of its lowest bit, 0 to 62; without it, after the field before it",
    )
    value: Expression = Field(
        description="An expression over metrics, constants and variables; true is 1, a fraction is "
        "cut, what does not fit becomes the nearest that does, no value is 0"
    )
    signed: bool = Field(default=False, description="Negative numbers as two's complement")

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest number that fits."""
        if self.signed:
            return -(1 << (self.width - 1)), (1 << (self.width - 1)) - 1
        return 0, (1 << self.width) - 1


@register("bits")
class Packed(Generator):
    """``Σ (value & (2^width - 1)) · 2^shift`` over ``fields``, the first in the lowest bits.

    Gives whole numbers, 0 or more.
    """

    family: ClassVar[str] = "derived"
    shorthand: ClassVar[str | None] = "fields"
    purpose: ClassVar[str] = "flags and small numbers of a register"
    examples: ClassVar[tuple[str, ...]] = (
        "{battery: {uniform: {min: 0, max: 100}}, "
        'flags: {bits: [{name: low, value: "battery < 20"}, {name: full, value: "battery > 95"}, '
        '{name: level, width: 4, shift: 4, value: "battery / 6.7"}]}}',
    )

    fields_: tuple[Bits, ...] = Field(
        alias="fields",
        min_length=1,
        max_length=MAX_BITS,
        description="From the lowest bits up; together at most 63 bits",
    )

    @model_validator(mode="after")
    def _fit(self) -> Self:
        used = 0
        for number, (field, shift) in enumerate(self.placed, start=1):
            name = f"field {number}" + (f" ({field.name})" if field.name else "")
            if shift + field.width > MAX_BITS:
                raise ValueError(f"{name} ends at bit {shift + field.width}, there are {MAX_BITS}")
            bits = ((1 << field.width) - 1) << shift
            if used & bits:
                raise ValueError(f"{name} lies over another one at bit {shift}")
            used |= bits
        return self

    @property
    def placed(self) -> list[tuple[Bits, int]]:
        """Each field with the position of its lowest bit."""
        placed: list[tuple[Bits, int]] = []
        following = 0
        for field in self.fields_:
            shift = following if field.shift is None else field.shift
            placed.append((field, shift))
            following = shift + field.width
        return placed

    def names(self) -> frozenset[str]:
        return frozenset().union(*(field.value.names for field in self.fields_))

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self)


class _Column(Column):
    def __init__(self, packed: Packed) -> None:
        self._placed = packed.placed

    def draw(self, sample: Sample) -> Values:
        word = np.zeros(len(sample), dtype=np.int64)
        for field, shift in self._placed:
            known = {name: sample.readings[name] for name in field.value.names}
            values = np.broadcast_to(field.value.evaluate(known), len(sample))
            word |= (_whole(values, field) & ((1 << field.width) - 1)) << shift
        return word


def _whole(values: NDArray[Any], field: Bits) -> IntArray:
    """Return values as whole numbers that fit into the field."""
    low, high = field.limits
    if values.dtype == object:
        is_number = (bool, int, float)
        values = np.array([v if isinstance(v, is_number) else 0.0 for v in values.tolist()])
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), 0.0, values)
    return np.clip(values.astype(np.float64), low, high).astype(np.int64)
