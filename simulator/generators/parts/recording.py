"""When each row of a recorded table begins and ends, for the whole table or for each key in it.

Rule: a place in a recording is s after its first row; rows are found by one search for all mocks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.randomness import FloatArray, IntArray

SHORTEST = 1e-6  # s; what happens within a µs happens at once
LONGEST = 1e12  # s from the first row to the last, 31,700 years

_MOST = 2**62  # of what is searched for, in a whole number of 64 bits


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows in the order of their keys and times, and how the rows of each key lie in it."""

    order: IntArray  # of the file's rows
    starts: FloatArray  # s after the first row of the same key
    first: IntArray  # of each key: where its rows begin
    counts: IntArray  # of each key: how many rows
    spans: FloatArray  # of each key: s to the end of its last row, which lasts as the one before
    moments: FloatArray  # of each key: the time of its first row, Unix s where the file has such
    _step: float  # s between all rows; 0 where they differ
    _keys: IntArray  # what is searched: key · stride + ticks
    _ticks: float  # in a second
    _stride: int

    def rows(self, key: IntArray, place: FloatArray) -> IntArray:
        """Return the position in ``order`` at places (0 s or more); beyond the end the last."""
        last = self.counts[key] - 1
        if self._step:
            nth = np.minimum(np.floor(place / self._step), last).astype(np.int64)
            return self.first[key] + nth
        # Rounded, because 0.3 s is 299999.99 µs; a row may so begin half a µs too early.
        ticks = np.rint(np.minimum(place * self._ticks, float(self._stride - 1))).astype(np.int64)
        found = np.searchsorted(self._keys, key * self._stride + ticks, side="right") - 1
        positions: IntArray = np.minimum(found, self.first[key] + last)
        return positions

    def share(self, key: IntArray, position: IntArray, place: FloatArray) -> FloatArray:
        """Return how far each place is on the way to the next row of its key, 0 to below 1.

        0 at the last row, which has no next one.
        """
        is_last = position >= self.first[key] + self.counts[key] - 1
        following = np.where(is_last, position, position + 1)
        begin = self.starts[position]
        gap = self.starts[following] - begin
        share = np.divide(place - begin, gap, out=np.zeros(len(place)), where=gap > 0)
        return np.clip(share, 0.0, 1.0)


def recording_of(
    keys: IntArray | None, seconds: FloatArray | None, rows: int, *, step: float
) -> Recording:
    """Return the recording of a table.

    Args:
        keys: The number of each row's key, from 0 and none left out; None: all rows are of one.
        seconds: The time of each row, all within ``LONGEST``; None: they follow each other.
        rows: How many there are.
        step: s from one row to the next, where there are no times.
    """
    groups = np.zeros(rows, dtype=np.int64) if keys is None else keys
    order = np.lexsort((groups,)) if seconds is None else np.lexsort((seconds, groups))
    groups = groups[order]
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    counts = np.diff(np.append(first, rows))
    nth = np.arange(rows) - np.repeat(first, counts)
    if seconds is None:
        even_starts: FloatArray = nth.astype(np.float64) * step
        spans: FloatArray = counts.astype(np.float64) * step
        return _whole(order, even_starts, first, counts, spans, np.zeros(len(first)), step=step)
    sorted_seconds = seconds[order]
    starts = sorted_seconds - np.repeat(sorted_seconds[first], counts)
    lasting = _last_gaps(starts, first, counts)
    spans = np.maximum(starts[first + counts - 1] + lasting, SHORTEST)
    even = float(lasting[0])
    is_even = even >= SHORTEST and bool(np.all(lasting == even))
    is_even = is_even and np.array_equal(starts, nth * even)
    return _whole(
        order, starts, first, counts, spans, sorted_seconds[first], step=even if is_even else 0.0
    )


def _whole(  # noqa: PLR0917, the fields of a recording in their order
    order: IntArray,
    starts: FloatArray,
    first: IntArray,
    counts: IntArray,
    spans: FloatArray,
    moments: FloatArray,
    *,
    step: float,
) -> Recording:
    ticks = 1e6
    longest = float(spans.max())
    while len(first) * (longest * ticks + 2) > _MOST and ticks > 1:
        ticks /= 1000.0
    stride = int(longest * ticks) + 2
    groups = np.repeat(np.arange(len(first)), counts)
    keys = groups * stride + np.rint(starts * ticks).astype(np.int64)
    return Recording(order, starts, first, counts, spans, moments, step, keys, ticks, stride)


def _last_gaps(starts: FloatArray, first: IntArray, counts: IntArray) -> FloatArray:
    """Return the last gap above 0 s between two rows of each key; 1 s where there is none."""
    gaps = np.diff(starts, append=0.0)
    gaps[first + counts - 1] = 0.0
    lasting = np.where(gaps > 0, np.arange(len(gaps)), -1)
    latest = np.maximum.reduceat(lasting, first)
    return np.where(latest >= 0, gaps[np.maximum(latest, 0)], 1.0)


def numbered(column: NDArray[Any]) -> tuple[IntArray, list[Any]]:
    """Return each entry's number, equal values having the same from 0 on, and the values."""
    known: dict[Any, int] = {}
    numbers = [known.setdefault(value, len(known)) for value in column.tolist()]
    return np.array(numbers, dtype=np.int64), list(known)
