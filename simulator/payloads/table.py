"""Lines of separated values, and forms: cells whose odd characters must not break out of them.

Rule: a whole column is looked at in one search; only what has something odd in it is quoted cell by
cell.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

from simulator.definition.expressions.template import Template
from simulator.definition.messages.bodies import Table
from simulator.payloads.line import Bulk, Filling, Line, Piece, Readings, Samples
from simulator.payloads.plain import plain_line
from simulator.payloads.texts import Form, plain
from simulator.randomness import IntArray

# What a form's field may hold as it is. Source: URL standard, application/x-www-form-urlencoded.
_ODD_IN_FORM = re.compile(r"[^*\-._0-9A-Za-z]")


def csv_line(table: Table) -> Line:
    """Return a table as a line of text; there is no line's end after the last of its lines."""
    write = _writer(table)
    ends = table.line_end
    head = table.separator.join(map(write, table.names)) + ends if table.names else ""
    pieces: list[str | Piece[str]] = []
    for index, cell in enumerate(table.cells):
        pieces += [table.separator if index else "", _cell(cell, write, _odd(table))]
    if table.bulk is None:
        return Line([head, *pieces])
    count, step = table.bulk.count, table.bulk.step
    return Line([head, Bulk(Line(pieces), count=count, step=step, join=ends.join)])


def form_line(fields: dict[str, Any]) -> Line:
    """Return fields by name as ``a=1&b=two+words``."""
    pieces: list[str | Piece[str]] = []
    for index, (name, cell) in enumerate(fields.items()):
        pieces += [f"{'&' if index else ''}{_form_text(name)}="]
        pieces += [_cell(cell, _form_text, _ODD_IN_FORM)]
    return Line(pieces)


def _form_text(text: str) -> str:
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def _odd(table: Table) -> re.Pattern[str]:
    """Return what a cell is written differently for."""
    signs = f"{table.separator}{table.quote}\r\n{'.' if table.decimal == ',' else ''}"
    return re.compile(f"[{re.escape(signs)}]")


_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?")


def _writer(table: Table) -> Callable[[str], str]:
    quote = table.quote
    special = re.compile(f"[{re.escape(table.separator + quote)}\r\n]")

    def write(text: str) -> str:
        if table.decimal == "," and _NUMBER.fullmatch(text):
            text = text.replace(".", ",")
        if not special.search(text):
            return text
        return f"{quote}{text.replace(quote, quote * 2)}{quote}"

    return write


def _cell(cell: Any, write: Callable[[str], str], odd: re.Pattern[str]) -> str | Piece[str]:
    if isinstance(cell, Template) and cell.names:
        return Cell(plain_line(cell, Form.CELL), write, odd)
    if isinstance(cell, Template):
        return write(cell.literal)
    return write(plain(cell, Form.CELL))


class Cell(Piece[str]):
    """A text whose odd characters are written differently."""

    def __init__(self, inner: Line, write: Callable[[str], str], odd: re.Pattern[str]) -> None:
        self.names = inner.names
        self._inner = inner
        self._write = write
        self._odd = odd

    def fill(
        self, readings: Readings, rows: IntArray, histories: Iterator[Samples]
    ) -> Filling[str]:
        texts = self._inner.texts(readings, rows, histories)
        if self._odd.search("".join(texts)):
            write = self._write
            texts = [write(text) for text in texts]
        return [texts]
