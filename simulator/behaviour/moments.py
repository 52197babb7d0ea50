"""The moments of one clock time, in seconds of a run.

Rule: each moment is computed once, and shared by all mocks that wait for it; what is far ahead of
the others is asked for alone, so that long steps of a preview take no more work than short ones.
"""

import numpy as np

from simulator.definition.quantities.units import Cron
from simulator.randomness import FloatArray

# Moments that are remembered; at one a second about an hour, which is more than mocks of one
# shard are apart in a tower.
MAX_KNOWN = 4096
MAX_AHEAD = 200  # moments that are looked for at once, or two for each mock that asks; 30 ms


class Moments:
    """When a cron comes, ``epoch`` being the Unix time of t = 0."""

    def __init__(self, cron: Cron, epoch: float) -> None:
        self._cron = cron
        self._epoch = epoch
        self._unix: list[float] = []  # whole seconds, so that the step to the next is exact
        self._known: FloatArray = np.empty(0)  # the same in s of the run, without a gap

    def after(self, times: FloatArray) -> FloatArray:
        """Return the first moment after each time; both in s since the run's start."""
        earliest, latest = float(times.min()), float(times.max())
        if not len(self._known) or not self._known[0] <= earliest < self._known[-1]:
            self._know([self._first_after(earliest)])
        if self._known[-1] <= latest:
            self._grow(latest, most=max(MAX_AHEAD, 2 * len(times)))
            self._forget(earliest)
        if self._known[-1] <= latest:
            return np.array([self._first_after(t) for t in times.tolist()]) - self._epoch
        return self._known[np.searchsorted(self._known, times, side="right")]

    def _first_after(self, t: float) -> float:
        """Return the first moment after ``t`` s of the run, in Unix s."""
        # One second more, because epoch + t may round up onto a moment.
        unix = self._cron.next(self._epoch + t - 1.0)
        while unix - self._epoch <= t:
            unix = self._cron.next(unix)
        return unix

    def _grow(self, latest: float, *, most: int) -> None:
        """Look for ``most`` moments more, or up to the first after ``latest``."""
        unix = self._unix
        for _ in range(most):
            if unix[-1] - self._epoch > latest:
                break
            unix.append(self._cron.next(unix[-1]))
        self._know(unix)

    def _forget(self, earliest: float) -> None:
        """Forget old moments, but none after ``earliest``, nor the one before these."""
        if len(self._unix) > 2 * MAX_KNOWN:
            first = int(np.searchsorted(self._known, earliest, side="right")) - 1
            self._know(self._unix[max(0, first) :])

    def _know(self, unix: list[float]) -> None:
        self._unix, self._known = unix, np.array(unix) - self._epoch
