"""pick: values out of a list: at random, by weight, in order, shuffled."""

from itertools import accumulate
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed, read_scalar
from simulator.generators.parts.counting import Counting
from simulator.randomness import FloatArray, IntArray

MAX_VALUES = 10_000  # a longer list is a dataset
MAX_SHUFFLED = 1_000  # 2 bytes a mock for each of them
MAX_WEIGHT = 1e9  # sums of 10,000 of them are still exact

_BLOCK = 1_000_000  # numbers that are sorted at one time, 8 MB

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


@register("pick")
class Pick(Generator):
    """``values[k]``, with k drawn at each reading, or the next one.

    Gives what the values are; numbers and whole numbers together become numbers.
    """

    family: ClassVar[str] = "choice"
    purpose: ClassVar[str] = "a door, a mode, an error code"
    examples: ClassVar[tuple[str, ...]] = (
        "{pick: [closed, closed, closed, open]}",
        "{pick: {values: {ok: 97, warning: 2, error: 1}}}",
        "{pick: [monday, tuesday, wednesday], order: in_order}",
        "{pick: [red, green, blue, white], order: shuffled}",
        "{pick: {values: {idle: 5, run: 3, clean: 1}, order: no_repeat}}",
    )
    shorthand: ClassVar[str | None] = "values"

    values: Annotated[
        tuple[Scalar, ...] | dict[Scalar, float],
        BeforeValidator(reader(read_values)),
        WithJsonSchema(VALUES_SCHEMA),
    ] = Field(
        description="1 to 10,000 numbers, texts, true, false or null; one that stands there twice "
        "is twice as likely. Or a mapping of each to its weight, 0 to 10⁹ and not all 0: "
        "`{closed: 3, open: 1}`"
    )
    order: Literal["random", "in_order", "shuffled", "no_repeat"] = Field(
        default="random",
        description="`random`: each reading for itself; `in_order`: from the first to the last and "
        "again; `shuffled`: each round of all values in another order, a mock's own (at most 1,000 "
        "values); `no_repeat`: at random, but never the same twice running. A mapping is random or "
        "no_repeat",
    )

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        count = len(self.values)
        if self.order == "shuffled" and count > MAX_SHUFFLED:
            raise ValueError(f"order: shuffled takes 1 to {MAX_SHUFFLED:,} values, got {count:,}")
        if isinstance(self.values, dict):
            if self.order in ("in_order", "shuffled"):
                text = "needs a list of values, got a mapping of weights"
                raise ValueError(f"order: {self.order} {text}")
            if not any(self.values.values()):
                raise ValueError("at least one weight must be above 0, all are 0")
        if self.order == "no_repeat" and len(weighed(self.values)) < 2:
            raise ValueError("order: no_repeat needs two different values, got one")
        return self

    @property
    def memory(self) -> int:
        return 64 + (2 * len(self.values) if self.order == "shuffled" else 0)

    def column(self, cast: Cast, metric: str) -> Column:
        return _COLUMNS[self.order](self, cast, metric)


def weighed(values: tuple[Scalar, ...] | dict[Scalar, float]) -> list[tuple[Scalar, float]]:
    """Return each different value with its weight, without those that never come."""
    entries = values.items() if isinstance(values, dict) else ((value, 1.0) for value in values)
    weights: dict[tuple[type, Scalar], float] = {}  # true is not 1 here
    for value, weight in entries:
        weights[type(value), value] = weights.get((type(value), value), 0.0) + weight
    return [(value, weight) for (_, value), weight in weights.items() if weight]


class _AtRandom(Column):
    def __init__(self, pick: Pick, cast: Cast, metric: str) -> None:
        weights = pick.values if isinstance(pick.values, dict) else {}
        self._keys = cast.keys(f"metric.{metric}")
        self._values = packed(list(pick.values))
        self._cumulative = np.array(list(accumulate(weights.values())), dtype=np.float64)

    def draw(self, sample: Sample) -> Values:
        keys = self._keys[sample.rows]
        if len(self._cumulative):
            return self._values[randomness.pick(keys, sample.count, self._cumulative)]
        # Without weights a product is enough: 57 µs instead of 101 µs for 10,000 values.
        places = randomness.uniform(keys, sample.count) * len(self._values)
        return self._values[places.astype(np.intp)]


class _InOrder(Counting):
    def __init__(self, pick: Pick, cast: Cast, _: str) -> None:
        super().__init__(cast)
        self._values = packed(list(pick.values))

    def draw(self, sample: Sample) -> Values:
        return self._values[self.number(sample) % len(self._values)]


class _Shuffled(Counting):
    """Keeps each mock's order of this round, which is a function of mock and round alone."""

    def __init__(self, pick: Pick, cast: Cast, metric: str) -> None:
        super().__init__(cast)
        self._keys = cast.keys(f"metric.{metric}")
        self._values = packed(list(pick.values))
        self._rounds: IntArray = np.full(cast.count, -1, dtype=np.int64)
        self._orders = np.zeros((cast.count, len(self._values)), dtype=np.uint16)

    def draw(self, sample: Sample) -> Values:
        rounds, places = np.divmod(self.number(sample), len(self._values))
        stale = np.flatnonzero(self._rounds[sample.rows] != rounds)
        size = max(1, _BLOCK // len(self._values))
        for start in range(0, len(stale), size):
            part = stale[start : start + size]
            self._shuffle(sample.rows[part], rounds[part])
        return self._values[self._orders[sample.rows, places]]

    def _shuffle(self, rows: IntArray, rounds: IntArray) -> None:
        """Sort the values of each mock by numbers that are drawn for this round."""
        count = len(self._values)
        numbers = (rounds[:, np.newaxis] * count + np.arange(count)).ravel()
        drawn = randomness.uniform(np.repeat(self._keys[rows], count), numbers)
        self._orders[rows] = np.argsort(drawn.reshape(-1, count), axis=1, kind="stable")
        self._rounds[rows] = rounds


class _NoRepeat(Counting):
    """Remembers each mock's last value."""

    def __init__(self, pick: Pick, cast: Cast, metric: str) -> None:
        super().__init__(cast, last=np.zeros(cast.count, dtype=np.int64))
        self._keys = cast.keys(f"metric.{metric}")
        values, weights = zip(*weighed(pick.values), strict=True)
        self._values = packed(values)
        self._weights: FloatArray = np.array(weights)
        self._sums: FloatArray = np.array(list(accumulate(weights)))
        self._before: FloatArray = np.concatenate([[0.0], self._sums[:-1]])

    def draw(self, sample: Sample) -> Values:
        number = self.number(sample)
        last = self.memory["last"][sample.rows]
        barred = np.where(number > 0, self._weights[last], 0.0)
        # On a line of all weights, the last value's stretch is cut out and then stepped over.
        points = randomness.uniform(self._keys[sample.rows], sample.count)
        points *= self._sums[-1] - barred
        points += np.where(points >= self._before[last], barred, 0.0)
        places: NDArray[np.intp] = np.searchsorted(self._sums, points, side="right")
        places = np.minimum(places, len(self._sums) - 1)
        self.memory["last"][sample.rows] = places
        return self._values[places]


_COLUMNS: dict[str, type[_AtRandom] | type[_InOrder] | type[_Shuffled] | type[_NoRepeat]] = {
    "random": _AtRandom,
    "in_order": _InOrder,
    "shuffled": _Shuffled,
    "no_repeat": _NoRepeat,
}
