"""A small language of expressions over columns: parsed and held against a list, never run as code.

Rule: what is not in the tables here is refused while parsing; what is parsed can be computed.
"""

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, ClassVar, NoReturn, Self, TypeAlias

import numpy as np
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.arithmetic import (
    FUNCTIONS,
    OPERATORS,
    Values,
    choose,
    truth,
    values_of,
)
from simulator.definition.model import Read, nearest, show
from simulator.errors import DefinitionError

MAX_LENGTH = 1_000  # characters; what still fits on a screen
MAX_DEPTH = 100  # of brackets and operators inside each other; keeps the parser's stack small
MAX_NODES = 200  # numbers, names and operators; 200 numpy operations a sample at the very most

CONSTANTS: dict[str, Any] = {"true": True, "false": False, "pi": math.pi}

Columns: TypeAlias = Mapping[str, Any]  # name -> values, one a row, or a single one
_Compute: TypeAlias = Callable[[Columns], Values]

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER_LIKE = re.compile(r"(?<![\w.])(?:[0-9][\w.]*|\.[0-9]\w*)")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][0-9]*)?")


@dataclass(frozen=True, slots=True)
class Expression(Read):
    """An expression over names, ready to compute; equal when its text is."""

    schema: ClassVar[JsonSchemaValue] = {
        "description": "An expression over metrics, constants, variables and own names",
        "type": ["string", "number", "boolean"],
        "maxLength": MAX_LENGTH,
        "examples": ["temperature > 8", "a if b > 0 else c"],
    }

    text: str
    names: frozenset[str] = field(compare=False)  # columns that it reads, dotted: ``position.lat``
    _compute: _Compute = field(compare=False, repr=False)

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
        tree = _parse(value)
        compiler = _Compiler(value)
        compute = compiler.compile(tree)
        return cls(value, frozenset(compiler.names), compute)

    def __str__(self) -> str:
        return self.text


def parse_expression(text: str) -> Expression:
    """Return the expression ``text``.

    Raises:
        DefinitionError: It is no expression, uses what the language has not, or is over a limit;
            the text says at which column.
    """
    return Expression.read(text)


def _parse(text: str) -> ast.expr:
    if not text.strip():
        raise DefinitionError("needs an expression, got an empty text")
    if len(text) > MAX_LENGTH:
        raise DefinitionError(f"an expression has at most {MAX_LENGTH} characters, got {len(text)}")
    _refuse_odd_characters(text)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        blanks = len(text) - len(text.lstrip())
        column = min(error.offset + blanks, len(text)) if error.offset else len(text)
        raise _refusal(_reason(error, text[column - 1]), column) from None
    except (ValueError, RecursionError, MemoryError):
        raise DefinitionError("not an expression: too deeply nested") from None


def _refuse_odd_characters(text: str) -> None:
    """Refuse what Python's own reader would take, warn about or read as more than one line."""
    for index, character in enumerate(text):
        if character in "\\#\n\r\t\f" or not character.isprintable():
            raise _refusal(f"unexpected {character!r}", index + 1)
    # ``1or 2`` and ``0x1f`` are read by Python, the first with a warning.
    for match in _NUMBER_LIKE.finditer(_TEXT.sub(lambda m: "'" * len(m[0]), text)):
        if not _NUMBER.fullmatch(match[0]):
            raise _refusal(f"not a number: {match[0]!r}", match.start() + 1)


def _reason(error: SyntaxError, character: str) -> str:
    if character == "=":
        return "'=' does not compare, use '=='"
    return "not an expression" if error.msg == "invalid syntax" else error.msg.split(". ")[0]


def _refusal(text: str, column: int) -> DefinitionError:
    return DefinitionError(f"{text} (at character {column} of the expression)")


