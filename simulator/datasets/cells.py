"""Cells of text into columns of numbers, times or text.

Rule: a column is numbers only when every cell that is not empty reads as one and loses nothing by
it; so ``007`` and ``1_000`` stay text.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.datasets.times import reader_of

# Unix times, in s, ms, µs or ns, of 2000-01-01 to 2100-01-01.
_FIRST_MOMENT, _LAST_MOMENT = 946_684_800, 4_102_444_800
_SCALES = (1.0, 1e3, 1e6, 1e9)


def column_of(cells: Sequence[str], *, decimal_comma: bool) -> NDArray[Any]:
    """Return cells as int64, float64 (NaN: empty) or object (str; None: empty)."""
    try:
        _refuse_lossy(cells)
        return _numbers(cells, decimal_comma=decimal_comma)
    except ValueError:
        return text_of(cells)


def text_of(cells: Sequence[str]) -> NDArray[Any]:
    """Return cells as object: str, or None for an empty one. Equal texts are one object."""
    known: dict[str, str | None] = {"": None}
    column = np.empty(len(cells), dtype=object)
    column[:] = [known.setdefault(cell, cell) for cell in cells]
    return column


def moments(column: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return a column as Unix seconds (NaN: empty), or None when it does not look like moments.

    Text is read by ``times.reader_of``, and is UTC where it names no offset. Numbers must never
    fall and lie in the years 2000 to 2099: s with a fraction, or whole s, ms, µs or ns.
    """
    if column.dtype == object:
        return _text_moments(column)
    if not np.all(np.diff(column) >= 0):  # NaN: an empty cell among numbers
        return None
    for scale in _SCALES if column.dtype == np.int64 else (1.0,):
        if column[0] >= _FIRST_MOMENT * scale and column[-1] < _LAST_MOMENT * scale:
            return column / scale
    return None


def _text_moments(column: NDArray[Any]) -> NDArray[np.float64] | None:
    texts = column.tolist()
    known = [text for text in texts if text is not None]
    read = reader_of(known) if known else None
    if read is None:
        return None
    try:
        return np.array([np.nan if text is None else read(text) for text in texts])
    except ValueError:
        return None


def _numbers(cells: Sequence[str], *, decimal_comma: bool) -> NDArray[Any]:
    try:
        return np.array(list(map(int, cells)), dtype=np.int64)
    except (ValueError, OverflowError):  # with a point, empty, or of more than 63 bits
        pass
    if decimal_comma:
        cells = [cell.replace(",", ".") for cell in cells]
    column = np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
    if np.isinf(column).any() or not any(cells):
        raise ValueError("JSON has no infinite numbers, and an empty column has none at all")
    return column


def _refuse_lossy(cells: Sequence[str]) -> None:
    for cell in cells:
        if "_" in cell or (cell[:1] == "0" and cell[1:2].isdigit()):
            raise ValueError(f"{cell!r} is a name, not a number")
