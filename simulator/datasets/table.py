"""CSV files: a header, then rows with as many cells.

Rule: cells separated by comma, semicolon, tab or bar, quoted as RFC 4180 says. Empty lines are no
rows. In a file with semicolons a comma is a decimal point. The encoding is UTF-8, UTF-16 with a
byte order mark, or Windows-1252 where nothing else can be meant.
"""

import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.datasets.cells import column_of, moments, text_of
from simulator.datasets.dataset import MAX_HEAD, Dataset, read_contents
from simulator.datasets.encodings import as_utf8
from simulator.errors import DatasetError

MAX_ROWS = 2_000_000  # about four years of minutes
MAX_COLUMNS = 500
_DELIMITERS = (",", ";", "\t", "|")  # the first wins where none is in the header
_BLOCK = 50_000  # rows that are held as text at one time, so that a large file stays small

_Rows: TypeAlias = Iterator[list[str]]


def read_csv(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read a CSV file.

    Raises:
        DatasetError: It is too large, in an unknown encoding, without header or rows, has a name
            twice, or a row has more or fewer cells than the header; the text names the file and the
            line.
    """
    contents = as_utf8(name, read_contents(name, data))
    delimiter = max(_DELIMITERS, key=lambda sign: _width(contents, sign))
    header = _named(name, _header(name, contents, delimiter))
    pieces = _pieces(name, contents, delimiter, as_text=frozenset())
    mixed = frozenset(number for number, parts in enumerate(pieces) if _is_mixed(parts))
    if mixed:  # numbers at first and text far below: read again, so that no digit is lost
        pieces = _pieces(name, contents, delimiter, as_text=mixed)
    columns = dict(zip(header, map(np.concatenate, pieces), strict=True))
    times = {column: moments(values) for column, values in columns.items()}
    known = {column: values for column, values in times.items() if values is not None}
    head = tuple(map(tuple, islice(_body(name, contents, delimiter), MAX_HEAD)))
    return Dataset(kind="csv", name=name, columns=columns, times=known, head=head)


def _open(contents: bytes) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(contents), encoding="utf-8-sig", newline="")


def _width(contents: bytes, delimiter: str) -> int:
    reader = csv.reader(_open(contents), delimiter=delimiter, skipinitialspace=True)
    return len(next((row for row in reader if row), []))


def _header(name: str, contents: bytes, delimiter: str) -> list[str]:
    for row in _rows(name, contents, delimiter, width=None):
        return row
    raise DatasetError(f"{name}: the file must begin with the names of its columns, it is empty")


def _named(name: str, header: list[str]) -> list[str]:
    """Return the names of the columns, or raise DatasetError where they cannot be names."""
    names = [cell.strip() for cell in header]
    if len(names) > MAX_COLUMNS:
        raise DatasetError(f"{name}: a file may have {MAX_COLUMNS} columns, it has {len(names)}")
    if column_of(names, decimal_comma=False).dtype != object:
        raise DatasetError(
            f"{name}: the first row must hold the names of the columns, it holds numbers"
        )
    for number, column in enumerate(names, start=1):
        if not column:
            raise DatasetError(f"{name}: column {number} has no name in the header")
        if names.index(column) != number - 1:
            first = names.index(column) + 1
            raise DatasetError(
                f"{name}: each column needs its own name, {column!r} is the name of columns "
                f"{first} and {number}"
            )
    return names


def _rows(name: str, contents: bytes, delimiter: str, *, width: int | None) -> _Rows:
    """Yield the rows that are not empty, header included; each must have ``width`` cells."""
    reader = csv.reader(_open(contents), delimiter=delimiter, skipinitialspace=True, strict=True)
    number = -1  # the header is row 0
    try:
        for row in reader:
            if not row:
                continue
            number += 1
            if width is not None and len(row) != width:
                raise DatasetError(
                    f"{name}: row {number} (line {reader.line_num}) has {len(row)} columns, "
                    f"the header has {width}"
                )
            yield row
    except csv.Error as error:
        raise DatasetError(f"{name}: line {reader.line_num}: {error}") from None


def _body(name: str, contents: bytes, delimiter: str) -> _Rows:
    """Yield the rows below the header."""
    width = len(_header(name, contents, delimiter))
    return islice(_rows(name, contents, delimiter, width=width), 1, None)


def _pieces(
    name: str, contents: bytes, delimiter: str, *, as_text: frozenset[int]
) -> list[list[NDArray[Any]]]:
    """Return for each column its blocks of values, in order."""
    rows = _body(name, contents, delimiter)
    pieces: list[list[NDArray[Any]]] = [[] for _ in _header(name, contents, delimiter)]
    count = 0
    while block := list(islice(rows, _BLOCK)):
        count += len(block)
        if count > MAX_ROWS:
            raise DatasetError(f"{name}: a file may have {MAX_ROWS:,} rows, it has more")
        for number, cells in enumerate(zip(*block, strict=True)):
            if number in as_text:
                pieces[number].append(text_of(cells))
            else:
                pieces[number].append(column_of(cells, decimal_comma=delimiter == ";"))
    if not count:
        raise DatasetError(f"{name}: there must be rows below the header, there are none")
    return pieces


def _is_mixed(pieces: list[NDArray[Any]]) -> bool:
    return len({piece.dtype == object for piece in pieces}) > 1
