"""Faults of whether and when messages go out: lost, doubled, late, out of order, old ones again.

Rule: what is held back is bounded, and goes out at a moment that its message's own time fixes.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from simulator.faults.load import Load, on_grid
from simulator.faults.stage import Passed, Stage
from simulator.faults.timeline import Spell
from simulator.lot.faults import Duplicate, Late, Loss, Reorder, Replay

OLD = 1 << 10  # copies of messages from here on are old ones, so that they draw other values


class Losing(Stage):
    def __init__(self, spell: Spell, fault: Loss) -> None:  # noqa: ARG002
        super().__init__(spell)

    def meet(self, load: Load, passed: Passed) -> None:
        passed.lost.append((load.changed(self.title), f"fault: {self.title}"))


class Doubling(Stage):
    def __init__(self, spell: Spell, fault: Duplicate) -> None:
        super().__init__(spell)
        self._copies, self._after = fault.copies, fault.after

    def meet(self, load: Load, passed: Passed) -> None:
        passed.loads.append(load)
        for number in range(1, self._copies + 1):
            copy = load.more(number).changed(self.title)
            if self._after.middle:
                copy = copy.at(copy.due + self.waits(copy, self._after, "after"))
            passed.loads.append(copy)


class Delaying(Stage):
    def __init__(self, spell: Spell, fault: Late) -> None:
        super().__init__(spell)
        self._by = fault.by

    def meet(self, load: Load, passed: Passed) -> None:
        late = load.changed(self.title)
        passed.loads.append(late.at(late.due + self.waits(late, self._by, "by")))


class Replaying(Stage):
    """Remembers the last messages of the mocks that it meets, and no others."""

    def __init__(self, spell: Spell, fault: Replay) -> None:
        super().__init__(spell)
        self._memory = fault.memory
        self._old: dict[int, deque[Load]] = {}  # by row

    def pass_on(self, load: Load, passed: Passed) -> None:
        passed.loads.append(load)
        met = self._mask[load.batch.rows]
        hit = self._hit(load)
        if not met.any():
            return
        which = self.uniform(load, "which")
        for place, single in enumerate(load.singles()):
            if met[place]:
                if hit[place]:
                    self._again(single, float(which[place]), passed)
                self._keep(single)

    def meet(self, load: Load, passed: Passed) -> None:
        raise NotImplementedError("all that passes is remembered, so nothing is parted")

    def kept(self) -> list[Load]:
        return [load for old in self._old.values() for load in old]

    def take_back(self, loads: Sequence[Load]) -> None:
        for load in loads:
            self._keep(load)

    def _again(self, single: Load, which: float, passed: Passed) -> None:
        old = self._old.get(int(single.batch.rows[0]))
        if old:
            again = old[int(which * len(old))]
            number = OLD + int(single.batch.sequences[0])
            passed.loads.append(again.more(number).at(single.due).changed(self.title))

    def _keep(self, single: Load) -> None:
        row = int(single.batch.rows[0])
        self._old.setdefault(row, deque(maxlen=self._memory)).append(single)


class Shuffling(Stage):
    """Holds messages of each mock back until ``window`` are together, or the first has waited."""

    def __init__(self, spell: Spell, fault: Reorder) -> None:
        super().__init__(spell)
        self._window, self._within = fault.window, fault.within
        self._held: dict[int, list[Load]] = {}  # by row
        # Until when a row's first message waits, the earliest first. A row that was let go before
        # stays until its time has come: to look at all rows in each tick cost 0.8 ms for 350.
        self._ends: list[tuple[float, int]] = []

    def meet(self, load: Load, passed: Passed) -> None:
        for single in load.singles():
            row = int(single.batch.rows[0])
            held = self._held.setdefault(row, [])
            held.append(single)
            if len(held) == 1:
                heapq.heappush(self._ends, (self._until(held), row))
            if len(held) >= self._window:
                self._let_go(row, float(single.due[0]), passed)

    def next_due(self) -> float:
        self._forget()
        return self._ends[0][0] if self._ends else math.inf

    def release(self, t: float, passed: Passed) -> None:
        self._forget()
        while self._ends and self._ends[0][0] <= t:
            until, row = heapq.heappop(self._ends)
            last = float(self._held[row][-1].due[0])
            self._let_go(row, last if t == np.inf else until, passed)
            self._forget()

    def kept(self) -> list[Load]:
        return [load for held in self._held.values() for load in held]

    def take_back(self, loads: Sequence[Load]) -> None:
        for load in loads:
            row = int(load.batch.rows[0])
            self._held.setdefault(row, []).append(load)
        self._ends = [(self._until(held), row) for row, held in self._held.items()]
        heapq.heapify(self._ends)

    def _forget(self) -> None:
        """Take out ends of what was let go before; then the first is one that counts."""
        while self._ends and self._is_over(*self._ends[0]):
            heapq.heappop(self._ends)

    def _is_over(self, until: float, row: int) -> bool:
        held = self._held.get(row)
        return held is None or self._until(held) != until

    def _until(self, held: list[Load]) -> float:
        return on_grid(float(held[0].due[0]) + self._within)

    def _let_go(self, row: int, t: float, passed: Passed) -> None:
        held = self._held.pop(row)
        draws = [float(self.uniform(each, "order")[0]) for each in held]
        order = sorted(range(len(held)), key=draws.__getitem__)
        if order == sorted(order):  # it was to be another one
            order = order[1:] + order[:1]
        for place in order:
            moved = held[place].at(np.maximum(held[place].due, t))
            passed.loads.append(moved.changed(self.title))
