"""A timer wheel whose entries are numbers in arrays: a due time and a slot.

Rule: no Python object per entry, and no look at an entry before its bucket is reached. Entries are
never taken back; whoever pushes keeps the time that counts for a slot, and drops what comes out
with another.
"""

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
Slots = NDArray[np.int64]

# Seconds a bucket of each level covers. Those of the finest level are sorted when they are opened;
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
        self.earliest = min(self.earliest, float(times[0] if len(times) == 1 else times.min()))


class Wheel:
    """Entries (time in s, slot), given back in order of time, then slot.

    Times are finite; they may lie in the past, then they come out at the next ``pop``.
    """

    def __init__(self) -> None:
        self._levels: tuple[dict[int, _Bucket], ...] = tuple({} for _ in WIDTHS)
        # Number of the latest bucket of each level that has been opened.
        self._blocks = [-1.0] * len(WIDTHS)
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
        if len(times) == 1:
            self._place_one(times, slots)
        else:
            self._place(times, slots)

    def pop(self, t: float, limit: int) -> tuple[Times, Slots]:
        """Take out the earliest entries that are due at ``t`` or before, ``limit`` at most."""
        self._open(t)
        end = min(int(self._times.searchsorted(t, side="right")), limit)
        taken = self._times[:end], self._slots[:end]
        self._times, self._slots = self._times[end:], self._slots[end:]
        self._count -= end
        return taken

    def next_due(self) -> float:
        """The earliest time in the wheel, in s; inf when it is empty."""
        if len(self._times):
            return float(self._times[0])
        for level in self._levels:
            if level:
                return float(level[min(level)].earliest)
        return float("inf")

    def _open(self, t: float) -> None:
        """Open every bucket that begins at ``t`` or before, and place what was in them anew."""
        times, slots = [], []
        for depth, level in enumerate(self._levels):
            block = t // WIDTHS[depth]
            if block <= self._blocks[depth]:
                break  # nor does a coarser bucket begin
            self._blocks[depth] = block
            for number in [number for number in level if number <= block]:
                bucket = level.pop(number)
                times += bucket.times
                slots += bucket.slots
        if len(times) == 1 == len(times[0]):
            self._place_one(times[0], slots[0])
        elif times:
            self._place(np.concatenate(times), np.concatenate(slots))

    def _place(self, times: Times, slots: Slots) -> None:
        """Put entries where their time belongs: the open bucket, or the coarsest level it needs."""
        latest = float(times.max())
        for depth in reversed(range(len(WIDTHS))):
            if latest // WIDTHS[depth] <= self._blocks[depth]:
                continue
            numbers = np.floor_divide(times, WIDTHS[depth])
            later = numbers > self._blocks[depth]
            if later.all():
                _scatter(self._levels[depth], numbers, times, slots)
                return
            _scatter(self._levels[depth], numbers[later], times[later], slots[later])
            times, slots = times[~later], slots[~later]
            latest = float(times.max())
        self._merge(times, slots)

    def _place_one(self, times: Times, slots: Slots) -> None:
        """Put a single entry where its time belongs, without a look at a column."""
        t = float(times[0])
        for depth in reversed(range(len(WIDTHS))):
            number = t // WIDTHS[depth]
            if number > self._blocks[depth]:
                self._levels[depth].setdefault(int(number), _Bucket()).add(times, slots)
                return
        self._merge(times, slots)

    def _merge(self, times: Times, slots: Slots) -> None:
        if len(self._times):
            times = np.concatenate((self._times, times))
            slots = np.concatenate((self._slots, slots))
        self._times, self._slots = _ordered(times, slots)


def _scatter(level: dict[int, _Bucket], numbers: Times, times: Times, slots: Slots) -> None:
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
    if len(times) == 1:
        return times, slots
    order = np.argsort(times)
    ordered = times[order]
    if (ordered[1:] == ordered[:-1]).any():  # rare; the quick sort above leaves ties as they fall
        order = np.lexsort((slots, times))
        ordered = times[order]
    return ordered, slots[order]
