"""When a clock time came last, for whole columns of times.

Rule: each moment is computed once and shared by all mocks; how many are kept is bounded.
"""

import numpy as np

from simulator.definition.quantities.cron import Cron
from simulator.randomness import FloatArray

MAX_KNOWN = 4096  # moments; at one a second about an hour, more than mocks of one shard are apart


class Clock:
    """A cron, ``epoch`` being the Unix time of t = 0."""

    def __init__(self, cron: Cron, epoch: float) -> None:
        self._cron = cron
        self._epoch = epoch
        self._unix: list[float] = []  # moments one after the other, without a gap

    def last(self, times: FloatArray, *, reach: float) -> FloatArray:
        """Return the last moment at or before each time, s since the run's start.

        -inf where there was none within ``reach`` (s, above 0) before it.
        """
        if not len(times):
            return np.empty(0)
        known = self._around(float(times.min()), float(times.max()), reach)
        if known is None:
            return np.array([self._one(time, reach) for time in times.tolist()])
        return _within(known, times, reach)

    def _one(self, time: float, reach: float) -> float:
        self._unix = self._before(time, reach)
        self._grow(time)
        return float(_within(np.array(self._unix) - self._epoch, np.array([time]), reach)[0])

    def _around(self, earliest: float, latest: float, reach: float) -> FloatArray | None:
        """Return moments, from the last one before ``earliest`` to ``latest``; None: too many."""
        if not self._unix or not self._unix[0] <= earliest + self._epoch <= self._unix[-1]:
            self._unix = self._before(earliest, reach)
        if not self._grow(latest):
            return None
        if len(self._unix) > MAX_KNOWN:
            first = int(np.searchsorted(self._unix, earliest + self._epoch)) - 1
            del self._unix[: max(0, min(first, len(self._unix) - MAX_KNOWN // 2))]
        return np.array(self._unix) - self._epoch

    def _before(self, time: float, reach: float) -> list[float]:
        """Return the last moment at or before a time as the first entry, if it is within reach."""
        unix, back = self._epoch + time, 1.0
        while True:
            # A second more, because the moment itself is one that comes after it.
            moment = self._cron.next(unix - back - 1.0)
            if moment <= unix or back > reach:
                break
            back *= 4
        following = self._cron.next(moment)
        while following <= unix:
            moment, following = following, self._cron.next(following)
        return [moment]

    def _grow(self, latest: float) -> bool:
        """Go on until a moment is after ``latest``; False when these are too many."""
        for _ in range(2 * MAX_KNOWN):
            if self._unix[-1] - self._epoch > latest:
                return True
            self._unix.append(self._cron.next(self._unix[-1]))
        return False


def _within(known: FloatArray, times: FloatArray, reach: float) -> FloatArray:
    places = np.searchsorted(known, times, side="right") - 1
    moments = np.where(places >= 0, known[np.maximum(places, 0)], -np.inf)
    return np.where(times - moments < reach, moments, -np.inf)
