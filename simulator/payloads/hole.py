"""A place in a text that a column of values fills, one value a mock.

Rule: the common column costs one call of numpy and no look at a single value; whatever is odd about
a column (no value, text where a number was expected) is found once and costs only that column.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.definition.template import WHOLE, Placeholder
from simulator.payloads import moments
from simulator.payloads.texts import Form, Texts, as_text, plain

# Formats that mean the same to ``%`` and to ``format``: those without a width or a sign.
_DIRECT = re.compile(r"(?:\.[0-9]+)?[feEgG]|d")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PROBES = (1, -1, 123_456, -123_456)  # what shows fill, sign, width and thousands in a format

_BOOLS: NDArray[np.object_] = np.array(["false", "true"], dtype=object)

# What fills a hole: conversions for ``%``, and as many columns.
Filling: TypeAlias = tuple[str, list[list[Any]]]


class Hole:
    """A placeholder at its place."""

    def __init__(self, placeholder: Placeholder, form: Form) -> None:
        self.names = placeholder.expression.names
        self._expression = placeholder.expression
        self._name = placeholder.expression.name
        self._spec = placeholder.spec
        self._form = form
        self._texts = Texts(form)
        self._fill: Callable[[NDArray[Any]], Filling] = {
            "none": self._plain,
            "number": self._number,
            "time": self._time,
        }[placeholder.kind]
        self._conversion = f"%{self._spec}" if _DIRECT.fullmatch(self._spec) else None
        self._is_number = placeholder.kind == "number" and _gives_numbers(self._spec)
        self._write = moments.writer(self._spec) if placeholder.kind == "time" else None

    def fill(self, readings: Mapping[str, Any], length: int) -> Filling:
        """Return conversions and columns, each ``length`` long, for the values that are read."""
        values = readings[self._name] if self._name else self._expression.evaluate(readings)
        values = np.asarray(values)
        if values.ndim:
            return self._fill(values)
        conversions, columns = self._fill(values.reshape(1))
        return conversions, [column * length for column in columns]

    def _plain(self, values: NDArray[Any]) -> Filling:
        kind = values.dtype.kind
        if kind == "f" and np.isfinite(values).all():
            return "%r", [values.tolist()]
        if kind in "iu":
            return "%d", [values.tolist()]
        if kind == "b":
            return "%s", [_BOOLS[values.view(np.int8)].tolist()]
        if kind in "OU":
            texts = self._texts
            return "%s", [[texts[value] for value in values.tolist()]]
        return "%s", [[plain(value, self._form) for value in values.tolist()]]

    def _number(self, values: NDArray[Any]) -> Filling:
        kind = values.dtype.kind
        if self._conversion is None or kind not in "fiu":
            return "%s", [[self._formatted(value) for value in values.tolist()]]
        if kind == "f":
            if not np.isfinite(values).all():
                return "%s", [[self._formatted(value) for value in values.tolist()]]
            if self._conversion == "%d":
                values = np.rint(values)
        return self._conversion, [values.tolist()]

    def _formatted(self, value: object) -> str:
        if not isinstance(value, int | float) or not math.isfinite(value):
            return plain(value, self._form)
        text = format(round(value) if self._spec[-1] in WHOLE else value, self._spec)
        return text if self._is_number else as_text(text, self._form)

    def _time(self, values: NDArray[Any]) -> Filling:
        if values.dtype.kind not in "fiu" or not moments.is_sound(values):
            return "%s", [[self._moment(value) for value in values.tolist()]]
        if self._spec in moments.WHOLE:
            return "%d", [moments.whole(values, self._spec)]
        if self._spec != "iso":
            return "%s", [[self._moment(value) for value in values.tolist()]]
        quote = '"' if self._form is Form.VALUE else ""
        return f"{quote}%s%s{quote}", list(moments.iso(values))

    def _moment(self, value: object) -> str:
        assert self._write is not None
        is_time = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_time or not moments.is_sound(np.array([value], dtype=np.float64)):
            return plain(None if is_time else value, self._form)
        text = self._write(float(value))  # type: ignore[arg-type]
        return text if self._spec in moments.WHOLE else as_text(text, self._form)


def _gives_numbers(spec: str) -> bool:
    """Return whether what the format gives is a number to JSON: 000012 and 1,000 are not."""
    if spec[-1] in "xX":
        return False
    kind = int if spec[-1] in WHOLE else float
    return all(_JSON_NUMBER.fullmatch(format(kind(probe), spec)) for probe in _PROBES)
