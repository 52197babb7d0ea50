"""Records as lines of CSV; docs/reference/log.md describes the result.

Rule: pure, one batch at a time; a spreadsheet must never run what a device sent.
"""

import io
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from web.reports.forms import cells

# Columns are only ever added, at the end: who reads them by number goes on.
COLUMNS = (
    "run",
    "mock",
    "id",
    "sequence",
    "status",
    "message",
    "address",
    "payload",
    "scheduled",
    "sent",
    "acknowledged",
    "latency_ms",
    "result",
    "reason",
    "event",
    "fault",
)
TEXTS = ("id", "status", "message", "address", "reason", "fault")
# What a spreadsheet takes for a formula (OWASP, CSV Injection), unless all of it is a number.
FORMULA = "=+-@\t\r"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
FORMULAS = np.array([chr(code) in FORMULA for code in range(256)])
OPTIONS = csv.WriteOptions(include_header=False, quoting_style="needed")


class CsvLines:
    """The form of a file: one line of UTF-8 for each record, quoted where RFC 4180 demands it."""

    suffix = "csv"
    content_type = "text/csv; charset=utf-8"

    def __init__(self, run: str) -> None:
        """``run`` is the run's code, the first column."""
        self._run = run

    def of_run(self, run: str) -> None:
        """Say that the lines that follow are of this run; its code is their first column."""
        self._run = run

    def begin(self) -> bytes:
        """Return the first line."""
        return (",".join(COLUMNS) + "\n").encode()

    def lines(self, records: pa.RecordBatch) -> bytes:
        """Return the lines of records, in their order."""
        if not records.num_rows:
            return b""
        sink = io.BytesIO()
        columns = [self._column(records, name) for name in COLUMNS]
        csv.write_csv(pa.table(columns, COLUMNS), sink, OPTIONS)
        return sink.getvalue()

    def end(self) -> bytes:
        """Return what stands at the end: nothing."""
        return b""

    def _column(self, records: pa.RecordBatch, name: str) -> pa.Array:
        if name == "run":
            return pa.repeat(self._run, records.num_rows)
        if make := MADE.get(name):
            return make(records)
        if name not in records.schema.names:
            return pa.nulls(records.num_rows, pa.string())  # a chunk of before there was such one
        return _words(records[name]) if name in TEXTS else records[name]


def _words(column: pa.Array) -> pa.Array:
    """Return a column of words as harmless texts; of each different word it is found out once."""
    if not pa.types.is_dictionary(column.type):
        return harmless(column)
    return pc.take(harmless(cells.texts(column.dictionary)), column.indices)


def harmless(texts: pa.Array) -> pa.Array:
    """Return texts with an apostrophe before those that a spreadsheet would take for a formula."""
    places, data = cells.letters_of(texts)
    long = np.flatnonzero(places[1:] > places[:-1])
    suspects = long[FORMULAS[data[places[long]]]] if len(long) else long
    if not len(suspects):
        return texts
    is_number = pc.fill_null(pc.match_substring_regex(texts.take(suspects), NUMBER), False)
    is_formula = np.zeros(len(texts), dtype=np.bool_)
    is_formula[suspects] = ~is_number.to_numpy(zero_copy_only=False)
    return pc.if_else(pa.array(is_formula), pc.binary_join_element_wise("'", texts, ""), texts)


MADE: dict[str, Callable[[pa.RecordBatch], pa.Array]] = {
    "payload": lambda records: harmless(cells.payload_texts(records["payload"])),
    "scheduled": lambda records: cells.times(records["scheduled"]),
    "sent": lambda records: cells.times(records["sent"]),
    "acknowledged": lambda records: cells.times(cells.acknowledged(records)),
    "latency_ms": cells.latency,
    "result": lambda records: cells.texts(records["result"]),
    "event": lambda records: cells.texts(records["event"]),
}
