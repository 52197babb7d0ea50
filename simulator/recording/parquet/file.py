"""A Parquet file in memory: row groups, one page a column, and the footer.

Rule: written from front to back; offsets are known when they are written.
"""

from collections.abc import Mapping, Sequence

import zstandard

from simulator.recording.parquet import encoding
from simulator.recording.parquet.columns import PLAIN, Blobs, Column, Part, Words
from simulator.recording.parquet.thrift import I64, Struct, struct

MAGIC = b"PAR1"
ZSTD = 6  # codec
RLE = 3  # encoding of levels
DATA_PAGE, DICTIONARY_PAGE = 0, 2
CREATED_BY = "mocklot"


class ParquetFile:
    """Takes row groups one after the other; ``finish`` gives the whole file."""

    def __init__(
        self, columns: Sequence[Column], *, level: int = 1, metadata: Mapping[str, str]
    ) -> None:
        """
        Args:
            level: Of zstd.
            metadata: Texts about the file, by key; at least one.
        """
        self._columns = columns
        self._metadata = metadata
        self._zstd = zstandard.ZstdCompressor(level=level)
        self._out = bytearray(MAGIC)
        self._groups: list[Struct] = []
        self._rows = 0

    def add(self, parts: Mapping[str, Part], rows: int) -> None:
        """Append a row group of ``rows`` rows, at least one: a part of every column, by name."""
        start = len(self._out)
        chunks = [self._chunk(column, parts[column.name], rows) for column in self._columns]
        size = len(self._out) - start
        self._groups.append({1: chunks, 2: I64(size), 3: I64(rows), 5: I64(start), 6: I64(size)})
        self._rows += rows

    def finish(self) -> bytes:
        """Return the file."""
        root: Struct = {4: "schema", 5: len(self._columns)}
        footer = struct(
            {
                1: 2,  # version
                2: [root, *(column.element() for column in self._columns)],
                3: I64(self._rows),
                4: self._groups,
                5: [{1: key, 2: value} for key, value in self._metadata.items()],
                6: CREATED_BY,
                7: [{1: {}} for _ in self._columns],  # bounds are in the order of the type
            }
        )
        self._out += footer + len(footer).to_bytes(4, "little") + MAGIC
        return bytes(self._out)

    def _chunk(self, column: Column, part: Part, rows: int) -> Struct:
        """Write a column's pages, and return its ColumnChunk."""
        start, encodings = len(self._out), [RLE]
        raw = 0
        first: dict[int, I64] = {}
        if isinstance(part, Words) and part.valid.any():
            head: Struct = {1: len(part.names), 2: PLAIN}
            raw += self._page({7: head}, DICTIONARY_PAGE, encoding.plain_texts(part.names))
            encodings.append(PLAIN)
            first = {11: I64(start)}
        kind, body = part.page()
        at = len(self._out)
        page: Struct = {1: rows, 2: kind, 3: RLE, 4: RLE}
        raw += self._page({5: page}, DATA_PAGE, encoding.levels(part.valid) + body)
        told: Struct = {
            1: column.type.physical,
            2: sorted({*encodings, kind}),
            3: [column.name],
            4: ZSTD,
            5: I64(rows),
            6: I64(raw),
            7: I64(len(self._out) - start),
            9: I64(at),
            **first,
            **({} if isinstance(part, Blobs) else {12: part.bounds()}),
        }
        return {2: I64(start), 3: told}

    def _page(self, head: Struct, kind: int, body: bytes) -> int:
        """Write a page, and return its bytes before compression, its header among them."""
        packed = self._zstd.compress(body)
        header = struct({1: kind, 2: len(body), 3: len(packed), **head})
        self._out += header
        self._out += packed
        return len(header) + len(body)
