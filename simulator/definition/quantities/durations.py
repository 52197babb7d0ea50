"""How long something lasts: a fixed time, a spread, or a time drawn from a distribution.

Rule: a draw is a function of its keys and counts alone, and never outside of 0 s to 10 years.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue

from simulator import randomness
from simulator.definition.model import Model, Read, only_word, reader, show, within, word_schema
from simulator.definition.quantities.units import (
    DURATIONS,
    MAX_DURATION,
    Every,
    Seconds,
    SomeSeconds,
    read_seconds,
    read_spread,
)
from simulator.errors import DefinitionError
from simulator.exact import exponential
from simulator.randomness import FloatArray, IntArray, KeyArray

MAX_OPTIONS = 100  # of a choice of durations; a stage of a device has a handful
MAX_SIGMA = 5.0  # one time in three is then above 140 times the median


@dataclass(frozen=True, slots=True)
class Steady(Read):
    """A duration, with or without a spread: ``5min``, ``5min ± 1min``, ``0s``."""

    schema: ClassVar[JsonSchemaValue] = {
        **Every.schema,
        "description": (
            "A duration up to 10 years, or middle ± spread, from which each time is drawn evenly;"
            f" units: {', '.join(DURATIONS)}"
        ),
        "examples": ["5min", "5min ± 1min", "200ms"],
    }

    middle: float  # s; 0 to MAX_DURATION
    spread: float = 0.0  # s; 0 to the middle

    def __post_init__(self) -> None:
        if not 0 <= self.spread <= self.middle:
            raise DefinitionError(
                f"spread must be from 0 s to {self.middle:g} s, got {self.spread:g} s"
            )

    @classmethod
    def read(cls, value: Any) -> Self:
        return cls(*read_spread(value, example="5min ± 1min"))

    @property
    def mean(self) -> float:
        """What it is on average, s."""
        return self.middle

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s; ``counts`` says which draw of its key it is."""
        if not self.spread:
            return np.full(len(keys), self.middle)
        return self.middle + self.spread * (2.0 * randomness.uniform(keys, counts) - 1.0)

    def __str__(self) -> str:
        spread = f" ± {self.spread:g}s" if self.spread else ""
        return f"{self.middle:g}s{spread}"


class _Bounded(Model):
    """A distribution that is cut: what is drawn outside of its bounds becomes the bound."""

    min: Seconds = Field(default=0.0, description="No time is below it, s; 0 to 10 years")
    max: SomeSeconds = Field(default=MAX_DURATION, description="No time is above it, s")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise DefinitionError(f"min must not be above max, got {self.min:g} and {self.max:g} s")
        return self

    def _cut(self, times: FloatArray) -> FloatArray:
        return np.clip(times, self.min, self.max)


class UniformTime(Model):
    """Each time from ``min`` to ``max`` is as likely."""

    min: Seconds = Field(description="The shortest, s; 0 to 10 years")
    max: SomeSeconds = Field(description="The longest, s; above 0 to 10 years")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise DefinitionError(f"min must not be above max, got {self.min:g} and {self.max:g} s")
        return self

    @property
    def mean(self) -> float:
        """What it is on average, s."""
        return (self.min + self.max) / 2

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s."""
        return self.min + (self.max - self.min) * randomness.uniform(keys, counts)

    def __str__(self) -> str:
        return f"{self.min:g}s to {self.max:g}s"


class NormalTime(_Bounded):
    """Around ``mean``, two in three within one ``deviation``; cut at 0 s or its bounds."""

    mean: Seconds = Field(description="The middle, s; 0 to 10 years")
    deviation: Seconds = Field(description="Standard deviation, s; 0 to 10 years")

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s."""
        return self._cut(self.mean + self.deviation * randomness.normal(keys, counts))

    def __str__(self) -> str:
        return f"normal, {self.mean:g}s and deviation {self.deviation:g}s"


class ExponentialTime(_Bounded):
    """The time to the next event of those that come at random, ``mean`` apart on average."""

    mean: SomeSeconds = Field(description="The average, s; above 0 to 10 years")

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s."""
        return self._cut(self.mean * randomness.exponential(keys, counts))

    def __str__(self) -> str:
        return f"exponential, {self.mean:g}s on average"


class LognormalTime(_Bounded):
    """Half of the times are below ``median``, with a long tail: repairs and downloads."""

    median: SomeSeconds = Field(description="Half of the times are below it, s")
    sigma: float = Field(
        gt=0, le=MAX_SIGMA, description="Standard deviation of the logarithm, above 0 to 5"
    )

    @property
    def mean(self) -> float:
        """What it is on average before it is cut, s."""
        return float(self.median * exponential(np.array([self.sigma**2 / 2]))[0])

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s."""
        return self._cut(self.median * exponential(self.sigma * randomness.normal(keys, counts)))

    def __str__(self) -> str:
        return f"lognormal, median {self.median:g}s, sigma {self.sigma:g}"


