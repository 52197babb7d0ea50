"""The most that a shard sends: of each mock, and of all of them, in messages/s.

Rule: told the time. What is too much waits for its turn, in order; the wait is held on purpose, and
is no lateness. What finds no room to wait is handed back.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet import Batch
from simulator.fleet.checkpoint import part_of, under
from simulator.fleet.packing import batches_of, columns_of
from simulator.lot.pace import Pace
from simulator.randomness import FloatArray, IntArray
from simulator.transports.valve import next_slot

MAX_WAITING = 20_000  # messages of a shard that wait for their turn; some 10 MB of telemetry
GRID = 0.01  # s; turns are given out in steps of it, a tick of the tower
NO_ROOM = f"not sent: {MAX_WAITING:,} messages wait for the lot's send rate already"
ENDED_WAITING = "run ended with the message waiting for the lot's send rate"


class Waiting:
    """Messages that wait for a moment each, in s of the run."""

    def __init__(self) -> None:
        self._count = 0
        self._ticks: list[int] = []  # a heap
        self._batches: dict[int, list[Batch]] = {}

    def __len__(self) -> int:
        return self._count

    def next_due(self) -> float:
        """When the first is due; inf: none waits."""
        return self._ticks[0] * GRID if self._ticks else math.inf

    def put(self, batch: Batch, moments: FloatArray, now: float) -> None:
        """Let each message of a batch wait until its moment, and note that it is held so long."""
        ticks = np.ceil(moments / GRID - 1e-6).astype(np.int64)
        held = batch.held if batch.held is not None else np.zeros(len(batch))
        batch = replace(batch, held=held + np.maximum(ticks * GRID - now, 0.0))
        self._count += len(batch)
        for tick in np.unique(ticks).tolist():
            if tick not in self._batches:
                heapq.heappush(self._ticks, tick)
            self._batches.setdefault(tick, []).append(batch.only(ticks == tick))

    def due(self, now: float) -> list[Batch]:
        """Take out what is due."""
        batches: list[Batch] = []
        while self._ticks and self.next_due() <= now:
            batches += self._batches.pop(heapq.heappop(self._ticks))
        self._count -= sum(map(len, batches))
        return batches

    def unplanned(self, now: float) -> list[Batch]:
        """Take out all that waits, in order, as held until ``now`` alone: it gets other moments."""
        batches = [
            _released(batch, tick * GRID - now)
            for tick in sorted(self._batches)
            for batch in self._batches[tick]
        ]
        self._ticks, self._batches, self._count = [], {}, 0
        return batches

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that waits, as columns."""
        parts = [(tick, each) for tick in sorted(self._batches) for each in self._batches[tick]]
        ticks = np.array([tick for tick, _ in parts], dtype=np.int64)
        return {"ticks": ticks, **columns_of([batch for _, batch in parts])}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave."""
        for tick, batch in zip(state["ticks"].tolist(), batches_of(state), strict=True):
            if tick not in self._batches:
                heapq.heappush(self._ticks, tick)
            self._batches.setdefault(tick, []).append(batch)
            self._count += len(batch)


class Caps:
    """Both caps of a shard, one behind the other: a mock's own, then that of all mocks."""

    def __init__(self, pace: Pace, *, first: int, count: int, total: int) -> None:
        """
        Args:
            pace: The lot's. A shard has its share of the rate, ``count`` of ``total``, and sends at
                moments of a grid in which its first mock's place is its phase: so the shards of a
                run take turns, wherever they run.
            first: Number of the shard's first mock in the lot.
            count: Mocks of the shard.
            total: Mocks of the lot.
        """
        self._gap = 1.0 / pace.mock_rate if pace.mock_rate else 0.0  # s
        self._own_slot = total / (pace.send_rate * count) if pace.send_rate else 0.0  # s
        self._slot = self._own_slot  # more, while ``slow`` says so
        self._phase = self._slot * first / total  # s
        self._free = np.full(count, -math.inf)  # s; when each mock may send again
        self._next = -math.inf  # s; when the shard may send again
        self._for_own = Waiting()
        self._for_all = Waiting()
        self.is_used = bool(self._gap or self._slot)

    def slow(self, gap: float, now: float) -> tuple[list[Batch], list[Batch]]:
        """Let at least ``gap`` s pass between two messages of the shard; 0: as the pace has it.

        What waits by a slower pace waits no longer for it: return what of it goes now, and what
        finds no room to wait on.
        """
        before, self._slot = self._slot, max(self._own_slot, gap)
        refused: list[Batch] = []
        going: list[Batch] = []
        if self._slot < before:
            self._next = -math.inf
            going = self._all(self._for_all.unplanned(now), now, refused)
        self.is_used = bool(self._gap or self._slot or self.waiting)
        return going, refused

    def next_due(self) -> float:
        """When something that waits is due, s of the run; inf: never."""
        return min(self._for_own.next_due(), self._for_all.next_due())

    def take(self, batches: Sequence[Batch], now: float) -> tuple[list[Batch], list[Batch]]:
        """Return what of some messages goes now, and what finds no room to wait."""
        refused: list[Batch] = []
        at_once = [each for batch in batches for each in self._own(batch, now, refused)]
        return self._all(at_once, now, refused), refused

    def due(self, now: float) -> tuple[list[Batch], list[Batch]]:
        """Return what waited and goes now, and what finds no room to wait on."""
        refused: list[Batch] = []
        going = self._for_all.due(now)
        return going + self._all(self._for_own.due(now), now, refused), refused

    def clear(self) -> list[Batch]:
        """Take out all that waits."""
        return self._for_all.due(math.inf) + self._for_own.due(math.inf)

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._for_own) + len(self._for_all)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what waits and when each may send again; nothing where there is no cap."""
        if not self.is_used:
            return {}
        own, every = under("own", self._for_own.state()), under("all", self._for_all.state())
        return {"free": self._free.copy(), "next": np.array([self._next]), **own, **every}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same shard gave."""
        self.is_used = True
        self._free[:], self._next = state["free"], float(state["next"][0])
        self._for_own.restore(part_of(state, "own"))
        self._for_all.restore(part_of(state, "all"))

    def _own(self, batch: Batch, now: float, refused: list[Batch]) -> list[Batch]:
        """Let those wait whose mocks have just sent."""
        if not self._gap:
            return [batch]
        behind = ranks(batch.rows) if batch.devices is not None else 0
        moments: FloatArray = np.maximum(now, self._free[batch.rows]) + behind * self._gap
        return self._sorted_out(batch, moments, now, refused, self._for_own)

    def _all(self, batches: Sequence[Batch], now: float, refused: list[Batch]) -> list[Batch]:
        """Let those wait that are more than the shard's rate allows."""
        if not self._slot:
            return list(batches)
        going = []
        for batch in batches:
            begin = next_slot(self._next, now, gap=self._slot, phase=self._phase)
            moments = np.arange(len(batch), dtype=np.float64) * self._slot + begin
            going += self._sorted_out(batch, moments, now, refused, self._for_all)
        return going

    def _sorted_out(
        self,
        batch: Batch,
        moments: FloatArray,
        now: float,
        refused: list[Batch],
        waiting: Waiting,
    ) -> list[Batch]:
        """Put into ``waiting`` what has its moment later, and return what goes now."""
        later = moments > now
        room = MAX_WAITING - self.waiting
        kept = ~later | (np.cumsum(later) <= room)
        if not kept.all():
            refused.append(batch.only(~kept))
            batch, moments, later = batch.only(kept), moments[kept], later[kept]
        if waiting is self._for_own:
            np.maximum.at(self._free, batch.rows, moments + self._gap)
        elif len(moments):
            self._next = float(moments[-1]) + self._slot
        if not later.any():
            return [batch] if len(batch) else []
        waiting.put(batch.only(later), moments[later], now)
        return [batch.only(~later)] if not later.all() else []


def _released(batch: Batch, early: float) -> Batch:
    """Return a batch that is held ``early`` s less than was planned; below 0: it is not."""
    if batch.held is None or early <= 0:
        return batch
    return replace(batch, held=np.maximum(batch.held - early, 0.0))


def ranks(rows: IntArray) -> IntArray:
    """Return how many of the same row stand before each."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    first = np.repeat(starts, np.diff(starts, append=len(rows)))
    ranks = np.empty(len(rows), dtype=np.int64)
    ranks[order] = np.arange(len(rows)) - first
    return ranks
