"""Several chunks to one: sorted by mock and time again, in the same columns.

Rule: pure, bytes in and bytes out; every record of the parts is in the whole.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from simulator import record_schema
from web.logs.index import listed
from web.logs.query import moment
from web.logs.writing import footer_of

ROW_GROUP = 4_096  # records, as towers write them: one mock's log is read by whole groups
LEVEL = 6  # of zstd: 4 % smaller than a tower's 1, and nobody waits for it
MOST_NAMES = 32  # different words of a kind that an index row names, as simulator's chunks
MOST_LETTERS = 200
DELTAS = ("mock", "sequence", "scheduled", "sent", "settled", "size")
PLAIN = ("payload", "digest")  # no statistics: nobody looks for a payload between two others


@dataclass(frozen=True, slots=True)
class Whole:
    """What several chunks became: the object, and the columns of its index row."""

    data: bytes
    row: dict[str, Any]


def whole_of(parts: Iterable[bytes]) -> Whole:
    """Return one chunk with the records of all ``parts``, at least one of them.

    Raises:
        pyarrow.ArrowInvalid: One of them is no Parquet.
    """
    table = pa.concat_tables([_plain(part) for part in parts])
    table = table.sort_by([("mock", "ascending"), ("sent", "ascending")]).combine_chunks()
    return Whole(*_written(table))


def _plain(data: bytes) -> pa.Table:
    """Return a chunk with all columns there are, texts as texts; what it has not is null."""
    table = parquet.read_table(pa.BufferReader(data), use_threads=False)
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in plain_schema()
    ]
    return pa.table(columns, schema=plain_schema())


def plain_schema() -> pa.Schema:
    """Return the log's columns with texts that are not dictionaries."""
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type)
        for f in record_schema()
    ]
    return pa.schema(fields)


def _written(table: pa.Table) -> tuple[bytes, dict[str, Any]]:
    schema, sink = record_schema(), io.BytesIO()
    texts = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    encodings = dict.fromkeys(DELTAS, "DELTA_BINARY_PACKED") | {
        "payload": "DELTA_LENGTH_BYTE_ARRAY"
    }
    with parquet.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=texts,
        column_encoding=encodings,
        write_statistics=[name for name in schema.names if name not in PLAIN],
    ) as writer:
        # Each group has a dictionary of its own words, as a tower's has.
        for start in range(0, table.num_rows, ROW_GROUP):
            writer.write_table(table.slice(start, ROW_GROUP).cast(schema))
    data = sink.getvalue()
    return data, {"size": len(data), "footer": footer_of(data), **row_of(table)}


def row_of(table: pa.Table) -> dict[str, Any]:
    """Return what an index row says of records, but for where they lie."""
    times, mocks = pc.min_max(table["sent"].cast(pa.int64())), pc.min_max(table["mock"])
    results = {
        each["values"]: each["counts"] for each in pc.value_counts(table["result"]).to_pylist()
    }
    events = {
        each["values"]: each["counts"] for each in pc.value_counts(table["event"]).to_pylist()
    }
    kinds = sorted(name for name in (*events, *results) if name)
    return {
        "rows": table.num_rows,
        "sends": events.get("send", 0),
        "acknowledged": results.get("acknowledged", 0),
        "failed": results.get("failed", 0),
        "first": moment(times["min"].as_py()),
        "last": moment(times["max"].as_py()),
        "first_mock": mocks["min"].as_py(),
        "last_mock": mocks["max"].as_py(),
        "kinds": listed(kinds),
        "messages": listed(_names(table["message"])),
        "statuses": listed(_names(table["status"])),
        "reasons": listed(_names(table["reason"])),
    }


def _names(column: pa.ChunkedArray) -> Sequence[str] | None:
    names = sorted(name for name in pc.unique(column).to_pylist() if name)
    is_short = len(names) <= MOST_NAMES and all(len(name) <= MOST_LETTERS for name in names)
    return names if is_short else None
