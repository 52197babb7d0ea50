"""A look into one chunk: what of it matches, by the columns that decide, then the records.

Rule: safe to use in a thread, one look in one thread at a time. ``keys`` are moments (µs since
1970), those asked for first being the smallest: of the newest first they are below 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from web.logs.models import Chunk
from web.logs.reading.matching import Match, numbers
from web.logs.reading.objects import ChunkFile, Meter
from web.logs.reading.record import Record, as_records

Keys = NDArray[np.int64]

FEW = 2  # row groups that are fetched as a whole at once


@dataclass(frozen=True, slots=True)
class Hits:
    """Records that match, in columns: when, of whom, and where they lie in their chunk."""

    at: Keys  # µs since 1970
    mock: NDArray[np.int32]
    row: NDArray[np.int64]

    @classmethod
    def joined(cls, several: Sequence["Hits"]) -> "Hits":
        """Return all hits, one chunk's after the other's."""
        at, mock, row = zip(*((each.at, each.mock, each.row) for each in several), strict=True)
        return cls(np.concatenate(at), np.concatenate(mock), np.concatenate(row))

    def only(self, keep: NDArray[np.bool_]) -> "Hits":
        """Return those that ``keep`` says."""
        return Hits(self.at[keep], self.mock[keep], self.row[keep])


NOTHING = Hits(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64))


class Look:
    """A look into one chunk.

    Row groups of which it is sure what they reach wait until somebody wants that; the others are
    read at once.
    """

    def __init__(self, chunk: Chunk, match: Match, meter: Meter, *, most: int) -> None:
        """
        Args:
            chunk: Which.
            match: What is asked for.
            meter: Counts what is read.
            most: Records that are asked for; behind them nothing is kept.

        Raises:
            ObjectMissing: The chunk was deleted.
            StorageUnavailable: The object store does not answer.
        """
        self.chunk = chunk
        self.hits = NOTHING
        self._match = match
        self._most = most
        self._file: ChunkFile | None = ChunkFile(chunk, meter, is_sparse=match.is_plain)
        metadata, places = self._file.file.metadata, self._file.places
        found = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
        sizes = [group.num_rows for group in found]
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        may = [n for n, group in enumerate(found) if match.may_hold(group, places)]
        sure = {group: match.sure_keys(found[group], places, most=most) for group in may}
        self._unread = {group: keys for group, keys in sure.items() if keys is not None}
        self._read(self._file, [group for group, keys in sure.items() if keys is None])

    @property
    def has_unread(self) -> bool:
        """Whether records were left unread."""
        return bool(self._unread)

    @property
    def keys(self) -> Keys:
        """The keys of what was found, and those that row groups which wait surely reach."""
        return np.concatenate([self._match.keys(self.hits.at), *self._unread.values()])

    def unread(self, until: int) -> int:
        """Return how many bytes are to be read for all up to a key, roughly."""
        groups = len(self._starts) - 1
        wanted = sum(keys[0] <= until for keys in self._unread.values())
        return int(wanted) * self.chunk.size // groups if wanted else 0

    def read(self, until: int) -> None:
        """Read what waits, up to a key.

        Raises:
            ObjectMissing: The chunk was deleted.
            StorageUnavailable: The object store does not answer.
        """
        groups = [group for group, keys in self._unread.items() if keys[0] <= until]
        for group in groups:
            del self._unread[group]
        if self._file and groups:
            self._read(self._file, groups)

    def records(self, rows: NDArray[np.int64]) -> list[Record]:
        """Return the records at these rows of the chunk."""
        records: list[Record] = []
        if self._file is None:
            return records
        group_of = np.searchsorted(self._starts, rows, side="right") - 1
        for group in np.unique(group_of).tolist():
            table = self._file.table([group])
            places = rows[group_of == group] - self._starts[group]
            records += as_records(table.take(places))
        return records

    def _read(self, file: ChunkFile, groups: list[int]) -> None:
        if groups:
            self.hits = self._first(Hits.joined([self.hits, self._matching(file, groups)]))
        if not len(self.hits.at) and not self._unread:
            self._file = None  # what was read of it is not kept for nothing

    def _matching(self, file: ChunkFile, groups: list[int]) -> Hits:
        if len(groups) <= FEW:  # the records are then here already
            file.fetch(groups)
        table = file.table(groups, self._match.columns)
        starts = self._starts
        rows = np.concatenate([np.arange(starts[group], starts[group + 1]) for group in groups])
        found = Hits(numbers(table, "sent"), numbers(table, "mock"), rows)
        return found.only(self._match.rows(table))

    def _first(self, hits: Hits) -> Hits:
        """Forget hits behind the first ``most``, and one more."""
        keys, most = self._match.keys(hits.at), self._most + 1
        if len(keys) <= most:
            return hits
        return hits.only(keys <= np.partition(keys, most - 1)[most - 1])
