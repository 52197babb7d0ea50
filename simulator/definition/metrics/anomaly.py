"""What goes wrong with a value: how, when, for how long.

Rule: an anomaly says one thing that happens and at most one thing that begins it; ``in`` and
``chance`` narrow that down.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.expressions.expression import Expression
from simulator.definition.model import Model, Read, reader, show
from simulator.definition.quantities.cron import Cron
from simulator.definition.quantities.durations import Duration
from simulator.definition.quantities.scalars import MAX_TEXT
from simulator.definition.quantities.units import (
    PERIODS,
    Chance,
    Every,
    Rate,
    quantity,
    read_chance,
)
from simulator.definition.quantities.units import split_spread as split
from simulator.errors import DefinitionError

MAX_ANOMALIES = 20  # of one metric
MAX_CHOICES = 100  # values of an ``out_of_range``
MAX_NAME = 60  # characters
MAX_STATUSES = 50  # as many as a document may have

# What happens, in the order of the reference; one of them each.
HAPPENINGS = ("spike", "bias", "drift", "noise", "out_of_range", "stuck", "dropout")
# What begins it; one of them at most. A chance in a time (``Rate``) is one too.
TRIGGERS = ("at", "after", "every", "when")

_PER = re.compile(r"\s*(\S+)\s+per\s+(\S+)\s*")
LAST = "last"


@dataclass(frozen=True, slots=True)
class Height(Read):
    """A number, or one that is drawn for each event: ``20``, ``20 ± 5``."""

    schema: ClassVar[JsonSchemaValue] = {
        "description": "A number, or middle ± spread, from which each event's is drawn evenly",
        "type": ["number", "string"],
        "examples": [20, "20 ± 5"],
    }

    middle: float
    spread: float = 0.0  # 0 or more

    @classmethod
    def read(cls, value: Any) -> Self:
        middle, spread = split(value) if isinstance(value, str) else (value, 0)
        parts = [
            quantity(part, {}, what="a number", example="20 or 20 ± 5")
            for part in (middle, spread or 0)
        ]
        if parts[1] < 0:
            raise DefinitionError(f"the spread must be 0 or more, got {parts[1]:g}")
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Slope(Read):
    """A change in a time: ``0.5 per hour``."""

    schema: ClassVar[JsonSchemaValue] = {
        "description": "A change in a time, below 0 for one that falls",
        "type": "string",
        "pattern": rf"^\s*\S+\s+per\s+(?:{'|'.join(PERIODS)})\s*$",
        "examples": ["0.5 per hour", "-2 per day"],
    }

    per_second: float

    @classmethod
    def read(cls, value: Any) -> Self:
        match = _PER.fullmatch(value) if isinstance(value, str) and len(value) < MAX_TEXT else None
        if match is None:
            raise DefinitionError(
                f"needs a change in a time such as 0.5 per hour, got {show(value)}"
            )
        if match[2] not in PERIODS:
            raise DefinitionError(f"wrong unit {match[2]!r}, allowed: {', '.join(PERIODS)}")
        number = quantity(match[1], {}, what="a number", example="0.5 per hour")
        return cls(number / PERIODS[match[2]])


def read_values(value: Any) -> tuple[float, ...]:
    """Return one number, or those of a list.

    Raises:
        DefinitionError: Something else, none, or more than ``MAX_CHOICES``.
    """
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= MAX_CHOICES:
        raise DefinitionError(f"needs 1 to {MAX_CHOICES} numbers, got {len(values)}")
    return tuple(quantity(v, {}, what="a number", example="-127 or [-127, 85]") for v in values)


def read_stuck(value: Any) -> str | float | bool:
    """Return ``last``, or the value at which a sensor sticks."""
    if value is True:
        return LAST
    if not isinstance(value, str | int | float) or (
        isinstance(value, str) and len(value) > MAX_TEXT
    ):
        raise DefinitionError(f"needs last, or the value at which it sticks, got {show(value)}")
    return value


Values: TypeAlias = Annotated[
    tuple[float, ...],
    BeforeValidator(reader(read_values)),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]}),
]
Stuck: TypeAlias = Annotated[
    str | float | bool,
    BeforeValidator(reader(read_stuck)),
    WithJsonSchema({"type": ["string", "number", "boolean"], "examples": [LAST, 85]}),
]
ChanceOrRate: TypeAlias = Annotated[
    Chance | Rate,
    BeforeValidator(reader(read_chance)),
    WithJsonSchema({"anyOf": [Chance.schema, Rate.schema]}),
]


class Anomaly(Model):
    """One thing that goes wrong with a reading: what happens, what begins it, how long it lasts.

    Without anything that begins it, it needs a ``name`` and is begun by hand; with a name any
    anomaly may be begun by hand too. Where nothing else is said it lasts for one reading; begun by
    ``when`` or ``in``, while these hold.
    """

    name: str | None = Field(
        default=None, min_length=1, max_length=MAX_NAME, description="To begin it by hand"
    )
    spike: Height | None = Field(default=None, description="Adds it: `20`, or `20 ± 5` per event")
    bias: Height | None = Field(default=None, description="Adds it, as `spike`: a wrong zero")
    drift: Slope | None = Field(
        default=None, description="Adds more and more from its beginning on: `0.5 per hour`"
    )
    noise: float | None = Field(
        default=None, gt=0, description="Adds `noise · z` at each reading, z normal; above 0"
    )
    out_of_range: Values | None = Field(
        default=None, description="Gives this number; of a list, one for each event: `[-127, 85]`"
    )
    stuck: Stuck | None = Field(
        default=None,
        description="`last`: gives what it gave at its beginning; or the value at which it sticks",
    )
    dropout: Literal["left_out"] | None = Field(
        default=None,
        description="`null`: gives no value; `left_out`: its key is missing from the payload",
    )
    chance: ChanceOrRate | None = Field(
        default=None,
        description="`2% per hour` begins it at random; `10%` begins it at that share of readings,"
        " or beside another beginning lets that share of them happen",
    )
    at: Cron | None = Field(default=None, description="Begins it at a clock time")
    after: Duration | None = Field(default=None, description="Begins it so long after the start")
    every: Every | None = Field(
        default=None, description="Begins it again and again, counted from the mock's start"
    )
    when: Expression | None = Field(
        default=None,
        description="Begins it when it comes true at a reading; `value` is the reading itself",
    )
    statuses: Annotated[tuple[str, ...], Field(max_length=MAX_STATUSES)] = Field(
        default=(), alias="in", description="Only in these statuses; alone, begins on entering one"
    )
    lasts: Duration | None = Field(default=None, description="How long it lasts")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [word for word in HAPPENINGS if word in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(
                f"needs one of {', '.join(HAPPENINGS)}, got {' and '.join(given) or 'none'}"
            )
        begun = [word for word in TRIGGERS if getattr(self, word) is not None]
        begun += ["chance per time"] if isinstance(self.chance, Rate) else []
        if len(begun) > 1:
            raise ValueError(f"one thing begins it, got {' and '.join(begun)}")
        if not begun and not self.statuses and self.chance is None and self.name is None:
            raise ValueError(
                "nothing begins it: give chance, at, after, every, when or in; or a name, to begin"
                " it by hand"
            )
        for word in ("out_of_range", "stuck", "spike", "bias", "drift", "noise"):
            if word in given and getattr(self, word) is None:
                raise ValueError(f"{word} needs a value, got nothing")
        return self

    @property
    def happening(self) -> str:
        """The word of what happens."""
        return next(word for word in HAPPENINGS if word in self.model_fields_set)

    @property
    def needs_numbers(self) -> bool:
        """Whether it can only happen to numbers."""
        return self.happening not in ("stuck", "dropout")

    @property
    def leaves_out(self) -> bool:
        """Whether its readings are missing from the payload."""
        return self.dropout is not None

    def names(self) -> frozenset[str]:
        """Return what its condition reads."""
        return frozenset() if self.when is None else self.when.names - {"value"}


Anomalies: TypeAlias = Annotated[tuple[Anomaly, ...], Field(max_length=MAX_ANOMALIES)]
