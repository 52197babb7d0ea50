"""From the tree of an expression to what computes it: held against the tables, nested.

Rule: what is not in the tables is refused while parsing; what is parsed can be computed, at a cost
that is bounded.
"""

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, NoReturn, TypeAlias

import numpy as np

from simulator.definition.expressions.arithmetic import OPERATORS, Values, choose, truth, values_of
from simulator.definition.expressions.functions import FUNCTIONS
from simulator.definition.expressions.syntax import arrived, is_stand_in, refusal
from simulator.definition.model import nearest, show
from simulator.errors import DefinitionError

MAX_DEPTH = 100  # of brackets and operators inside each other; keeps the parser's stack small
MAX_NODES = 200  # numbers, names and operators
MAX_COST = 400  # numpy operations a sample; a function of text counts as 10, of air or time as 5

CONSTANTS: dict[str, Any] = {"true": True, "false": False, "pi": math.pi}

# Columns that no document can name: what draws at random, and what other mocks read.
DRAWS = "%draws"

# Functions that draw: how many values each takes. Each is a method of
# ``generators.parts.drawing.Draws``.
DRAWING = {"uniform": 2, "normal": 2, "integer": 2, "exponential": 1, "chance": 1}

# Over all mocks, or those that have something alike: mean(mocks.power), max(mocks.load, site).
OVER_MOCKS = ("count", "max", "mean", "min", "sum")

Columns: TypeAlias = Mapping[str, Any]  # name -> values, one a row, or a single one
Compute: TypeAlias = Callable[[Columns], Values]


@dataclass(frozen=True, slots=True)
class Other:
    """What an expression reads of other mocks; its column has the name ``key``.

    Of one mock (``number`` says which, from what never changes) or, with ``over``, of all that have
    the same ``by`` as the reader, or of all.
    """

    key: str
    text: str  # as the expression has it
    names: frozenset[str]  # what is read there
    compute: Compute  # over columns of ``names`` of those mocks
    number: Compute | None = None  # over the reader's own columns
    number_names: frozenset[str] = frozenset()
    over: str = ""  # one of OVER_MOCKS
    by: str = ""  # a name of the reader and of the others


