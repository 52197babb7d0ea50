"""What every dataset offers, whatever file it came from.

Rule: a dataset that exists is whole: its columns are equally long and were checked while reading.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["csv", "gpx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A table of an uploaded file.

    ``columns`` keeps the file's order. A numeric column is float64 (NaN: an empty cell), any other
    is object (str, or None for an empty cell). ``times`` holds those columns that are moments, as
    Unix seconds in float64; they stand in ``columns`` too, as they were written.
    """

    kind: Kind
    name: str
    columns: dict[str, NDArray[Any]]
    times: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows, or points, there are; at least 1."""
        return len(next(iter(self.columns.values())))

    def first_lines(self, count: int = 10) -> list[list[str]]:
        """Return the names of the columns and then the first ``count`` rows, as text."""
        cells = [[_text(value) for value in values[:count]] for values in self.columns.values()]
        return [list(self.columns), *(list(line) for line in zip(*cells, strict=True))]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.10g}"
    return "" if value is None else str(value)
