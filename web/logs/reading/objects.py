"""A chunk in the object store as a file: small ones at once, of others only the bytes asked for.

Rule: no database; safe to use in a thread, one file in one thread at a time.
"""

import io
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import pyarrow as pa
from pyarrow import parquet

from web.logs.models import Chunk
from web.platform import storage

WHOLE = 512 * 1024  # bytes; below it one request for all is faster than several for parts
WHOLE_OF_MANY = 96 * 1024  # the same where many chunks are opened, and little is read of each
GAP = 32 * 1024  # bytes that are read along rather than asked for in two requests
FOOTERS = 4_000_000  # bytes of footers that a process keeps, some 300 of large chunks


@dataclass(slots=True)
class Meter:
    """What was read of the store: requests, and bytes."""

    requests: int = 0
    read: int = 0  # bytes
    _lock: Lock = field(default_factory=Lock, repr=False)

    def count(self, data: bytes) -> bytes:
        """Note that these were read, and return them."""
        with self._lock:
            self.requests += 1
            self.read += len(data)
        return data


class Footers:
    """Footers that were read lately, by the keys of their objects, which never change."""

    def __init__(self, most: int) -> None:
        """``most``: bytes of all; the one that was not asked for for the longest time goes."""
        self._most = most
        self._size = 0
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return the footer of an object, if it is known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, key: str, footer: bytes) -> None:
        """Remember a footer."""
        with self._lock:
            self._size += len(footer) - len(self._known.pop(key, b""))
            self._known[key] = footer
            while self._size > self._most:
                self._size -= len(self._known.popitem(last=False)[1])


footers = Footers(FOOTERS)


class StoredFile(io.RawIOBase):
    """An object of known size read by ranges, as pyarrow reads files; ``fetch`` gets many ahead."""

    def __init__(self, key: str, size: int, meter: Meter) -> None:
        super().__init__()
        self._key = key
        self._size = size
        self._meter = meter
        self._at = 0
        self._spans: list[tuple[int, bytes]] = []  # where it begins, and what is there

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def read(self, length: int = -1) -> bytes:
        end = self._size if length < 0 else min(self._size, self._at + length)
        start, self._at = self._at, max(self._at, end)
        if start >= end:
            return b""
        for begin, data in self._spans:
            if begin <= start and end <= begin + len(data):
                return data[start - begin : end - begin]
        return self.get(start, end)

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Get these (start, end), near ones together, unless they are here."""
        for start, end in joined(spans):
            if not any(begin <= start and end <= begin + len(d) for begin, d in self._spans):
                self._spans.append((start, self.get(start, end)))

    def get(self, start: int, end: int) -> bytes:
        """Read these bytes of the store, whatever was fetched."""
        return self._meter.count(storage.get_range(self._key, start, end - start))


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (start, end) in their order, those that are less than ``GAP`` apart as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] <= GAP:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def open_chunk(chunk: Chunk, *, whole: bool = False) -> parquet.ParquetFile:
    """Open a chunk: small ones and ``whole`` at once, of others only what is read.

    Raises:
        ObjectMissing: It was deleted.
        StorageUnavailable: The object store does not answer.
    """
    return ChunkFile(chunk, Meter(), is_whole=whole).file


class ChunkFile:
    """A chunk that is open: its metadata are here, the rest is read when it is asked for."""

    def __init__(
        self, chunk: Chunk, meter: Meter, *, is_whole: bool = False, is_sparse: bool = False
    ) -> None:
        """Read the whole of a small chunk, or of any when ``is_whole``, else its footer.

        ``is_sparse``: it is one of many, and little of each is read.

        Raises:
            ObjectMissing: It was deleted.
            StorageUnavailable: The object store does not answer.
        """
        self._stored: StoredFile | None = None
        if is_whole or chunk.size <= (min(WHOLE, WHOLE_OF_MANY) if is_sparse else WHOLE):
            data = meter.count(storage.get(chunk.key))
            self.file = parquet.ParquetFile(pa.BufferReader(data))
        else:
            self._stored = StoredFile(chunk.key, chunk.size, meter)
            # pre_buffer would read what lies between two spans along with them.
            self.file = parquet.ParquetFile(
                self._stored, metadata=_metadata(self._stored, chunk), pre_buffer=False
            )
        names = self.file.schema_arrow.names
        self.places = {name: place for place, name in enumerate(names)}

    def table(self, groups: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        """Return columns, or all of them, of some row groups, one after the other."""
        names = [name for name in columns or self.places if name in self.places]
        self.fetch(groups, names)
        return self.file.read_row_groups(groups, columns=names, use_threads=False)

    def fetch(self, groups: Sequence[int], columns: Sequence[str] | None = None) -> None:
        """Get the bytes of columns, or of all of them, of some row groups, as far as needed."""
        if self._stored:
            names = self.places if columns is None else columns
            self._stored.fetch(self._span(group, name) for group in groups for name in names)

    def _span(self, group: int, name: str) -> tuple[int, int]:
        """Return where the pages of a column of a row group lie."""
        column = self.file.metadata.row_group(group).column(self.places[name])
        start = column.data_page_offset
        if column.has_dictionary_page and column.dictionary_page_offset is not None:
            start = min(start, column.dictionary_page_offset)
        return start, start + column.total_compressed_size


def _metadata(file: StoredFile, chunk: Chunk) -> parquet.FileMetaData | None:
    """Return what the footer says, when the index row tells how long it is; else pyarrow reads it.

    Its own way is to read 64 kB at first, most of which is no footer.
    """
    if not chunk.footer:
        return None
    footer = footers.get(chunk.key)
    if footer is None:
        footer = file.get(chunk.size - chunk.footer, chunk.size)
        footers.keep(chunk.key, footer)
    return parquet.read_metadata(pa.BufferReader(footer))
