"""The CSV of a credential table, cell by cell as text.

Rule: a name of a column is read as people write it (``Client ID`` is client_id); a cell is taken as
it stands, for a blank may be part of a password.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO

from simulator.credentials.table import MAX_COLUMNS, MAX_ROWS
from simulator.errors import DatasetError, Problem

_DELIMITERS = (",", ";", "\t", "|")  # the first wins where none is in the header
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# What other tools call these columns.
_OTHER_NAMES = {
    "clientid": "client_id",
    "user": "username",
    "user_name": "username",
    "cert": "certificate",
    "private_key": "key",
    "sharedkey": "shared_key",
    "symmetric_key": "shared_key",
    "device_id": "id",
    "deviceid": "id",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns of text, all equally long, and the rows that were refused."""

    columns: dict[str, list[str]] = field(repr=False)
    problems: tuple[Problem, ...] = ()


def read_sheet(name: str, contents: bytes) -> Sheet:
    """Return the columns of a CSV file. A row with a wrong number of cells is a problem.

    Raises:
        DatasetError: It is not UTF-8, has no header or no rows, too many of either, or a name that
            cannot be a column's.
    """
    text = _text(name, contents)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = _rows(name, text, delimiter)
    if len(rows) < 2:
        raise DatasetError(f"{name}: there must be a header and rows below it, there are none")
    if len(rows) - 1 > MAX_ROWS:
        raise DatasetError(f"{name}: a table may have {MAX_ROWS:,} rows, it has {len(rows) - 1:,}")
    header = _header(name, rows[0])
    body = rows[1:]
    ragged = tuple(
        Problem(row_place(number), f"has {len(row)} cells, the header has {len(header)}")
        for number, row in enumerate(body, start=1)
        if len(row) != len(header)
    )
    if ragged:
        return Sheet({}, ragged)
    return Sheet(dict(zip(header, map(list, zip(*body, strict=True)), strict=True)))


def row_place(number: int, column: str = "") -> str:
    """Return how a place in a table is named; rows count from 1 below the header."""
    return f"row {number}, {column}" if column else f"row {number}"


def _text(name: str, contents: bytes) -> str:
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        raise DatasetError(
            f"{name}: the table must be UTF-8, byte {error.start} (line {line}) is not; "
            "save it as CSV UTF-8"
        ) from None
    if (zero := text.find("\0")) >= 0:
        line = text.count("\n", 0, zero) + 1
        raise DatasetError(f"{name}: the table must be text, line {line} has a zero byte")
    return text


def _rows(name: str, text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                raise DatasetError(f"{name}: a table may have {MAX_ROWS:,} rows, it has more")
    except csv.Error as error:
        raise DatasetError(f"{name}: line {reader.line_num}: {error}") from None
    return rows


def _header(name: str, cells: Sequence[str]) -> list[str]:
    names = [_column_name(name, number, cell) for number, cell in enumerate(cells, start=1)]
    if len(names) > MAX_COLUMNS:
        raise DatasetError(f"{name}: a table may have {MAX_COLUMNS} columns, it has {len(names)}")
    for number, column in enumerate(names, start=1):
        first = names.index(column) + 1
        if first != number:
            raise DatasetError(f"{name}: columns {first} and {number} are both {column!r}")
    return names


def _column_name(name: str, number: int, cell: str) -> str:
    word = re.sub(r"[ -]+", "_", cell.strip()).lower()
    word = _OTHER_NAMES.get(word, word)
    if not _NAME.fullmatch(word):
        raise DatasetError(
            f"{name}: column {number} must be named by letters, digits and _, got {cell[:40]!r}; "
            "the first row holds the names of the columns"
        )
    return word
