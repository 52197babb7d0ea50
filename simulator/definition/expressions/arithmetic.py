"""What the operators and functions of an expression do with columns.

Rule: every result is a pure function of its own row, also its type, so that a value never depends
on which other mocks are computed with it; what has no value is NaN, and nothing warns.
"""

import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator import powers

Values: TypeAlias = NDArray[Any]  # float64, int64, bool or object (text); one value, or one a row
Operator: TypeAlias = Callable[..., Values]


def values_of(value: Any) -> Values:
    """Return a column, or a single value, as float64, int64, bool or object (text)."""
    array = np.asarray(value)
    if array.dtype.kind in "US":
        return np.asarray(value, dtype=object)
    return array


def number(values: Values) -> Values:
    """Return float64 or int64; true is 1, and text or no value NaN."""
    if values.dtype.kind in "fi":
        return values
    if values.dtype.kind == "b":
        return values.astype(np.int64)
    return np.asarray(_as_float(values), dtype=np.float64)


def truth(values: Values) -> Values:
    """Return bool: false for 0, NaN, empty text and no value."""
    if values.dtype.kind == "b":
        return values
    if values.dtype.kind == "f":
        return np.asarray((values != 0) & ~np.isnan(values))
    if values.dtype.kind == "i":
        return np.asarray(values != 0)
    return np.asarray(_as_truth(values), dtype=bool)


def choose(condition: Values, yes: Values, no: Values) -> Values:
    """Return ``yes`` where the condition holds, else ``no``."""
    return values_of(np.where(truth(condition), yes, no))


def finite(values: Values) -> Values:
    """Return the values with NaN for what is infinite."""
    if values.dtype.kind != "f":
        return values
    if values.size == 1:
        return values if math.isfinite(values.item()) else np.full(values.shape, np.nan)
    return np.where(np.isfinite(values), values, np.nan)


_NUMBERS = (int, float, np.number, np.bool_)  # what an object of a column may be, beside text


def _float_of(value: Any) -> float:
    return float(value) if isinstance(value, _NUMBERS) else np.nan


def _truth_of(value: Any) -> bool:
    is_number = isinstance(value, float)
    return bool(value) and not (is_number and np.isnan(value))


_as_float = np.frompyfunc(_float_of, 1, 1)
_as_truth = np.frompyfunc(_truth_of, 1, 1)


def on_numbers(compute: Callable[..., Any]) -> Operator:
    """Return ``compute`` for columns; whole numbers stay whole."""
    return lambda *values: finite(np.asarray(compute(*(number(v) for v in values))))


def on_floats(compute: Callable[..., Any]) -> Operator:
    """Return ``compute`` for columns as float64: division, powers, roots, sines."""
    return lambda *values: finite(
        np.asarray(compute(*(number(v).astype(np.float64) for v in values)))
    )


def _whole_or_float(compute: Callable[[Values, Values], Any]) -> Operator:
    """Whole numbers stay whole when divided by a single one that is not 0, so never by a NaN."""

    def divide(left: Values, right: Values) -> Values:
        left, right = number(left), number(right)
        if left.dtype.kind == right.dtype.kind == "i" and right.ndim == 0 and right != 0:
            return np.asarray(compute(left, right))
        return finite(np.asarray(compute(left.astype(np.float64), right.astype(np.float64))))

    return divide


def _same(left: Values, right: Values) -> Values:
    return np.asarray(np.equal(left, right), dtype=bool)


def _ordered(compare: Callable[[Any, Any], Any]) -> Operator:
    """Numbers with numbers and text with text; anything else is false."""

    def of_objects(left: Any, right: Any) -> bool:
        kind = str if isinstance(left, str) else _NUMBERS
        alike = isinstance(left, kind) and isinstance(right, kind)
        return alike and bool(compare(left, right))

    objects = np.frompyfunc(of_objects, 2, 1)

    def compute(left: Values, right: Values) -> Values:
        if "O" in (left.dtype.kind, right.dtype.kind):
            return np.asarray(objects(left, right), dtype=bool)
        return np.asarray(compare(left, right))

    return compute


OPERATORS: dict[str, Operator] = {
    "Add": on_numbers(np.add),
    "Sub": on_numbers(np.subtract),
    "Mult": on_numbers(np.multiply),
    "Div": on_floats(np.divide),
    "FloorDiv": _whole_or_float(np.floor_divide),
    "Mod": _whole_or_float(np.mod),
    "Pow": on_floats(powers.power),
    "USub": on_numbers(np.negative),
    "UAdd": on_numbers(np.positive),
    "Not": lambda values: ~truth(values),
    "Eq": _same,
    "NotEq": lambda left, right: ~_same(left, right),
    "Lt": _ordered(operator.lt),
    "LtE": _ordered(operator.le),
    "Gt": _ordered(operator.gt),
    "GtE": _ordered(operator.ge),
}
