"""Which row groups can hold a record, and which rows are one.

Rule: pure; columns in, truths out. What has no statistics may hold anything.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from web.logs.query import RESULTS, Cursor, Query, microseconds

Truths: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Match:
    """A query, and the place at which to begin: ``before`` it, or at it and ``after``."""

    query: Query
    before: Cursor | None = None
    after: Cursor | None = None
    is_rising: bool = False  # the oldest first

    @property
    def is_plain(self) -> bool:
        """Whether all records of a time are asked for."""
        query = self.query
        return not (query.mocks or query.results or query.text or query.words())

    def keys(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return moments (µs since 1970) as keys, of which those asked for first are smallest."""
        return at if self.is_rising else -at

    def sure_keys(
        self, group: parquet.RowGroupMetaData, places: dict[str, int], *, most: int
    ) -> NDArray[np.int64] | None:
        """Return keys that the records of a row group which match surely reach, without a look.

        The first is that of one of them, and none is before it; each other one stands for a record
        that is not behind it. At most ``most`` are told. None: nothing is sure.
        """
        times = _bounds(group, places.get("sent")) if self.is_plain else None
        if times is None:
            return None
        first, last = (microseconds(time) for time in times)
        edge, far = (first, last) if self.is_rising else (last, first)
        if not self._is_asked(edge):
            return None
        others = min(group.num_rows, most) - 1 if self._is_asked(far) else 0
        return self.keys(np.array([edge] + [far] * others, np.int64))

    def _is_asked(self, at: int) -> bool:
        """Whether a record of this moment, µs, is asked for, whichever mock's; of a plain query."""
        query = self.query
        return not (
            (query.since and at < microseconds(query.since))
            or (query.until and at >= microseconds(query.until))
            or (self.before and at >= self.before.at)
            or (self.after and at <= self.after.at)
        )

    @property
    def columns(self) -> list[str]:
        """What is read to decide, in no order."""
        query = self.query
        names = {"sent", "mock"} | {column for column, _ in query.words()}
        if query.text:
            names.add("payload")
        return sorted(names | {_column_of(kind) for kind in query.results})

    def may_hold(self, group: parquet.RowGroupMetaData, places: dict[str, int]) -> bool:
        """Whether a row group's statistics allow a record that matches.

        Args:
            group: Of a chunk.
            places: The positions of its columns, by name.
        """
        query = self.query
        if not self._may_be_then(_bounds(group, places.get("sent"))):
            return False
        mocks = _bounds(group, places.get("mock"))
        if query.mocks and mocks and not any(mocks[0] <= m <= mocks[1] for m in query.mocks):
            return False
        words = [_may_name(group, places.get(column), word) for column, word in query.words()]
        kinds = [_may_name(group, places.get(_column_of(kind)), kind) for kind in query.results]
        return all(words) and (any(kinds) or not kinds)

    def _may_be_then(self, times: tuple[Any, Any] | None) -> bool:
        if times is None:
            return True
        query = self.query
        first, last = (microseconds(time) for time in times)
        if query.since and last < microseconds(query.since):
            return False
        if query.until and first >= microseconds(query.until):
            return False
        if self.before and first > self.before.at:
            return False
        return not (self.after and last < self.after.at)

    def rows(self, table: pa.Table) -> Truths:
        """Return which rows match; the table has at least ``columns``, as far as the chunk does."""
        query, sent = self.query, numbers(table, "sent")
        keep = np.ones(len(sent), dtype=np.bool_)
        if query.since:
            keep &= sent >= microseconds(query.since)
        if query.until:
            keep &= sent < microseconds(query.until)
        mocks = numbers(table, "mock")
        if query.mocks:
            keep &= np.isin(mocks, query.mocks)
        if self.before:
            at, mock = self.before
            keep &= (sent < at) | ((sent == at) & (mocks < mock))
        if self.after:
            at, mock = self.after
            keep &= (sent > at) | ((sent == at) & (mocks >= mock))
        for column, word in query.words():
            keep &= _is_word(table, column, word)
        if query.results:
            keep &= np.logical_or.reduce(
                [_is_word(table, _column_of(kind), kind) for kind in query.results]
            )
        if query.text and keep.any():
            keep &= _has_text(table, query.text)
        return keep


def numbers(table: pa.Table, column: str) -> NDArray[Any]:
    """Return a column of whole numbers or moments (µs since 1970) without gaps."""
    values = table[column]
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    found: NDArray[Any] = values.to_numpy()
    return found


def _column_of(kind: str) -> str:
    return "result" if kind in RESULTS else "event"


def _bounds(group: parquet.RowGroupMetaData, place: int | None) -> tuple[Any, Any] | None:
    """Return the least and the greatest of a column; None when nobody knows."""
    statistics = None if place is None else group.column(place).statistics
    if statistics is None or not statistics.has_min_max:
        return None
    return statistics.min, statistics.max


def _may_name(group: parquet.RowGroupMetaData, place: int | None, word: str) -> bool:
    """Whether a column of words may have this one."""
    if place is None:
        return False  # a chunk of before there was such a column
    statistics = group.column(place).statistics
    if statistics and statistics.has_null_count and statistics.null_count == group.num_rows:
        return False
    bounds = _bounds(group, place)
    # Parquet's order of texts is that of their bytes.
    return not bounds or bounds[0].encode() <= word.encode() <= bounds[1].encode()


def _is_word(table: pa.Table, column: str, word: str) -> Truths:
    """Return where a column of words has this one."""
    if column not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.bool_)
    parts = [_part_is_word(part, word) for part in table[column].chunks]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.bool_)


def _part_is_word(part: pa.Array, word: str) -> Truths:
    if not pa.types.is_dictionary(part.type):
        same = pc.equal(part, word)
    else:
        code = pc.index(part.dictionary, word).as_py()
        if code < 0:
            return np.zeros(len(part), dtype=np.bool_)
        same = pc.equal(part.indices, code)
    found: Truths = pc.fill_null(same, False).to_numpy(zero_copy_only=False)
    return found


def _has_text(table: pa.Table, text: str) -> Truths:
    found = pc.match_substring(table["payload"], text)
    truths: Truths = pc.fill_null(found, False).to_numpy()
    return truths
