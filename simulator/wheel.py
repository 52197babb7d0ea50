"""A timer wheel whose entries are numbers in arrays: a due time and a slot.

Rule: no Python object per entry, and no look at an entry before its bucket is reached. Entries are
never taken back; whoever pushes keeps the time that counts for a slot, and drops what comes out
with another.
"""

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
Slots = NDArray[np.int64]

# Seconds a bucket of each level covers. A bucket of the finest level is sorted when it is reached;
# 64 of one level make a bucket of the next, so that a push touches at most 64 + 64 buckets and a
# timer of 90 days moves three times in its life.
WIDTHS = (0.25, 16.0, 1024.0)

_NO_TIMES: Times = np.empty(0, dtype=np.float64)
_NO_SLOTS: Slots = np.empty(0, dtype=np.int64)


class _Bucket:
    """Unsorted entries of one span of time, and the earliest of them."""

    __slots__ = ("earliest", "slots", "times")

    def __init__(self) -> None:
        self.times: list[Times] = []
        self.slots: list[Slots] = []
        self.earliest = np.inf

    def add(self, times: Times, slots: Slots) -> None:
        self.times.append(times)
        self.slots.append(slots)
        self.earliest = min(self.earliest, float(times.min()))

    def entries(self) -> tuple[Times, Slots]:
        if len(self.times) == 1:
            return self.times[0], self.slots[0]
        return np.concatenate(self.times), np.concatenate(self.slots)


class Wheel:
    """Entries (time in s, slot), given back in order of time, then slot.

    Times are finite; they may lie in the past, then they come out at the next ``pop``.
    """

    def __init__(self) -> None:
        self._levels: tuple[dict[int, _Bucket], ...] = tuple({} for _ in WIDTHS)
        self._blocks = [-1] * len(WIDTHS)  # number of the bucket of each level that is in work
        self._times = _NO_TIMES  # the open bucket, sorted
        self._slots = _NO_SLOTS
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def push(self, times: Times, slots: Slots) -> None:
        """Add entries. The arrays belong to the wheel from now on."""
        if not len(times):
            return
        self._count += len(times)
        self._place(times, slots)

    def pop(self, t: float, limit: int) -> tuple[Times, Slots]:
        """Take out the earliest entries that are due at ``t`` or before, ``limit`` at most."""
        times, slots = self._take(t, limit)
        parts = [(times, slots)]
        taken = len(times)
        while taken < limit and not len(self._times) and self._open_next(t):
            times, slots = self._take(t, limit - taken)
            parts.append((times, slots))
            taken += len(times)
        self._count -= taken
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([part[0] for part in parts]), np.concatenate([p[1] for p in parts])

    def next_due(self) -> float:
        """The earliest time in the wheel, in s; inf when it is empty."""
        if len(self._times):
            return float(self._times[0])
        for level in self._levels:
            if level:
                return float(level[min(level)].earliest)
        return float("inf")

    def _take(self, t: float, limit: int) -> tuple[Times, Slots]:
        end = min(int(np.searchsorted(self._times, t, side="right")), limit)
        taken = self._times[:end], self._slots[:end]
        self._times, self._slots = self._times[end:], self._slots[end:]
        return taken

    def _open_next(self, t: float) -> bool:
        """Open the next bucket that holds anything, if it begins at ``t`` or before."""
        for depth, level in enumerate(self._levels):
            if not level:
                continue
            number = min(level)
            if number * WIDTHS[depth] > t:
                return False
            self._blocks[depth] = number
            entries = level.pop(number).entries()
            if depth == 0:
                self._times, self._slots = _ordered(*entries)
                return True
            self._place(*entries)
            return self._open_next(t)
        return False

    def _place(self, times: Times, slots: Slots) -> None:
        """Put entries where their time belongs: the open bucket, or the coarsest level it needs."""
        for depth in reversed(range(1, len(WIDTHS))):
            if not len(times):
                return
            numbers = np.floor_divide(times, WIDTHS[depth])
            later = numbers > self._blocks[depth]
            if later.any():
                _scatter(self._levels[depth], numbers[later], times[later], slots[later])
                times, slots = times[~later], slots[~later]
        numbers = np.floor_divide(times, WIDTHS[0])
        later = numbers > self._blocks[0]
        if later.all():
            _scatter(self._levels[0], numbers, times, slots)
            return
        _scatter(self._levels[0], numbers[later], times[later], slots[later])
        self._merge(times[~later], slots[~later])

    def _merge(self, times: Times, slots: Slots) -> None:
        if len(self._times):
            times = np.concatenate((self._times, times))
            slots = np.concatenate((self._slots, slots))
        self._times, self._slots = _ordered(times, slots)


def _scatter(level: dict[int, _Bucket], numbers: Times, times: Times, slots: Slots) -> None:
    if not len(times):
        return
    first = numbers[0]
    if (numbers == first).all():
        level.setdefault(int(first), _Bucket()).add(times, slots)
        return
    order = np.argsort(numbers, kind="stable")
    numbers, times, slots = numbers[order], times[order], slots[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=-np.inf)).tolist()
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        bucket = level.setdefault(int(numbers[start]), _Bucket())
        bucket.add(times[start:end].copy(), slots[start:end].copy())  # no view keeps the whole


def _ordered(times: Times, slots: Slots) -> tuple[Times, Slots]:
    order = np.argsort(times)
    ordered = times[order]
    if (ordered[1:] == ordered[:-1]).any():  # rare; the quick sort above leaves ties as they fall
        order = np.lexsort((slots, times))
        ordered = times[order]
    return ordered, slots[order]