class _Compiler:
    """Turns a tree into nested functions; remembers the names and the cost."""

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._text = text
        self._nodes = 0
        self._depth = 0

    def compile(self, node: ast.expr) -> _Compute:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            text = f"an expression has at most {MAX_NODES} names, numbers and operators"
            raise DefinitionError(text)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise DefinitionError(f"an expression is at most {MAX_DEPTH} levels deep")
        make = _NODES.get(type(node))
        if make is None:
            self.refuse(node, f"an expression cannot have {_kind(node)}")
        computed = make(self, node)
        self._depth -= 1
        return computed

    def refuse(self, node: ast.expr, text: str) -> NoReturn:
        # ast counts bytes of UTF-8, without the blanks before the expression.
        before = self._text.strip().encode()[: node.col_offset].decode(errors="ignore")
        blanks = len(self._text) - len(self._text.lstrip())
        raise _refusal(text, len(before) + blanks + 1)

    def constant(self, node: ast.Constant) -> _Compute:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.refuse(node, f"an expression cannot have {value!r}")
        if not isinstance(value, str) and not abs(value) < 2**63:
            self.refuse(node, f"number too large: {show(value)}")
        return _always(values_of(value))

    def name(self, node: ast.Name) -> _Compute:
        if node.id in CONSTANTS:
            return _always(values_of(CONSTANTS[node.id]))
        return self._column(node.id)

    def attribute(self, node: ast.Attribute) -> _Compute:
        parts = [node.attr]
        inner: ast.expr = node.value
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self.refuse(node, "a dot is only for a part of a metric, such as position.lat")
        return self._column(".".join([inner.id, *reversed(parts)]))

    def _column(self, name: str) -> _Compute:
        self.names.add(name)
        return lambda columns: values_of(columns[name])

    def binary(self, node: ast.BinOp) -> _Compute:
        operator = type(node.op).__name__
        if operator not in OPERATORS:
            self.refuse(node, f"an expression cannot have {_kind(node.op)}")
        for side in (node.left, node.right):
            if isinstance(side, ast.Constant) and isinstance(side.value, str):
                self.refuse(side, f"cannot calculate with the text {side.value!r}")
        return _apply(OPERATORS[operator], self._all((node.left, node.right)))

    def unary(self, node: ast.UnaryOp) -> _Compute:
        operator = type(node.op).__name__
        if operator not in OPERATORS:
            self.refuse(node, f"an expression cannot have {_kind(node.op)}")
        return _apply(OPERATORS[operator], [self.compile(node.operand)])

    def boolean(self, node: ast.BoolOp) -> _Compute:
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        parts = self._all(node.values)
        return lambda columns: np.asarray(reduce(join, [truth(part(columns)) for part in parts]))

    def compare(self, node: ast.Compare) -> _Compute:
        sides = [node.left, *node.comparators]
        tests = [
            self._comparison(operator, sides[i], sides[i + 1])
            for i, operator in enumerate(node.ops)
        ]
        return lambda columns: np.asarray(reduce(np.logical_and, [t(columns) for t in tests]))

    def _comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> _Compute:
        if isinstance(operator, ast.In | ast.NotIn):
            return self._membership(operator, left, right)
        name = type(operator).__name__
        if name not in OPERATORS:
            self.refuse(left, f"an expression cannot have {_kind(operator)}")
        return _apply(OPERATORS[name], self._all((left, right)))

    def _membership(
        self, operator: ast.In | ast.NotIn, left: ast.expr, right: ast.expr
    ) -> _Compute:
        if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
            self.refuse(right, "after 'in' comes a list, such as ['open', 'ajar']")
        value, options = self.compile(left), self._all(right.elts)
        same = OPERATORS["Eq"]
        negate = isinstance(operator, ast.NotIn)

        def compute(columns: Columns) -> Values:
            values = value(columns)
            found = reduce(np.logical_or, [same(values, option(columns)) for option in options])
            return np.asarray(~found if negate else found)

        return compute

    def conditional(self, node: ast.IfExp) -> _Compute:
        return _apply(choose, self._all((node.test, node.body, node.orelse)))

    def call(self, node: ast.Call) -> _Compute:
        if not isinstance(node.func, ast.Name):
            self.refuse(node, "only functions can be called")
        name = node.func.id
        if name not in FUNCTIONS:
            self.refuse(node, f"unknown function {name!r}, {nearest(name, FUNCTIONS)}")
        fewest, most, function = FUNCTIONS[name]
        if node.keywords:
            self.refuse(node, f"the values of {name} are given by their order, without names")
        if not fewest <= len(node.args) <= most:
            wanted = "1 value" if most == 1 else f"{fewest} to {most} values"
            wanted = f"{most} values" if fewest == most > 1 else wanted
            self.refuse(node, f"{name} takes {wanted}, got {len(node.args)}")
        return _apply(function, self._all(node.args))

    def _all(self, nodes: Iterable[ast.expr]) -> list[_Compute]:
        return [self.compile(node) for node in nodes]


_NODES: dict[type[ast.expr], Callable[[_Compiler, Any], _Compute]] = {
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.Attribute: _Compiler.attribute,
    ast.BinOp: _Compiler.binary,
    ast.UnaryOp: _Compiler.unary,
    ast.BoolOp: _Compiler.boolean,
    ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.conditional,
    ast.Call: _Compiler.call,
}

_KINDS = {
    "Subscript": "an index in [ ]",
    "List": "a list, except after 'in'",
    "Tuple": "several values",
    "Lambda": "a function of its own",
    "JoinedStr": "an f-text",
    "Is": "'is', use '=='",
    "IsNot": "'is not', use '!='",
    "Invert": "'~'",
    "BitAnd": "'&', use 'and'",
    "BitOr": "'|', use 'or'",
    "BitXor": "'^', use '**' for a power",
}


def _kind(node: ast.AST) -> str:
    name = type(node).__name__
    return _KINDS.get(name, f"'{name.lower()}'")


def _always(values: Values) -> _Compute:
    return lambda _: values


def _apply(function: Callable[..., Values], parts: list[_Compute]) -> _Compute:
    return lambda columns: function(*(part(columns) for part in parts))
