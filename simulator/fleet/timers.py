"""The timers of all mocks: at most one of each kind for a mock.

Rule: the time that counts stands in an array; what the wheel holds beside it is out of date, and is
dropped when it comes out. So a timer is stopped or moved by a write, and the array alone is what
must be kept to go on later.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.randomness import FloatArray, IntArray
from simulator.wheel import Wheel

# Entries in the wheel for each timer that counts before it is filled anew; a status that is often
# left leaves its long timers behind.
MAX_STALE = 4


class Events(NamedTuple):
    """Timers that went off, each mock once, in order of time."""

    times: FloatArray  # s
    rows: IntArray
    kinds: IntArray
    taken: int  # entries that were looked at, those out of date included


class Timers:
    """``kinds`` timers for each of ``count`` mocks; a lower kind goes first at the same time."""

    def __init__(self, count: int, kinds: int) -> None:
        self.planned: FloatArray = np.full((count, kinds), np.inf)  # s; inf: not running
        self._flat = self.planned.reshape(-1)
        self._kinds = kinds
        self._wheel = Wheel()
        self._first = np.zeros(count, dtype=np.int64)
        self._room = MAX_STALE * self.planned.size

    def start(self, rows: IntArray, kind: int, times: FloatArray) -> None:
        """Let one timer of each mock go off at its time; one that runs already is moved.

        ``times`` belong to the timers from now on.
        """
        slots = rows * self._kinds + kind
        self._flat[slots] = times
        self._wheel.push(times, slots)
        if len(self._wheel) > self._room:
            self._refill()

    def stop(self, rows: IntArray, first_kind: int) -> None:
        """Stop all timers of these mocks from ``first_kind`` on."""
        self.planned[rows, first_kind:] = np.inf

    def pop(self, t: float, limit: int) -> Events:
        """Take the first timer of each mock that is due at ``t`` or before.

        What is due after it for the same mock stays. At most ``limit`` entries are looked at; they
        are the earliest, so a mock's first is among them when any of its own is.
        """
        times, slots = self._wheel.pop(t, limit)
        taken = len(times)
        if taken <= 1:
            return self._single(times, slots)
        counts = self._flat[slots] == times
        if not counts.all():
            times, slots = times[counts], slots[counts]
        rows = slots // self._kinds
        if not len(rows):
            return Events(times, rows, rows, taken)
        positions = np.arange(len(rows))
        self._first[rows[::-1]] = positions[::-1]  # the last write, which is the first entry, stays
        first = self._first[rows] == positions
        if not first.all():
            self._wheel.push(times[~first], slots[~first])
            times, slots, rows = times[first], slots[first], rows[first]
        self._flat[slots] = np.inf
        return Events(times, rows, slots - rows * self._kinds, taken)

    def _single(self, times: FloatArray, slots: IntArray) -> Events:
        """Return the event of one entry or none, which is all that there is in a fleet of one."""
        taken = len(times)
        if not taken or self._flat[slots[0]] != times[0]:
            return Events(times[:0], slots[:0], slots[:0], taken)
        self._flat[slots[0]] = np.inf
        row, kind = divmod(int(slots[0]), self._kinds)
        return Events(times, np.array([row]), np.array([kind]), taken)

    def next_due(self) -> float:
        """A time before which nothing goes off, in s; inf when nothing runs."""
        return self._wheel.next_due()

    def move(self, by: float) -> None:
        """Let everything that runs go off ``by`` s later."""
        self.planned += by
        self._refill()

    def stretch(self, kind: int, t: float, by: float) -> None:
        """Let what is left at ``t`` of one kind's times last ``by`` times as long."""
        rows = np.flatnonzero(np.isfinite(self.planned[:, kind]) & (self.planned[:, kind] > t))
        if len(rows):
            self.start(rows, kind, t + (self.planned[rows, kind] - t) * by)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the time of each timer, [mock, kind]."""
        return {"planned": self.planned.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of as many timers gave."""
        self.planned[:] = state["planned"]
        self._refill()

    def _refill(self) -> None:
        slots = np.flatnonzero(self._flat < np.inf)
        self._wheel = Wheel()
        self._wheel.push(self._flat[slots], slots)
