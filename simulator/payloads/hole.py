"""A place in a text that a column of values fills, one value a mock.

Rule: the common column costs one call of numpy and no look at a single value; whatever is odd about
a column (no value, text where a number was expected) is found once and costs only that column.
"""

import math
import re
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator.definition.expressions.template import WHOLE, Placeholder
from simulator.payloads import moments
from simulator.payloads.decimals import MAX_DIGITS, decimals
from simulator.payloads.line import Filling, Piece, Readings, Samples
from simulator.payloads.texts import Form, Texts, as_text, plain
from simulator.randomness import IntArray

# Formats that mean the same to ``%`` and to ``format``: those without a width or a sign.
_DIRECT = re.compile(r"(?:\.[0-9]+)?[feEgG]|d")
DECIMALS = re.compile(rf"\.([0-{MAX_DIGITS}])f")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PROBES = (1, -1, 123_456, -123_456)  # what shows fill, sign, width and thousands in a format
_LARGEST = 2.0**63  # whole numbers below it are an int64


class Hole(Piece[str]):
    """A placeholder at its place."""

    def __init__(self, placeholder: Placeholder, form: Form) -> None:
        self.names = placeholder.expression.names
        self._expression = placeholder.expression
        self._name = placeholder.expression.name
        self._spec = placeholder.spec
        self._form = form
        self._texts = Texts(form)
        self._fill: Callable[[NDArray[Any]], Filling[str]] = {
            "none": self._plain,
            "number": self._number,
            "time": self._time,
        }[placeholder.kind]
        decimal = DECIMALS.fullmatch(self._spec)
        self._digits = int(decimal[1]) if decimal else None
        self._conversion = f"%{self._spec}" if _DIRECT.fullmatch(self._spec) else None
        self._is_number = placeholder.kind == "number" and gives_numbers(self._spec)
        self._write = moments.writer(self._spec) if placeholder.kind == "time" else None

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[str]:
        del rows, histories
        values = readings[self._name] if self._name else self._expression.evaluate(readings)
        values = np.asarray(values)
        if values.ndim:
            return self._fill(values)
        return [repeat(next(iter(column))) for column in self._fill(values.reshape(1))]

    def _plain(self, values: NDArray[Any]) -> Filling[str]:
        kind = values.dtype.kind
        if kind in "biuf":
            texts = _as_json(values)
            if self._form is Form.CELL and kind == "f" and not np.isfinite(values).all():
                return [["" if text == "null" else text for text in texts]]
            return [texts]
        if kind in "OU":
            known = self._texts
            return [[known[value] for value in values.tolist()]]
        return [[plain(value, self._form) for value in values.tolist()]]

    def _number(self, values: NDArray[Any]) -> Filling[str]:
        kind = values.dtype.kind
        if self._spec == "d" and kind in "iu":
            return [_as_json(values)]
        if kind not in "fiu":
            return [self._formatted(values)]
        if self._digits is not None:
            columns = decimals(values.astype(np.float64, copy=False), self._digits)
            return [self._formatted(values)] if columns is None else columns
        if self._spec == "d" and np.abs(values).max() < _LARGEST:
            return [_as_json(np.rint(values).astype(np.int64))]
        if self._conversion is not None and np.isfinite(values).all() and self._spec != "d":
            return [map(self._conversion.__mod__, values.tolist())]
        return [self._formatted(values)]

    def _formatted(self, values: NDArray[Any]) -> list[str]:
        return [self._one(value) for value in values.tolist()]

    def _one(self, value: object) -> str:
        if not isinstance(value, int | float) or not math.isfinite(value):
            return plain(value, self._form)
        text = format(round(value) if self._spec[-1] in WHOLE else value, self._spec)
        return text if self._is_number else as_text(text, self._form)

    def _time(self, values: NDArray[Any]) -> Filling[str]:
        if values.dtype.kind not in "fiu" or not moments.is_sound(values):
            return [[self._moment(value) for value in values.tolist()]]
        if self._spec in moments.WHOLE:
            return [_as_json(moments.whole(values, self._spec))]
        if self._spec != "iso":
            return [[self._moment(value) for value in values.tolist()]]
        columns = moments.iso(values)
        return (_QUOTE, *columns, _QUOTE) if self._form is Form.VALUE else columns

    def _moment(self, value: object) -> str:
        assert self._write is not None
        is_time = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_time or not moments.is_sound(np.array([value], dtype=np.float64)):
            return plain(None if is_time else value, self._form)
        text = self._write(float(value))  # type: ignore[arg-type]
        return text if self._spec in moments.WHOLE else as_text(text, self._form)


_QUOTE = repeat('"')


def _as_json(values: NDArray[Any]) -> list[str]:
    """Return numbers, true and false as JSON has them, and null for NaN and inf."""
    array = np.ascontiguousarray(values)
    return orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].decode().split(",")


def gives_numbers(spec: str) -> bool:
    """Return whether what the format gives is a number to JSON: 000012 and 1,000 are not."""
    if spec[-1] in "xX":
        return False
    kind = int if spec[-1] in WHOLE else float
    return all(_JSON_NUMBER.fullmatch(format(kind(probe), spec)) for probe in _PROBES)
