"""The moments of one clock time, in seconds of a run.

Rule: each moment is computed once, and shared by all mocks that wait for it.
"""

import numpy as np

from simulator.definition.quantities.units import Cron
from simulator.randomness import FloatArray

# Moments that are remembered; at one a second about an hour, which is more than mocks of one
# shard are ever apart.
MAX_KNOWN = 4096


class Moments:
    """When a cron comes, ``epoch`` being the Unix time of t = 0."""

    def __init__(self, cron: Cron, epoch: float) -> None:
        self._cron = cron
        self._epoch = epoch
        self._unix: list[float] = []  # whole seconds, so that the step to the next is exact
        self._known: FloatArray = np.empty(0)  # the same in s of the run

    def after(self, times: FloatArray) -> FloatArray:
        """Return the first moment after each time; both in s since the run's start."""
        earliest, latest = float(times.min()), float(times.max())
        if not self._unix or not self._known[0] <= earliest < self._known[-1]:
            # One second more, because epoch + earliest may round up onto a moment.
            self._unix = [self._cron.next(self._epoch + earliest - 1.0)]
            self._grow(latest)
        elif self._known[-1] <= latest:
            self._grow(latest)
        return self._known[np.searchsorted(self._known, times, side="right")]

    def _grow(self, latest: float) -> None:
        while self._unix[-1] - self._epoch <= latest:
            self._unix.append(self._cron.next(self._unix[-1]))
        if len(self._unix) > 2 * MAX_KNOWN:
            first = int(np.searchsorted(self._known, latest)) if len(self._known) else 0
            del self._unix[: max(0, min(first, len(self._unix) - MAX_KNOWN))]
        self._known = np.array(self._unix) - self._epoch
