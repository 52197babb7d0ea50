"""bucket: values out of a list, at random or in order."""

from itertools import accumulate
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.generator import Generator, register
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed, read_scalar

MAX_VALUES = 10_000  # a longer list is a dataset

MAX_WEIGHT = 1e9  # sums of 10,000 of them are still exact

VALUES_SCHEMA = {
    "anyOf": [
        {
            "type": "array",
            "items": {"type": ["number", "string", "boolean", "null"]},
            "minItems": 1,
            "maxItems": MAX_VALUES,
        },
        {
            "type": "object",
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": MAX_WEIGHT},
            "minProperties": 1,
            "maxProperties": MAX_VALUES,
        },
    ]
}


def read_values(value: Any) -> tuple[Scalar, ...] | dict[Scalar, float]:
    """Return a list of values, or a mapping of each to its weight.

    Raises:
        DefinitionError: It is neither, empty, too long, or holds what is no value or no weight.
    """
    if not isinstance(value, list | tuple | dict) or not 1 <= len(value) <= MAX_VALUES:
        raise DefinitionError(
            f"needs a list of 1 to {MAX_VALUES:,} values, or a mapping of values to weights, "
            f"got {_what(value)}"
        )
    if isinstance(value, dict):
        return {read_scalar(entry): _read_weight(weight) for entry, weight in value.items()}
    return tuple(read_scalar(entry) for entry in value)


def _what(value: Any) -> str:
    return f"{len(value):,}" if isinstance(value, list | tuple | dict) else show(value)


def _read_weight(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MAX_WEIGHT:
        raise DefinitionError(f"a weight must be a number from 0 to 10^9, got {show(value)}")
    return float(value)


@register("bucket")
class Bucket(Generator):
    """One of ``values`` at each reading.

    Parameters:
        values: 1 to 10,000 numbers, texts, true, false or null. An entry that stands there twice
            is twice as likely. Or a mapping of each value to its weight, 0 to 10⁹ and not all 0:
            {closed: 3, open: 1}.
        order: random, or in_order: from the first to the last, and again. A mapping has no order.

    Gives what the values are; numbers and whole numbers together become numbers.
    """

    shorthand: ClassVar[str | None] = "values"

    values: Annotated[
        tuple[Scalar, ...] | dict[Scalar, float],
        BeforeValidator(reader(read_values)),
        WithJsonSchema(VALUES_SCHEMA),
    ]
    order: Literal["random", "in_order"] = "random"

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if not isinstance(self.values, dict):
            return self
        if self.order == "in_order":
            raise ValueError("order: in_order needs a list of values, got a mapping of weights")
        if not any(self.values.values()):
            raise ValueError("at least one weight must be above 0, all are 0")
        return self

    def column(self, cast: Cast, metric: str) -> Column:
        return _InOrder(self) if self.order == "in_order" else _AtRandom(self, cast, metric)


class _InOrder(Column):
    def __init__(self, bucket: Bucket) -> None:
        self._values = packed(list(bucket.values))

    def draw(self, sample: Sample) -> Values:
        return self._values[sample.count % len(self._values)]


class _AtRandom(Column):
    def __init__(self, bucket: Bucket, cast: Cast, metric: str) -> None:
        weights = bucket.values if isinstance(bucket.values, dict) else {}
        self._keys = cast.keys(f"metric.{metric}")
        self._values = packed(list(bucket.values))
        self._cumulative = np.array(list(accumulate(weights.values())), dtype=np.float64)

    def draw(self, sample: Sample) -> Values:
        keys = self._keys[sample.rows]
        if len(self._cumulative):
            return self._values[randomness.pick(keys, sample.count, self._cumulative)]
        # Without weights a product is enough: 57 µs instead of 101 µs for 10,000 values.
        places = randomness.uniform(keys, sample.count) * len(self._values)
        return self._values[places.astype(np.intp)]
