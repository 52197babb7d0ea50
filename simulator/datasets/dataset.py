"""What every dataset offers, whatever file it came from.

Rule: a dataset that exists is whole: its columns are equally long and were checked while reading.
"""

from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.errors import DatasetError

MAX_BYTES = 100_000_000  # of one file; a tower holds the tables of its lots in memory

MAX_HEAD = 50  # rows whose cells are kept as the file has them

Kind: TypeAlias = Literal["csv", "gpx", "geojson", "proto", "avsc"]
CellType: TypeAlias = Literal["number", "text", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A table of an uploaded file, or the text of a schema, which has no columns.

    ``columns`` keeps the file's order. A column of numbers is int64 when all are whole and none is
    missing, else float64 (NaN: an empty cell); any other is object (str; None: an empty cell).
    ``times`` holds those columns that are moments as Unix seconds, float64, too. ``head`` are the
    first rows as the file has them, where it has text. ``text`` is a schema's, and ``messages``
    what it describes: names of messages or of a record, each with its number of fields.
    """

    kind: Kind
    name: str
    columns: dict[str, NDArray[Any]]
    times: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    head: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    messages: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows, points or lines of text there are; at least 1."""
        if not self.columns:
            return len(self.text.splitlines())
        return len(next(iter(self.columns.values())))

    @property
    def types(self) -> dict[str, CellType]:
        """Each column's type, in the file's order."""
        return {
            name: "time" if name in self.times else "text" if values.dtype == object else "number"
            for name, values in self.columns.items()
        }

    def first_lines(self, count: int = 10) -> list[list[str]]:
        """Return the names of the columns and then the first ``count`` rows, as text.

        Of a schema these are its first lines, each alone, without a header.
        Cells of a CSV file are as the file has them, of its first ``MAX_HEAD`` rows.
        """
        if not self.columns:
            return [[line] for line in self.text.splitlines()[:count]]
        if self.head:
            return [list(self.columns), *map(list, self.head[:count])]
        cells = [[_text(value) for value in values[:count]] for values in self.columns.values()]
        return [list(self.columns), *(list(line) for line in zip(*cells, strict=True))]

    def seconds(self, column: str) -> NDArray[np.float64]:
        """Return a column as seconds: Unix time of its moments, or its numbers as they are.

        Raises:
            DatasetError: There is no such column, it is text, or a cell of it is empty.
        """
        if column not in self.columns:
            raise DatasetError(f"{self.name}: there is no column {column!r}")
        if column not in self.times and self.columns[column].dtype == object:
            raise DatasetError(
                f"{self.name}: column {column!r} must hold ISO times or numbers, it holds text"
            )
        seconds = self.times.get(column, self.columns[column]).astype(np.float64)
        empty = np.flatnonzero(np.isnan(seconds))
        if len(empty):
            raise DatasetError(f"{self.name}: column {column!r} is empty in row {empty[0] + 1}")
        return seconds


def read_contents(name: str, data: bytes | BinaryIO) -> bytes:
    """Return all bytes of a file.

    Raises:
        DatasetError: The file is empty or larger than ``MAX_BYTES``.
    """
    contents = data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)
    if len(contents) > MAX_BYTES:
        raise DatasetError(f"{name}: a file may have {MAX_BYTES:,} bytes, it has more")
    if not contents:
        raise DatasetError(f"{name}: the file is empty")
    return contents


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.10g}"
    return "" if value is None else str(value)