class ChoiceTime(Model):
    """One of several durations, by weight."""

    options: tuple[tuple[float, float], ...] = Field(description="Durations in s and weights")

    @property
    def mean(self) -> float:
        """What it is on average, s."""
        return sum(t * weight for t, weight in self.options) / sum(w for _, w in self.options)

    def draw(self, keys: KeyArray, counts: IntArray) -> FloatArray:
        """Return one duration for each key, s."""
        weights = list(accumulate(weight for _, weight in self.options))
        times = np.array([t for t, _ in self.options])
        return times[randomness.pick(keys, counts, weights)]

    def __str__(self) -> str:
        return f"one of {', '.join(f'{t:g}s' for t, _ in self.options)}"


def read_choice(value: Any) -> ChoiceTime:
    """Return the choice of a mapping from duration to weight, or of a list of durations.

    Raises:
        DefinitionError: Something else, or weights that give none a chance.
    """
    if isinstance(value, list):
        value = dict.fromkeys(map(str, value), 1)
    if not isinstance(value, dict) or not 1 <= len(value) <= MAX_OPTIONS:
        raise DefinitionError(
            f"needs a list of 1 to {MAX_OPTIONS} durations, or a mapping of them to weights,"
            f" got {show(value)}"
        )
    for option, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
            raise DefinitionError(f"the weight of {option!r} must be 0 or more, got {show(weight)}")
    if not sum(value.values()) > 0:
        raise DefinitionError("one weight at least must be above 0")
    return ChoiceTime(options=tuple((read_seconds(t), float(w)) for t, w in value.items()))


def read_exponential(value: Any) -> ExponentialTime:
    """Return the distribution of ``{mean: 5min, max: 1h}``, or of its mean alone."""
    return ExponentialTime.model_validate(value if isinstance(value, dict) else {"mean": value})


KINDS: dict[str, Callable[[Any], Any]] = {
    "uniform": UniformTime.model_validate,
    "normal": NormalTime.model_validate,
    "exponential": read_exponential,
    "lognormal": LognormalTime.model_validate,
    "choice": reader(read_choice),
}
_DRAWN = (Steady, UniformTime, NormalTime, ExponentialTime, LognormalTime, ChoiceTime)


def read_duration(data: Any) -> Any:
    """Return the duration that a number, ``5min ± 1min`` or ``{normal: {...}}`` says."""
    if isinstance(data, _DRAWN):
        return data
    if not isinstance(data, dict):
        return reader(Steady.read)(data)
    word = only_word(data, KINDS, example="{normal: {mean: 5min, deviation: 1min}}")
    return within(word, lambda: KINDS[word](data[word]))


_CHOICE_SCHEMA: JsonSchemaValue = {
    "description": f"1 to {MAX_OPTIONS} durations, or a mapping of them to weights",
    "anyOf": [
        {"type": "array", "minItems": 1, "maxItems": MAX_OPTIONS},
        {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
    ],
    "examples": [["10s", "1min"], {"10s": 3, "1h": 1}],
}
_EXPONENTIAL_SCHEMA: JsonSchemaValue = {
    "description": "The mean alone, or with bounds",
    "anyOf": [Steady.schema, ExponentialTime.model_json_schema()],
}
SCHEMA: JsonSchemaValue = {
    "title": "Duration",
    "description": "A time that is fixed, spread, or drawn from a distribution",
    "anyOf": [
        Steady.schema,
        word_schema("uniform", UniformTime.model_json_schema()),
        word_schema("normal", NormalTime.model_json_schema()),
        word_schema("exponential", _EXPONENTIAL_SCHEMA),
        word_schema("lognormal", LognormalTime.model_json_schema()),
        word_schema("choice", _CHOICE_SCHEMA),
    ],
    "examples": ["5min ± 1min", {"normal": {"mean": "5min", "deviation": "1min"}}],
}

Duration: TypeAlias = Annotated[
    Steady | UniformTime | NormalTime | ExponentialTime | LognormalTime | ChoiceTime,
    BeforeValidator(read_duration),
    WithJsonSchema(SCHEMA),
]