class Compiler:
    """Turns a tree into nested functions; remembers names, cost, draws and other mocks.

    ``is_free`` is for formulas: they may draw and read others. ``inside`` is the function over all
    mocks whose value is compiled; there every name has ``mocks.`` before it.
    """

    def __init__(self, text: str, *, is_free: bool = False, inside: str = "") -> None:
        self.names: set[str] = set()
        self.others: list[Other] = []
        self.draws = 0
        self._text = text
        self._is_free = is_free
        self._inside = inside
        self._nodes = 0
        self._cost = 0
        self._depth = 0

    def compile(self, node: ast.expr) -> Compute:
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
        raise refusal(text, len(before) + blanks + 1)

    def constant(self, node: ast.Constant) -> Compute:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.refuse(node, f"an expression cannot have {value!r}")
        if not isinstance(value, str) and not abs(value) < 2**63:
            self.refuse(node, f"number too large: {show(value)}")
        return _always(values_of(value))

    def name(self, node: ast.Name) -> Compute:
        if is_stand_in(node.id):
            return self._column(arrived(self._text, node.id))
        if node.id in CONSTANTS:
            return _always(values_of(CONSTANTS[node.id]))
        if self._inside:
            text = f"inside of {self._inside}(...) it is mocks.{node.id}"
            self.refuse(node, f"{node.id!r} of which mock? {text}")
        return self._column(node.id)

    def attribute(self, node: ast.Attribute) -> Compute:
        parts = [node.attr]
        inner: ast.expr = node.value
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        path = ".".join(reversed(parts))
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "mock":
            return self._neighbour(inner, path)
        if not isinstance(inner, ast.Name):
            self.refuse(node, "a dot is only for a part of a metric, such as position.lat")
        if self._inside and inner.id == "mocks":
            return self._column(path)
        if self._inside:
            self.refuse(node, f"inside of {self._inside}(...) it is mocks.{inner.id}.{path}")
        return self._column(f"{inner.id}.{path}")

    def _column(self, name: str) -> Compute:
        self.names.add(name)
        return lambda columns: values_of(columns[name])

    def _neighbour(self, node: ast.Call, path: str) -> Compute:
        """Compile ``mock(index - 1).temperature``."""
        self._may_read_others(node)
        if node.keywords or len(node.args) != 1:
            self.refuse(node, "mock( ) takes the number of a mock, such as mock(index - 1)")
        inner = Compiler(self._text)
        number = inner.compile(node.args[0])
        return self._other(
            inner,
            text=ast.unparse(node),
            names=frozenset({path}),
            compute=lambda columns: values_of(columns[path]),
            number=number,
            number_names=frozenset(inner.names),
        )

    def _over_mocks(self, node: ast.Call, name: str) -> Compute:
        """Compile ``mean(mocks.power)`` or ``max(mocks.power, site)``."""
        self._may_read_others(node)
        of, *by = node.args
        if node.keywords or len(by) > 1 or not all(isinstance(each, ast.Name) for each in by):
            wanted = f"{name}(mocks.power) or {name}(mocks.power, site)"
            self.refuse(node, f"over all mocks it is {wanted}, site being a constant or variable")
        inner = Compiler(self._text, inside=name)
        compute = inner.compile(of)
        group = by[0].id if by and isinstance(by[0], ast.Name) else ""
        names = frozenset(inner.names)
        return self._other(
            inner, text=ast.unparse(node), names=names, compute=compute, over=name, by=group
        )

    def _may_read_others(self, node: ast.expr) -> None:
        if not self._is_free:
            self.refuse(node, "only a formula reads other mocks")

    def _other(self, inner: "Compiler", **parts: Any) -> Compute:
        self._add(inner)
        key = f"%other.{len(self.others)}"
        other = Other(key=key, **parts)
        self.others.append(other)
        self.names |= inner.names | other.names | ({other.by} if other.by else set())
        return lambda columns: values_of(columns[key])

    def _add(self, inner: "Compiler") -> None:
        self._nodes += inner._nodes
        self._pay(inner._cost)

    def _pay(self, cost: int) -> None:
        self._cost += cost
        if self._cost > MAX_COST:
            raise DefinitionError(
                f"an expression costs at most {MAX_COST}: a function of text is 10, one of air, "
                "earth or time 5, any other operation 1"
            )

    def binary(self, node: ast.BinOp) -> Compute:
        operator = type(node.op).__name__
        if operator not in OPERATORS:
            self.refuse(node, f"an expression cannot have {_kind(node.op)}")
        for side in (node.left, node.right):
            if isinstance(side, ast.Constant) and isinstance(side.value, str):
                self.refuse(side, f"cannot calculate with the text {side.value!r}")
        return _apply(OPERATORS[operator], self._all((node.left, node.right)))

    def unary(self, node: ast.UnaryOp) -> Compute:
        operator = type(node.op).__name__
        if operator not in OPERATORS:
            self.refuse(node, f"an expression cannot have {_kind(node.op)}")
        return _apply(OPERATORS[operator], [self.compile(node.operand)])

    def boolean(self, node: ast.BoolOp) -> Compute:
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        parts = self._all(node.values)
        return lambda columns: np.asarray(reduce(join, [truth(part(columns)) for part in parts]))

    def compare(self, node: ast.Compare) -> Compute:
        sides = [node.left, *node.comparators]
        tests = [
            self._comparison(operator, sides[i], sides[i + 1])
            for i, operator in enumerate(node.ops)
        ]
        return lambda columns: np.asarray(reduce(np.logical_and, [t(columns) for t in tests]))

    def _comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> Compute:
        if isinstance(operator, ast.In | ast.NotIn):
            return self._membership(operator, left, right)
        name = type(operator).__name__
        if name not in OPERATORS:
            self.refuse(left, f"an expression cannot have {_kind(operator)}")
        return _apply(OPERATORS[name], self._all((left, right)))

    def _membership(self, operator: ast.In | ast.NotIn, left: ast.expr, right: ast.expr) -> Compute:
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

    def conditional(self, node: ast.IfExp) -> Compute:
        return _apply(choose, self._all((node.test, node.body, node.orelse)))

    def call(self, node: ast.Call) -> Compute:
        if not isinstance(node.func, ast.Name):
            self.refuse(node, "only functions can be called")
        name = node.func.id
        if name in OVER_MOCKS and node.args and _reads_mocks(node.args[0]):
            return self._over_mocks(node, name)
        if name in DRAWING:
            return self._draw(node, name)
        if name not in FUNCTIONS:
            names = (*FUNCTIONS, *DRAWING) if self._is_free else FUNCTIONS
            self.refuse(node, f"unknown function {name!r}, {nearest(name, names)}")
        function = FUNCTIONS[name]
        self._takes(node, name, function.fewest, function.most)
        self._pay(function.cost)
        if function.text is not None:
            self._check_text(node.args[function.text[0] :][:1], function.text[1])
        return _apply(function.compute, self._all(node.args))

    def _takes(self, node: ast.Call, name: str, fewest: int, most: int) -> None:
        if node.keywords:
            self.refuse(node, f"the values of {name} are given by their order, without names")
        if not fewest <= len(node.args) <= most:
            wanted = "1 value" if most == 1 else f"{fewest} to {most} values"
            wanted = f"{most} values" if fewest == most > 1 else wanted
            self.refuse(node, f"{name} takes {wanted}, got {len(node.args)}")

    def _check_text(self, nodes: list[ast.expr], refusal: Callable[[str], str]) -> None:
        """Refuse a text that a function cannot take; what is computed shows only later."""
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = refusal(node.value)
                if text:
                    self.refuse(node, text)

    def _draw(self, node: ast.Call, name: str) -> Compute:
        """Compile ``uniform(1, 6)``: each place in an expression draws values of its own."""
        if not self._is_free:
            self.refuse(node, f"only a formula draws at random, and {name} does")
        self._takes(node, name, DRAWING[name], DRAWING[name])
        self._pay(5)
        place, values = self.draws, self._all(node.args)
        self.draws += 1
        return lambda columns: getattr(columns[DRAWS], name)(place, *(v(columns) for v in values))

    def _all(self, nodes: Iterable[ast.expr]) -> list[Compute]:
        return [self.compile(node) for node in nodes]


_NODES: dict[type[ast.expr], Callable[[Compiler, Any], Compute]] = {
    ast.Constant: Compiler.constant,
    ast.Name: Compiler.name,
    ast.Attribute: Compiler.attribute,
    ast.BinOp: Compiler.binary,
    ast.UnaryOp: Compiler.unary,
    ast.BoolOp: Compiler.boolean,
    ast.Compare: Compiler.compare,
    ast.IfExp: Compiler.conditional,
    ast.Call: Compiler.call,
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


def _reads_mocks(node: ast.expr) -> bool:
    attributes = (each for each in ast.walk(node) if isinstance(each, ast.Attribute))
    return any(isinstance(a.value, ast.Name) and a.value.id == "mocks" for a in attributes)


def _kind(node: ast.AST) -> str:
    name = type(node).__name__
    return _KINDS.get(name, f"'{name.lower()}'")


def _always(values: Values) -> Compute:
    return lambda _: values


def _apply(function: Callable[..., Values], parts: list[Compute]) -> Compute:
    return lambda columns: function(*(part(columns) for part in parts))
