"""Durations counted in buckets of equal ratio: fixed size, mergeable, percentiles within 3 %.

Rule: recording is one numpy pass over many values; nothing grows with the number of values.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-5  # s; what is faster counts as this: below it a loop's clock says nothing
CEILING = 100.0  # s; above every acknowledgement limit in practice; what is slower counts as this
GROWTH = 1.06  # upper bound / lower bound of a bucket; its middle is within 3 % of all in it
_LOG_GROWTH = math.log(GROWTH)
BUCKETS = math.ceil(math.log(CEILING / FLOOR) / _LOG_GROWTH) + 2  # one below, one above


class Histogram:
    """How many durations fell where.

    ``counts`` is int64, ``BUCKETS`` long: bucket 0 holds what is at most ``FLOOR``, bucket i what
    is at most ``FLOOR * GROWTH**i`` s, the last one all that is longer than ``CEILING``.
    ``maximum`` is the longest duration, exact, in seconds.
    """

    __slots__ = ("counts", "maximum")

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros(BUCKETS, dtype=np.int64)
        self.maximum = 0.0

    def record(self, seconds: Sequence[float] | NDArray[np.float64]) -> None:
        """Count durations in seconds; a negative one (clock skew) counts as the shortest."""
        values = np.asarray(seconds, dtype=np.float64)
        if not values.size:
            return
        self.maximum = max(self.maximum, float(values.max()))
        exponents = np.ceil(np.log(np.maximum(values, FLOOR) / FLOOR) / _LOG_GROWTH)
        buckets = np.minimum(exponents, BUCKETS - 1).astype(np.intp)
        self.counts += np.bincount(buckets, minlength=BUCKETS)

    @property
    def total(self) -> int:
        """How many durations were counted."""
        return int(self.counts.sum())

    def percentile(self, share: float) -> float | None:
        """The duration in seconds that ``share`` percent (0 to 100) of all do not exceed.

        Within 3 % between ``FLOOR`` and ``CEILING``, never above ``maximum``; None when empty.
        """
        total = self.total
        if not total:
            return None
        rank = max(1, math.ceil(total * share / 100))
        bucket = int(np.searchsorted(np.cumsum(self.counts), rank))
        if bucket == BUCKETS - 1:
            return self.maximum
        return min(self.maximum, FLOOR * GROWTH ** (bucket - 0.5 if bucket else 0))

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
            whole.counts += histogram.counts
            whole.maximum = max(whole.maximum, histogram.maximum)
        return whole

    def to_dict(self) -> dict[str, Any]:
        """The filled buckets alone, for JSON: ``{"max": s, "buckets": [[bucket, count], ...]}``."""
        filled = np.flatnonzero(self.counts)
        pairs = [[int(i), int(self.counts[i])] for i in filled]
        return {"max": round(self.maximum, 6), "buckets": pairs}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The histogram that ``to_dict`` wrote.

        Raises:
            ValueError: a bucket is outside 0 to ``BUCKETS - 1``.
        """
        histogram = cls()
        histogram.maximum = float(stored["max"])
        for bucket, count in stored["buckets"]:
            if not 0 <= bucket < BUCKETS:
                raise ValueError(f"bucket must be from 0 to {BUCKETS - 1}, got {bucket}")
            histogram.counts[bucket] += count
        return histogram
