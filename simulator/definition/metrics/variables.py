"""Variables: values that are drawn once for each mock and then stay, until a status sets them.

Rule: a draw is a function of the mock's number, the seed and the variables above it.
"""

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import KINDS as GENERATORS
from simulator.definition.metrics.generator import Generator, Need
from simulator.definition.metrics.metric import read_generator
from simulator.definition.model import (
    SHARED,
    Model,
    only_word,
    own_error,
    reader,
    show,
    unknown_word,
    within,
    word_schema,
)
from simulator.errors import DefinitionError
from simulator.randomness import KeyArray

MAX_OPTIONS = 10_000  # of a choice; more belongs into a dataset
MAX_WHOLE = 2**53  # as far as float64, and JSON's readers, count without gaps

Value: TypeAlias = str | int | float | bool


class Drawn(Model):
    """A variable of its own making: it reads nothing and needs no dataset."""

    @property
    def is_unique(self) -> bool:
        """Whether no two mocks of a run have the same."""
        return False

    def names(self) -> frozenset[str]:
        """Return what it reads: constants, ``index``, variables."""
        return frozenset()

    def needs(self) -> tuple[Need, ...]:
        """Return the datasets that it reads."""
        return ()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against what its datasets contain; see ``Generator.check_datasets``."""

    def check_unique(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against its datasets as an id; see ``Generator.check_unique``."""


class Choice(Drawn):
    """One of several values, each with a weight."""

    options: tuple[tuple[Value, float], ...]  # value, weight of 0 or more

    def draw(self, keys: KeyArray) -> NDArray[Any]:
        """Return one value for each key; int64, float64, bool, or object when mixed or text."""
        weights = list(accumulate(weight for _, weight in self.options))
        positions = randomness.pick(keys, _first(keys), weights)
        return _column([value for value, _ in self.options])[positions]


class Uniform(Drawn):
    """A number from ``min`` to below ``max``, each as likely."""

    min: float
    max: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.min, self.max)
        return self

    def draw(self, keys: KeyArray) -> NDArray[Any]:
        """Return one number for each key, float64."""
        return self.min + (self.max - self.min) * randomness.uniform(keys, _first(keys))


class Integer(Drawn):
    """A whole number from ``min`` to ``max``, both included, each as likely."""

    min: int = Field(ge=-MAX_WHOLE, le=MAX_WHOLE)
    max: int = Field(ge=-MAX_WHOLE, le=MAX_WHOLE)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.min, self.max)
        return self

    def draw(self, keys: KeyArray) -> NDArray[Any]:
        """Return one number for each key, int64."""
        share = randomness.uniform(keys, _first(keys))
        drawn = self.min + np.floor(share * (self.max - self.min + 1)).astype(np.int64)
        return np.minimum(drawn, self.max)


class Once(Model):
    """What a generator gives at its first reading: ``{mac: "00:1B:44"}``, ``{constant: 5}``.

    Any generator with one value; what it reads of a mock are constants, ``index`` and the variables
    above it.
    """

    folded: ClassVar[str] = "generator"

    generator: Annotated[Generator, BeforeValidator(read_generator)]

    @model_validator(mode="after")
    def _has_one_value(self) -> Self:
        parts = self.generator.parts()
        if parts:
            raise ValueError(
                f"a variable has one value, {self.generator.word} gives {', '.join(parts)}; "
                "make it a metric"
            )
        return self

    @property
    def is_unique(self) -> bool:
        """Whether no two mocks of a run have the same."""
        return self.generator.is_unique

    def names(self) -> frozenset[str]:
        """Return what it reads: constants, ``index``, variables."""
        return self.generator.names()

    def needs(self) -> tuple[Need, ...]:
        """Return the datasets that it reads."""
        return self.generator.needs()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against what its datasets contain; see ``Generator.check_datasets``."""
        self.generator.check_datasets(datasets)

    def check_unique(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against its datasets as an id; see ``Generator.check_unique``."""
        self.generator.check_unique(datasets)


_WEIGHTS = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_OPTIONS = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
SCHEMA = {
    "title": "Variable",
    "description": "A value that is drawn once for each mock",
    "anyOf": [
        word_schema(
            "choice",
            {
                "description": f"1 to {MAX_OPTIONS:,} values, or a mapping of texts to weights",
                "anyOf": [
                    {**_OPTIONS, "minItems": 1, "maxItems": MAX_OPTIONS},
                    {**_WEIGHTS, "minProperties": 1, "maxProperties": MAX_OPTIONS},
                ],
                "examples": [["a", "b"], {"a": 3, "b": 1}],
            },
        ),
        word_schema("uniform", Uniform.model_json_schema()),
        word_schema("integer", Integer.model_json_schema()),
        {SHARED: "Once"},
    ],
}


def read_choice(value: Any) -> Choice:
    """Return the choice of a list, or of a mapping from value to weight.

    Raises:
        DefinitionError: Something else, no value at all, or weights that give none a chance.
    """
    if not isinstance(value, dict | list):
        raise DefinitionError(f"needs a list, or a mapping of values to weights, got {show(value)}")
    if not 1 <= len(value) <= MAX_OPTIONS:
        raise DefinitionError(f"needs 1 to {MAX_OPTIONS:,} values, got {len(value)}")
    return Choice(options=_weighted(value) if isinstance(value, dict) else _equal(value))


def _weighted(options: dict[Any, Any]) -> tuple[tuple[Value, float], ...]:
    for option, weight in options.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
            raise DefinitionError(f"the weight of {option!r} must be 0 or more, got {show(weight)}")
    if not sum(options.values()) > 0:
        raise DefinitionError("one weight at least must be above 0")
    return tuple((option, float(weight)) for option, weight in options.items())


def _equal(options: list[Any]) -> tuple[tuple[Value, float], ...]:
    for option in options:
        if not isinstance(option, str | int | float):
            raise DefinitionError(f"needs texts, numbers, true or false, got {show(option)}")
    return tuple((option, 1.0) for option in options)


def read_variable(data: Any) -> Choice | Uniform | Integer | Once:
    """Return the variable of ``{choice: ...}``, ``{integer: ...}``, ``{mac: ...}`` and the like.

    Raises:
        ValidationError: With the place of each thing that is wrong.
    """
    if isinstance(data, Choice | Uniform | Integer | Once):
        return data
    word = only_word(data, {**KINDS, **GENERATORS}, example="{choice: [a, b]}")
    if word not in KINDS:
        return Once.model_validate(data)
    others = {name: data[name] for name in data if name != word}
    if others:
        errors = [own_error(unknown_word(n, ()), (n,), others[n]) for n in others]
        raise ValidationError.from_exception_data(word, errors)
    return within(word, lambda: KINDS[word](data[word]))


KINDS: dict[str, Callable[[Any], Choice | Uniform | Integer]] = {
    "choice": reader(read_choice),
    "uniform": Uniform.model_validate,
    "integer": Integer.model_validate,
}

Variable: TypeAlias = Annotated[
    Choice | Uniform | Integer | Once, BeforeValidator(read_variable), WithJsonSchema(SCHEMA)
]


def _first(keys: KeyArray) -> NDArray[np.int64]:
    return np.zeros(len(keys), dtype=np.int64)


def _in_order(low: float, high: float) -> None:
    if low > high:
        raise DefinitionError(f"min must not be above max, got {low:g} and {high:g}")


def _column(values: list[Value]) -> NDArray[Any]:
    kinds = {type(value) for value in values}
    if kinds <= {int, float} or kinds == {bool}:
        return np.asarray(values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
