"""How often something is sent: fixed, or computed from what a mock's variables say.

Rule: whatever a computed interval comes to, a mock sends at most every ``MIN_INTERVAL``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.expressions.arithmetic import number
from simulator.definition.expressions.expression import MAX_LENGTH, Expression
from simulator.definition.model import Read, reader, show
from simulator.definition.quantities.units import (
    DURATIONS,
    MAX_DURATION,
    MIN_INTERVAL,
    Every,
    read_seconds,
    split_spread,
)
from simulator.errors import DefinitionError
from simulator.randomness import FloatArray

_COMPUTED = re.compile(r"\s*\{([^{}]*)\}\s*(\S*)\s*")


@dataclass(frozen=True, slots=True)
class ComputedEvery(Read):
    """An interval from an expression over constants, variables and ``index``: ``{pace} s``."""

    schema: ClassVar[JsonSchemaValue] = {
        "description": (
            "An expression over constants, variables and index in brackets, and its unit; with a"
            " fixed spread if wanted. What is below 1 ms is 1 ms, what is above 10 years or no"
            " value is 10 years"
        ),
        "type": "string",
        "maxLength": MAX_LENGTH,
        "pattern": r"^\s*\{[^{}]*\}",
        "examples": ["{pace} s", "{minutes * 2} min ± 5s"],
    }

    text: str
    expression: Expression
    unit: float  # s
    spread: float = 0.0  # s; cut below the interval that is computed

    @classmethod
    def read(cls, value: Any) -> Self:
        if not isinstance(value, str) or len(value) > MAX_LENGTH:
            raise DefinitionError(f"needs an interval such as '{{pace}} s', got {show(value)}")
        middle, spread = split_spread(value)
        match = _COMPUTED.fullmatch(middle)
        if match is None:
            raise DefinitionError(f"needs an interval such as '{{pace}} s', got {show(value)}")
        if match[2] and match[2] not in DURATIONS:
            raise DefinitionError(f"wrong unit {match[2]!r}, allowed: {', '.join(DURATIONS)}")
        unit = DURATIONS[match[2]] if match[2] else 1.0
        return cls(value, Expression.read(match[1]), unit, read_seconds(spread) if spread else 0.0)

    def seconds(self, columns: Mapping[str, Any]) -> FloatArray:
        """Return each mock's interval, s, within its limits; ``columns`` hold what it reads."""
        values = np.asarray(number(self.expression.evaluate(columns)), dtype=np.float64)
        times = np.where(np.isnan(values), MAX_DURATION, values * self.unit)
        return np.clip(times, MIN_INTERVAL, MAX_DURATION)

    def __str__(self) -> str:
        return self.text


def read_interval(value: Any) -> Every | ComputedEvery:
    """Return an interval: a fixed one, or with an expression in brackets a computed one."""
    if isinstance(value, Every | ComputedEvery):
        return value
    if isinstance(value, str) and "{" in value:
        return ComputedEvery.read(value)
    return Every.read(value)


SCHEMA: JsonSchemaValue = {
    "description": "How often: a duration, with or without a spread, or an expression in brackets",
    "anyOf": [Every.schema, ComputedEvery.schema],
    "examples": ["10s", "10s ± 2s", "{pace} s"],
}

Interval: TypeAlias = Annotated[
    Every | ComputedEvery, BeforeValidator(reader(read_interval)), WithJsonSchema(SCHEMA)
]

NEVER: Literal["never"] = "never"  # a child does not send what its parent does
Pace: TypeAlias = Every | ComputedEvery | Literal["never"] | None  # None: the message's own
