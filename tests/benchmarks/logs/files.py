"""Files of a log: how fast each form is written, beside what others write of the same records."""

import csv
import io
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from simulator.recording.chunks import build_chunk
from tests.benchmarks.logs.building import EACH, roster
from tests.benchmarks.logs.making import blocks
from web.reports.forms import form_of

ROUNDS = 5
TIMES = ("scheduled", "sent", "settled")
FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def compare() -> None:
    """Print rows a second of one core, by CPU time, of each form and of its peers."""
    pa.set_cpu_count(1)
    data = build_chunk("s", 0, list(blocks(1, EACH)), roster(0)).data
    batch = _read(data)
    print(f"\n{'file':44}{'rows/s':>12}{'MB/s':>8}")
    for name, packed in (("csv", False), ("csv", True), ("jsonl", False), ("parquet", False)):
        form = form_of(name, run="4f1e", is_packed=packed)
        form.begin()
        _print(f"{name}{' in gzip' if packed else ''}", lambda f=form: f.lines(batch), batch)
    form = form_of("csv", run="4f1e", is_packed=False)
    _print("csv, and the chunk read for it", lambda: form.lines(_read(data)), batch)
    _print("pyarrow.csv, times by its strftime", lambda: _with_arrow(batch), batch)
    _print("pyarrow.csv, bare columns", lambda: _bare(batch), batch)
    _print("Python's csv", lambda: _with_python(batch), batch)


def _read(data: bytes) -> pa.RecordBatch:
    table = parquet.ParquetFile(pa.BufferReader(data)).read()
    return table.unify_dictionaries().combine_chunks().to_batches()[0]


def _with_arrow(batch: pa.RecordBatch) -> bytes:
    """Write it as pyarrow's own functions do, without any care for spreadsheets."""
    columns = {name: _plain(batch[name]) for name in batch.schema.names}
    columns |= {name: pc.strftime(batch[name], format=FORMAT) for name in TIMES}
    return _written(pa.table(columns))


def _bare(batch: pa.RecordBatch) -> bytes:
    """Write only what needs no turning: times as its own text, not ISO 8601."""
    return _written(pa.table({name: _plain(batch[name]) for name in batch.schema.names}))


def _with_python(batch: pa.RecordBatch) -> bytes:
    sink = io.StringIO()
    csv.writer(sink).writerows(
        zip(*(_plain(column).to_pylist() for column in batch.columns), strict=True)
    )
    return sink.getvalue().encode()


def _plain(column: pa.Array) -> pa.Array:
    is_text = pa.types.is_dictionary(column.type) or pa.types.is_binary(column.type)
    return column.cast(pa.string()) if is_text else column


def _written(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def _print(name: str, make: Callable[[], bytes], batch: pa.RecordBatch) -> None:
    best, size = float("inf"), 0
    for _ in range(ROUNDS):
        began = time.process_time()
        size = len(make())
        best = min(best, time.process_time() - began)
    print(f"{name:44}{batch.num_rows / best:12,.0f}{size / best / 1e6:8.0f}")
