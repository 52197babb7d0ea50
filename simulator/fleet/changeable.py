"""Variables that statuses and replies set: one value a mock, of the kind that it was drawn as.

Rule: what a variable is to be set to is taken only if it is a value of its kind, so a bad command
leaves it as it was.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.arithmetic import number
from simulator.definition.quantities.scalars import MAX_TEXT
from simulator.generators.base import check_state
from simulator.randomness import IntArray

_LARGEST = 2.0**53  # as far as float64, and JSON's readers, count without gaps


class Changeable:
    """The variables of a cast that may change, each an array with one entry a row.

    A column of whole numbers keeps whole numbers (what is set is rounded), one of numbers with
    decimals these, true and false stay such; one of text takes text, numbers, true and false.
    """

    def __init__(self, drawn: Mapping[str, NDArray[Any]]) -> None:
        self.columns = {name: np.array(values) for name, values in drawn.items()}

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def set(self, name: str, rows: IntArray, values: NDArray[Any]) -> None:
        """Set a variable of some mocks, where the values are of its kind."""
        column = self.columns[name]
        values = np.broadcast_to(values, rows.shape)
        kind = column.dtype.kind
        if kind in "if":
            numbers = np.asarray(number(values), dtype=np.float64)
            taken = np.isfinite(numbers)
            if kind == "i":
                numbers = np.clip(np.rint(numbers), -_LARGEST, _LARGEST)
            column[rows[taken]] = numbers[taken]
        elif kind == "b":
            taken = np.array([isinstance(value, bool | np.bool_) for value in values.tolist()])
            column[rows[taken]] = values[taken].astype(bool)
        else:
            for row, value in zip(rows.tolist(), values.tolist(), strict=True):
                if _is_scalar(value):
                    column[row] = str(value) if isinstance(value, str) else value

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of all columns."""
        return {name: values.copy() for name, values in self.columns.items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same definition and cast gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state(state, self.columns)
        for name, values in state.items():
            self.columns[name][:] = values


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))
