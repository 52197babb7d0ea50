"""Sending to an S3 bucket: each chunk is an object, as it is or as gzipped JSON Lines.

Rule: the same chunk always has the same key, so that one which goes out twice is there once.
"""

import gzip
import io
from collections.abc import Iterator, Sequence
from datetime import UTC

import pyarrow as pa
from pyarrow import parquet

from web.drains.documents import Line, text_of
from web.drains.models import Drain
from web.drains.senders.aws import client_of, told
from web.drains.senders.base import (
    Limits,
    Load,
    Piece,
    Refusal,
    Sender,
    Step,
    Time,
    numbers_of,
    parts,
)
from web.platform import storage

NAME = "S3"
TYPES = {"parquet": "application/vnd.apache.parquet", "lines": "application/x-ndjson"}
SUFFIXES = {"parquet": ".parquet", "lines": ".jsonl.gz"}
LEVEL = 5  # of gzip


class S3Sender(Sender):
    """One client, for one bucket."""

    limits = Limits(lines=100_000, size=32_000_000)  # of what is sent again

    def __init__(self, drain: Drain, *, time: Time | None = None) -> None:
        super().__init__(drain, time=time)
        self.settings = drain.settings
        self.client = client_of("s3", drain.settings, drain.secrets)

    def send(self, piece: Piece) -> Iterator[Step]:
        form = self.settings["form"]
        if form == "parquet" and self.drain.takes_all:
            data, count = storage.get(piece.chunk.key), piece.chunk.rows
        elif form == "parquet":
            data, count = parquet_of(table for _, table in piece.tables())
        else:
            data, count = packed_lines(piece.lines(table) for _, table in piece.tables())
        if count:
            self._put(key_of(piece) + SUFFIXES[form], data, form)
        yield Step(piece.chunk.rows, count, len(data))

    def cut(self, name: str, stream: str, lines: Sequence[Line]) -> Iterator[Load]:
        for number, part in enumerate(parts(lines, self.limits)):
            yield Load(f"{name}/{number}", stream, part)

    def deliver(self, load: Load) -> list[Refusal]:
        data = gzip.compress(text_of(load.lines), LEVEL, mtime=0)
        self._put(load.name + SUFFIXES["lines"], data, "lines")
        return []

    def _put(self, key: str, data: bytes, form: str) -> None:
        packed = {"ContentEncoding": "gzip"} if form == "lines" else {}
        with told(NAME):
            self.client.put_object(
                Bucket=self.settings["bucket"],
                Key=self.settings["folder"] + key,
                Body=data,
                ContentType=TYPES[form],
                **packed,
            )


def key_of(piece: Piece) -> str:
    """Return ``date=2026-11-23/run=…/shard=00003/2-000017``, which tables can be partitioned by."""
    chunk = piece.chunk
    date = chunk.first.astimezone(UTC).date().isoformat()
    place = f"shard={chunk.shard.number:05d}/{numbers_of(chunk)}"
    return f"date={date}/run={piece.run.code}/{place}"


def parquet_of(tables: Iterator[pa.Table]) -> tuple[bytes, int]:
    """Return a Parquet file (zstd) of tables of one schema, and how many records it has."""
    sink, writer, count = io.BytesIO(), None, 0
    for table in tables:
        writer = writer or parquet.ParquetWriter(sink, table.schema, compression="zstd")
        if table.num_rows:
            writer.write_table(table)
            count += table.num_rows
    if writer is not None:
        writer.close()
    return sink.getvalue(), count


def packed_lines(parts_of: Iterator[list[Line]]) -> tuple[bytes, int]:
    """Return gzipped JSON Lines, the same bytes of the same lines, and how many there are."""
    sink, count = io.BytesIO(), 0
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=LEVEL, mtime=0, filename="") as file:
        for lines in parts_of:
            file.write(text_of(lines))
            count += len(lines)
    return sink.getvalue(), count
