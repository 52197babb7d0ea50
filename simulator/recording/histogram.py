"""Durations counted in buckets of equal ratio: fixed size, mergeable, percentiles within 1 %.

Rule: recording is one numpy pass over many values; nothing grows with the number of values, and
what never counted anything has no buckets.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-5  # s; what is faster counts as this: below it a loop's clock says nothing
CEILING = 100.0  # s; above every acknowledgement limit in practice; what is slower counts as this
GROWTH = 1.02  # upper bound / lower bound of a bucket; its middle is within 1 % of all in it
_LOG_GROWTH = math.log(GROWTH)
BUCKETS = math.ceil(math.log(CEILING / FLOOR) / _LOG_GROWTH) + 2  # one below, one above

VERSION = 2  # of the stored form: the ratio of its buckets
# Ratio, and number of buckets, of those stored before. What is in a bucket of theirs counts as its
# middle, so percentiles of an old run stay within the 3 % that they had.
_OLDER = {1: (1.06, 279)}


class Histogram:
    """How many durations fell where.

    ``counts`` is int64, ``BUCKETS`` long, and not to be written: bucket 0 holds what is at most
    ``FLOOR``, bucket i what is at most ``FLOOR * GROWTH**i`` s, the last one all that is longer
    than ``CEILING``. ``maximum`` is the longest duration, exact, in seconds. 6.5 kB, once it
    counted something.
    """

    __slots__ = ("_counts", "maximum")

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] | None = None
        self.maximum = 0.0

    @property
    def counts(self) -> NDArray[np.int64]:
        return _NONE if self._counts is None else self._counts

    def record(self, seconds: Sequence[float] | NDArray[np.float64]) -> None:
        """Count durations in seconds; a negative one (clock skew) counts as the shortest."""
        values = np.asarray(seconds, dtype=np.float64)
        if not values.size:
            return
        self.maximum = max(self.maximum, float(values.max()))
        self._add(np.bincount(_buckets(values), minlength=BUCKETS))

    @property
    def total(self) -> int:
        """How many durations were counted."""
        return int(self.counts.sum())

    def percentile(self, share: float) -> float | None:
        """The duration in seconds that ``share`` percent (0 to 100) of all do not exceed.

        Within 1 % between ``FLOOR`` and ``CEILING``, never above ``maximum``; None when empty.
        """
        total = self.total
        if not total:
            return None
        rank = max(1, math.ceil(total * share / 100))
        bucket = int(np.searchsorted(np.cumsum(self.counts), rank))
        if bucket == BUCKETS - 1:
            return self.maximum
        return min(self.maximum, _middle(bucket, GROWTH))

    def within(self, seconds: float) -> int:
        """How many durations were at most ``seconds``; that bound is met within 2 %."""
        return int(self.counts[: int(_buckets(np.array([seconds]))[0]) + 1].sum())

    @property
    def sum(self) -> float:
        """All durations together, s; within 1 %, of what is out of range only its bound."""
        return float(self.counts @ _MIDDLES)

    def __add__(self, other: "Histogram") -> "Histogram":
        return Histogram.merged((self, other))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Histogram):
            return NotImplemented
        return self.maximum == other.maximum and bool((self.counts == other.counts).all())

    __hash__ = None  # type: ignore[assignment]  # it changes

    @classmethod
    def merged(cls, histograms: Iterable["Histogram"]) -> Self:
        """All of ``histograms`` in one, as if it had counted every value itself."""
        whole = cls()
        for histogram in histograms:
            if histogram._counts is not None:
                whole._add(histogram._counts)
                whole.maximum = max(whole.maximum, histogram.maximum)
        return whole

    @classmethod
    def of(cls, counts: NDArray[np.int64], *, maximum: float) -> Self:
        """The histogram of these ``BUCKETS`` counts and this longest duration in s."""
        histogram = cls()
        if counts.any():
            histogram._add(counts)
            histogram.maximum = maximum
        return histogram

    def to_dict(self) -> dict[str, Any]:
        """The filled buckets alone, for JSON.

        ``{"v": 2, "max": s, "buckets": [[bucket, count], ...]}``; without ``v`` it is version 1.
        """
        filled = np.flatnonzero(self.counts)
        pairs = np.column_stack((filled, self.counts[filled])).tolist()
        return {"v": VERSION, "max": round(self.maximum, 6), "buckets": pairs}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The histogram that ``to_dict`` wrote, in this version or an older one.

        Raises:
            ValueError: it is of a newer version, or a bucket is outside of its version's.
        """
        version = int(stored.get("v", 1))
        if version != VERSION and version not in _OLDER:
            raise ValueError(f"histogram must be of version {VERSION} or older, got {version}")
        growth, buckets = _OLDER.get(version, (GROWTH, BUCKETS))
        histogram = cls()
        filled, counted = np.array(stored["buckets"], dtype=np.int64).reshape(-1, 2).T
        if wrong := filled[(filled < 0) | (filled >= buckets)].tolist():
            raise ValueError(f"bucket must be from 0 to {buckets - 1}, got {wrong[0]}")
        if growth != GROWTH:
            filled = np.array([_moved(each, growth, buckets) for each in filled.tolist()], np.intp)
        if counted.any():
            counts = np.zeros(BUCKETS, dtype=np.int64)
            np.add.at(counts, filled, counted)
            histogram._add(counts)
        histogram.maximum = float(stored["max"])
        return histogram

    def _add(self, counts: NDArray[Any]) -> None:
        if self._counts is None:
            self._counts = np.zeros(BUCKETS, dtype=np.int64)
        self._counts += counts


_NONE: NDArray[np.int64] = np.zeros(BUCKETS, dtype=np.int64)
_NONE.flags.writeable = False


def _buckets(values: NDArray[np.float64]) -> NDArray[np.intp]:
    exponents = np.ceil(np.log(np.maximum(values, FLOOR) / FLOOR) / _LOG_GROWTH)
    return np.minimum(exponents, BUCKETS - 1).astype(np.intp)


def _middle(bucket: int, growth: float) -> float:
    """The duration in s that stands for a bucket: of equal ratio to both of its bounds."""
    return float(FLOOR * growth ** (bucket - 0.5 if bucket else 0))


_MIDDLES = np.array([_middle(bucket, GROWTH) for bucket in range(BUCKETS)])


def _moved(bucket: int, growth: float, buckets: int) -> int:
    """Return where a bucket of another ratio belongs."""
    if bucket == buckets - 1:
        return BUCKETS - 1
    return int(_buckets(np.array([_middle(bucket, growth)]))[0])
