"""sequence: one value after the other, each as often as is said."""

from itertools import accumulate
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed, read_scalar
from simulator.generators.parts.counting import COUNT_ORIGIN_TEXT, Counting, CountOrigin, without
from simulator.generators.parts.timing import beginnings
from simulator.randomness import IntArray

MAX_ENTRIES = 10_000  # a longer list is a dataset
MAX_TIMES = 10**9
MAX_COUNT = 10**15
MAX_NUMBER = 2.0**53

Entry = tuple[Scalar, int]  # a value, and how many readings it lasts

_VALUE: dict[str, Any] = {"type": ["number", "string", "boolean", "null"]}
ENTRIES_SCHEMA = {
    "type": "array",
    "maxItems": MAX_ENTRIES,
    "items": {
        "anyOf": [
            _VALUE,
            {
                "type": "array",
                "prefixItems": [_VALUE, {"type": "integer", "minimum": 1, "maximum": MAX_TIMES}],
                "minItems": 2,
                "maxItems": 2,
            },
        ]
    },
}


def read_entries(value: Any) -> tuple[Entry, ...]:
    """Return values with how many readings each lasts, of ``[idle, [wash, 30], spin]``.

    Raises:
        DefinitionError: It is no such list.
    """
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_ENTRIES:
        raise DefinitionError(f"needs a list of 1 to {MAX_ENTRIES:,} values, got {show(value)}")
    return tuple(_read_entry(entry) for entry in value)


def _read_entry(entry: Any) -> Entry:
    if not isinstance(entry, list | tuple):
        return read_scalar(entry), 1
    if len(entry) != 2:
        raise DefinitionError(f"needs a value, or [value, times], got a list of {len(entry)}")
    value, times = entry
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MAX_TIMES:
        raise DefinitionError(f"times must be a whole number from 1 to 10^9, got {show(times)}")
    return read_scalar(value), times


Number = Annotated[int | float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]


@register("sequence")
class Sequence(Generator):
    """``values`` one after the other, or ``start + step · n`` for a mock's reading n = 0, 1, ...

    Gives what the values are; with ``at_end: stop`` whole numbers come as numbers.
    """

    family: ClassVar[str] = "choice"
    purpose: ClassVar[str] = "a programme with its stages, a test pattern, a staircase"
    examples: ClassVar[tuple[str, ...]] = (
        "{sequence: [idle, [wash, 6], [rinse, 3], spin]}",
        "{sequence: {start: 10, step: 2.5, count: 5, at_end: hold}}",
        "{sequence: {values: [ready, set, go], at_end: stop, origin: status}}",
        "{sequence: {start: 0, step: 5, count: 72, offset: random}}",
    )
    shorthand: ClassVar[str | None] = "values"

    values: Annotated[
        tuple[Entry, ...], BeforeValidator(reader(read_entries)), WithJsonSchema(ENTRIES_SCHEMA)
    ] = Field(
        default=(),
        description="1 to 10,000 numbers, texts, true, false or null; `[value, times]` lasts so "
        "many readings, 1 to 10⁹",
    )
    start: Number = Field(default=0, description="Instead of values: the first number, ±2⁵³")
    step: Number = Field(default=1, description="What is added each time, ±2⁵³")
    count: int | None = Field(
        default=None, ge=1, le=MAX_COUNT, description="How many numbers; without it, no end"
    )
    at_end: Literal["repeat", "hold", "stop"] = Field(
        default="repeat",
        description="`repeat` begins again, `hold` stays at the last, `stop` gives no value",
    )
    origin: CountOrigin = Field(default="mock", description=COUNT_ORIGIN_TEXT)
    offset: Annotated[int, Field(ge=0, le=MAX_TIMES)] | Literal["random"] = Field(
        default=0,
        description="How many readings in each mock begins after the one before it "
        "(index · offset), beyond the end from the first again; or `random`: each anywhere",
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        numbers = self.model_fields_set & {"start", "step", "count"}
        if bool(self.values) == bool(numbers):
            raise ValueError("needs either values, or start, step and count")
        if self.length is None and (self.offset or self.at_end != "repeat"):
            word = "offset" if self.offset else f"at_end: {self.at_end}"
            raise ValueError(f"{word} needs an end: values or count")
        return self

    @property
    def length(self) -> int | None:
        """How many readings it has; None: no end."""
        return sum(times for _, times in self.values) or self.count

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Counting):
    def __init__(self, sequence: Sequence, cast: Cast, metric: str) -> None:
        super().__init__(cast, sequence.origin)
        self._sequence = sequence
        self._length = sequence.length
        self._values = packed([value for value, _ in sequence.values])
        self._ends: IntArray = np.array(list(accumulate(times for _, times in sequence.values)))
        self._is_even = len(self._values) == self._length
        self._offset: IntArray | None = None
        if sequence.offset and self._length:
            places = beginnings(sequence.offset, cast, metric=metric, span=float(self._length))
            self._offset = places.astype(np.int64)

    def draw(self, sample: Sample) -> Values:
        number = self.number(sample)
        if self._offset is not None:
            number += self._offset[sample.rows]
        if self._length is None:
            return self._at(number)
        if self._sequence.at_end == "repeat":
            return self._at(number % self._length)
        values = self._at(np.minimum(number, self._length - 1))
        return without(values, number >= self._length) if self._is_over else values

    @property
    def _is_over(self) -> bool:
        return self._sequence.at_end == "stop"

    def _at(self, number: IntArray) -> Values:
        if not len(self._values):
            return number * self._sequence.step + self._sequence.start
        if self._is_even:
            return self._values[number]
        return self._values[np.searchsorted(self._ends, number, side="right")]
