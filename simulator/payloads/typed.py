"""Placeholders as typed columns, for payloads that do not write numbers as text.

Rule: a value has the type that it has in JSON: ``{temperature:.1f}`` is the number 21.5, while
``{n:06d}`` is a text, and so is everything with text around it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.template import WHOLE, Placeholder, Template
from simulator.payloads import moments
from simulator.payloads.hole import DECIMALS, gives_numbers
from simulator.payloads.line import Readings
from simulator.payloads.plain import plain_line
from simulator.randomness import FloatArray

# Next to a half, a value times its scale may round to the other side than the exact decimal does.
_TIE = 0.5 - 1e-5
_EXACT = 1e10  # below it, the error of that product is under 1e-6


class Typed:
    """One value of a document, read for many mocks at once."""

    def __init__(self, value: Any, *, is_text: bool = False) -> None:
        """
        Args:
            value: A Template, a number, true, false or None.
            is_text: Whether a placeholder alone gives its text too, as for a key.
        """
        template = value if isinstance(value, Template) else None
        self.is_constant = template is None or not template.names
        self.names = template.names if template else frozenset[str]()
        self._constant = value
        self._placeholder = template.single if template and not is_text else None
        self._line = plain_line(template) if template else None

    def values(self, readings: Readings, count: int) -> NDArray[Any]:
        """Return ``count`` values: float64, int64, bool, or object (int, float, str, None, ...)."""
        if self._line is None:
            constant = self._constant
            values = np.empty(1, dtype=object) if constant is None else np.array([constant])
        elif self._placeholder is None:
            rows = np.arange(count)
            values = np.empty(count, dtype=object)
            values[:] = self._line.texts(readings, rows)
        else:
            values = np.atleast_1d(_typed(self._placeholder, readings))
        return values if len(values) == count else np.repeat(values, count)


def _typed(placeholder: Placeholder, readings: Readings) -> NDArray[Any]:
    name = placeholder.expression.name
    values: NDArray[Any] = np.asarray(
        readings[name] if name else placeholder.expression.evaluate(readings)
    )
    if values.dtype.kind in "US":
        values = values.astype(object)
    if placeholder.kind == "none":
        return values
    spec = placeholder.spec
    if placeholder.kind == "time":
        return _moments(values, spec)
    if values.dtype.kind in "fi":
        if spec == "d" and values.dtype.kind == "i":
            return values
        if spec == "d" and bool((np.abs(values) < 2.0**63).all()):
            whole: NDArray[np.int64] = np.rint(values).astype(np.int64)
            return whole
        decimal = DECIMALS.fullmatch(spec)
        if decimal is not None:
            return rounded(values.astype(np.float64), int(decimal[1]))
    return _each(values, lambda value: _number(value, spec))


def rounded(values: FloatArray, digits: int) -> FloatArray:
    """Return the numbers that ``%.1f`` and the like would write, to the last bit."""
    scale = 10.0**digits
    with np.errstate(all="ignore"):
        sizes = np.abs(values) * scale
        whole = np.rint(sizes)
        result = np.copysign(whole / scale, values)
        odd = ~((np.abs(sizes - whole) < _TIE) & (sizes < _EXACT))
    for index in np.flatnonzero(odd & np.isfinite(values)).tolist():
        result[index] = float(f"{values[index]:.{digits}f}")
    return result


def _number(value: Any, spec: str) -> Any:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return value
    text = format(round(value) if spec[-1] in WHOLE else value, spec)
    if not gives_numbers(spec):
        return text
    return int(text) if spec[-1] in WHOLE else float(text)


def _moments(values: NDArray[Any], spec: str) -> NDArray[Any]:
    if values.dtype.kind in "fi" and spec in moments.WHOLE and moments.is_sound(values):
        return moments.whole(values, spec)
    write = moments.writer(spec)

    def one(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if not moments.is_sound(np.array([value], dtype=np.float64)):
            return None
        return int(write(float(value))) if spec in moments.WHOLE else write(float(value))

    return _each(values, one)


def _each(values: NDArray[Any], convert: Any) -> NDArray[Any]:
    result = np.empty(values.shape, dtype=object)
    if values.ndim == 0:
        result[()] = convert(values.item())
    else:
        result[:] = [convert(value) for value in values.tolist()]
    return result
