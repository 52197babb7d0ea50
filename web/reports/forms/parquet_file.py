"""Records as Parquet, in the columns of the log itself.

Rule: one batch is one row group; what is written is given away at once, so that memory stays small.
"""

import io

import pyarrow as pa
from pyarrow import parquet

from simulator import record_schema


class ParquetFile:
    """The form of a file: Parquet with zstd, as its chunks are."""

    suffix = "parquet"
    content_type = "application/vnd.apache.parquet"

    def __init__(self, run: str) -> None:
        """``run`` is the run's code; the file's metadata have it."""
        self._schema = record_schema().with_metadata({"run": run})
        self._sink = _Given()
        self._writer: parquet.ParquetWriter | None = None

    def of_run(self, run: str) -> None:
        """Say that what follows is of this run.

        Raises:
            ValueError: It is another one; a Parquet file is of one run, in its metadata.
        """
        if self._schema.metadata[b"run"] != run.encode():
            raise ValueError("a Parquet file has the records of one run")

    def begin(self) -> bytes:
        """Return what stands first."""
        self._sink = _Given()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        return self._sink.take()

    def lines(self, records: pa.RecordBatch) -> bytes:
        """Return the row group of records, in their order."""
        if self._writer and records.num_rows:
            self._writer.write_batch(self._whole(records))
        return self._sink.take()

    def end(self) -> bytes:
        """Return the footer."""
        if self._writer:
            self._writer.close()
        return self._sink.take()

    def _whole(self, records: pa.RecordBatch) -> pa.RecordBatch:
        """Return records with all columns; those that their chunk has not are empty."""
        names = set(records.schema.names)
        columns = [
            records[field.name].cast(field.type)
            if field.name in names
            else pa.nulls(records.num_rows, field.type)
            for field in self._schema
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)


class _Given(io.RawIOBase):
    """A file that is written; ``take`` returns what was written since."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, block: bytes) -> int:  # type: ignore[override]
        data = bytes(block)
        self._blocks.append(data)
        self._at += len(data)
        return len(data)

    def take(self) -> bytes:
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)
