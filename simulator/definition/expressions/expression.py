"""A small language of expressions over columns: parsed and held against a list, never run as code.

Rule: what is not in the tables here is refused while parsing; what is parsed can be computed.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.expressions.arithmetic import Values
from simulator.definition.expressions.compiling import (
    CONSTANTS,
    DRAWS,
    MAX_COST,
    MAX_DEPTH,
    MAX_NODES,
    Columns,
    Compiler,
    Compute,
    Other,
)
from simulator.definition.expressions.syntax import MAX_LENGTH, parse_tree
from simulator.definition.model import Read, show
from simulator.errors import DefinitionError

__all__ = [
    "CONSTANTS",
    "DRAWS",
    "MAX_COST",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_NODES",
    "Columns",
    "Computed",
    "Expression",
    "parse_expression",
]


@dataclass(frozen=True, slots=True)
class Expression(Read):
    """An expression over names, ready to compute; equal when its text is."""

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "expression",
        "description": "An expression over metrics, constants, variables and own names",
        "type": ["string", "number", "boolean"],
        "maxLength": MAX_LENGTH,
        "examples": ["temperature > 8", "a if b > 0 else c"],
    }

    is_free: ClassVar[bool] = False  # may draw at random and read other mocks

    text: str
    names: frozenset[str] = field(compare=False)  # columns that it reads, dotted: ``position.lat``
    _compute: Compute = field(compare=False, repr=False)

    @property
    def name(self) -> str | None:
        """The column that it is nothing but, or None."""
        name = self.text.strip()
        return name if name in self.names else None

    def evaluate(self, columns: Columns) -> Values:
        """Return its values, one a row.

        Args:
            columns: At least ``names``: arrays of one length (float64, int64, bool, or object for
                text), or single values.

        Returns:
            float64, int64, bool or object, as long as the columns are (no dimension when all are
            single). A division by zero, the root of a negative number, arithmetic with text: NaN.
            A bare name gives the column itself, not a copy.
        """
        with np.errstate(all="ignore"):
            values = self._compute(columns)
        if values.ndim:
            return values
        length = next((len(c) for c in columns.values() if np.ndim(c)), None)
        return values if length is None else np.full(length, values, dtype=values.dtype)

    @classmethod
    def read(cls, value: Any) -> Self:
        """Return the expression that a document's value stands for; a number stands for itself."""
        if isinstance(value, bool | int | float):
            value = str(value).lower()
        if not isinstance(value, str):
            raise DefinitionError(
                f"needs an expression such as 'temperature > 8', got {show(value)}"
            )
        compiler = Compiler(value, is_free=cls.is_free)
        compute = compiler.compile(parse_tree(value))
        return cls._compiled(value, compiler, compute)

    @classmethod
    def _compiled(cls, text: str, compiler: Compiler, compute: Compute) -> Self:
        return cls(text, frozenset(compiler.names), compute)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Computed(Expression):
    """An expression that may also draw at random and read other mocks: a formula's.

    Whoever evaluates it gives, beside ``names``, the column ``DRAWS``
    (``generators.parts.drawing``) when ``draws`` is above 0, and for each of ``others`` the column
    of its ``key``.
    """

    is_free: ClassVar[bool] = True

    draws: int = field(default=0, compare=False)  # how many random values it draws
    others: tuple[Other, ...] = field(default=(), compare=False)

    @classmethod
    def _compiled(cls, text: str, compiler: Compiler, compute: Compute) -> Self:
        names = frozenset(compiler.names)
        return cls(text, names, compute, draws=compiler.draws, others=tuple(compiler.others))


def parse_expression(text: str) -> Expression:
    """Return the expression ``text``.

    Raises:
        DefinitionError: It is no expression, uses what the language has not, or is over a limit;
            the text says at which column.
    """
    return Expression.read(text)
