"""What expressions do with text: columns of objects, value by value.

Rule: no result is longer than ``MAX_TEXT`` characters, and what is no value stays none.
"""

import hashlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TEXT = 1_000  # characters of a text that an expression makes; more belongs into the payload


def text_of(value: Any) -> str:
    """Return a value as text: numbers at most 12 digits, ``true``, ``false``; none is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.12g}"
    return str(value) if isinstance(value, int) else ""


def joined(*values: Any) -> str:
    """Return the values as text, one after the other."""
    return "".join(map(text_of, values))[:MAX_TEXT]


def padded(value: Any, width: Any, fill: Any = "0") -> str:
    """Return a value as text, ``fill`` put before it until it is ``width`` characters long."""
    sign = text_of(fill)[:1] or " "
    return text_of(value).rjust(_whole(width), sign)[:MAX_TEXT]


def part(value: Any, start: Any, end: Any = MAX_TEXT) -> str:
    """Return the characters from ``start`` to before ``end``; below 0 counts from the end."""
    text = text_of(value)
    return text[_whole(start) : _whole(end)]


def replaced(value: Any, old: Any, new: Any) -> str:
    """Return a text with ``new`` wherever ``old`` stands; an empty ``old`` stands nowhere."""
    what = text_of(old)
    return text_of(value).replace(what, text_of(new))[:MAX_TEXT] if what else text_of(value)


def number_of(value: Any) -> float:
    """Return the number that a text says; NaN when it says none."""
    if isinstance(value, bool | int | float):
        return float(value)
    try:
        number = float(str(value).strip()) if value is not None else math.nan
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def hash_of(*values: Any) -> int:
    """Return a whole number from 0 to below 2**32: alike for like values, else without pattern.

    Both float64 and the readers of JSON hold it exactly.
    """
    words = "\x1f".join(map(text_of, values)).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(words, digest_size=4).digest(), "little")


def hexadecimal(value: Any, width: Any = 0) -> str:
    """Return a whole number in capital hexadecimal digits, zeros before it up to ``width``."""
    number = number_of(value)
    if not math.isfinite(number):
        return ""
    return f"{round(number):0{max(0, _whole(width))}X}"[:MAX_TEXT]


def over_texts(compute: Callable[..., Any], dtype: Any) -> Callable[..., NDArray[Any]]:
    """Return ``compute`` for columns; its results are of ``dtype`` whatever the rows are."""

    def apply(*columns: NDArray[Any]) -> NDArray[Any]:
        values = np.frompyfunc(compute, len(columns), 1)(*(_objects(c) for c in columns))
        return np.asarray(values, dtype=dtype)

    return apply


def _objects(values: NDArray[Any]) -> NDArray[Any]:
    # numpy's own numbers would not be int and float to the functions above.
    return values if values.dtype == object else values.astype(object)


def _whole(value: Any) -> int:
    number = number_of(value)
    return 0 if math.isnan(number) else int(max(-MAX_TEXT, min(MAX_TEXT, number)))
