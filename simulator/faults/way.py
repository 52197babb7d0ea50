"""The way of messages from their fleet to the exchange, through all faults that meet them.

Rule: told the time. Faults act in their order, each on what the one before has left. What goes out
later waits here; how much is bounded, and what finds no room is lost with the reason.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.faults.load import Load, columns_of_loads, loads_of, size_of
from simulator.faults.spoiling import Corrupting, Filling, Misdirecting, Misshaping, Truncating
from simulator.faults.stage import Mark, Passed, Stage
from simulator.faults.timeline import Spell
from simulator.faults.timing import Delaying, Doubling, Losing, Replaying, Shuffling
from simulator.fleet import Batch
from simulator.fleet.checkpoint import part_of, under
from simulator.lot.fault import Fault
from simulator.lot.faults import (
    ClockSkew,
    Corrupt,
    Duplicate,
    Frozen,
    Late,
    Latency,
    Loss,
    Oversize,
    Reorder,
    Replay,
    Silence,
    SlowReader,
    Truncate,
    WrongSchema,
    WrongTopic,
)

MAX_HELD = 50_000  # messages of a shard that go out later; with some 200 bytes each about 100 MB
SLACK = 1e-6  # s; what a sum of times may be off, long below the grid
MAX_HELD_BYTES = 64_000_000  # of their payloads and addresses

NO_ROOM = f"fault: more than {MAX_HELD:,} messages or {MAX_HELD_BYTES // 1_000_000} MB held back"

_STAGES: dict[type[Fault], Callable[[Spell, Any], Stage]] = {
    Loss: Losing,
    Duplicate: Doubling,
    Reorder: Shuffling,
    Late: Delaying,
    Replay: Replaying,
    Truncate: Truncating,
    Corrupt: Corrupting,
    WrongSchema: Misshaping,
    Oversize: Filling,
    WrongTopic: Misdirecting,
    **dict.fromkeys(
        (Silence, SlowReader, Latency, ClockSkew, Frozen), lambda spell, _: Mark(spell)
    ),
}

Lost = list[tuple[Batch, str]]


class Way:
    """All messages of a shard pass here while a fault is in force, or something is held back."""

    def __init__(self) -> None:
        self._stages: list[Stage] = []
        self._held: list[tuple[float, int, Load]] = []
        self._bytes = 0
        self._ties = count()

    def begin(self, spell: Spell) -> None:
        """Put a spell in force, if it is one of messages."""
        make = _STAGES.get(type(spell.fault))
        if make is not None:
            self._stages.append(make(spell, spell.fault))
            self._stages.sort(key=lambda stage: stage.spell.order)

    def end(self, spell: Spell, t: float) -> tuple[list[Batch], Lost]:
        """End a spell at ``t``; return what it held back till then, and what is lost of that."""
        for place, stage in enumerate(self._stages):
            if stage.spell is spell:
                passed = Passed()
                stage.release(math.inf, passed)
                passed.loads = [load.at(np.full(len(load), t)) for load in passed.loads]
                del self._stages[place]
                return self._on_from(place, passed, now=-math.inf)
        return [], []

    def pass_on(self, batches: Iterable[Batch], now: float) -> tuple[list[Batch], Lost]:
        """Return what is to be sent of some batches, and what never is, with the reasons."""
        sends: list[Batch] = []
        lost: Lost = []
        for batch in batches:
            out, gone = self._on_from(0, Passed([Load.of(batch)]), now)
            sends += out
            lost += gone
        return sends, lost

    def release(self, now: float) -> tuple[list[Batch], Lost]:
        """Return what goes out of what was held back, in order of time."""
        sends: list[Batch] = []
        lost: Lost = []
        for place, stage in enumerate(self._stages):
            if stage.next_due() <= now:
                passed = Passed()
                stage.release(now, passed)
                out, gone = self._on_from(place + 1, passed, now)
                sends += out
                lost += gone
        while self._held and self._held[0][0] <= now:
            _, _, load = heapq.heappop(self._held)
            self._bytes -= size_of(load)
            sends.append(load.batch)
        return sends, lost

    @property
    def is_idle(self) -> bool:
        """Whether messages need not pass here."""
        return not self._stages and not self._held

    def next_due(self) -> float:
        """When something held back goes out next, s since the run's start; inf: nothing is."""
        first = self._held[0][0] if self._held else math.inf
        return min([first, *(stage.next_due() for stage in self._stages)])

    def clear(self) -> list[Batch]:
        """Take out all that is held back; nothing is sent any more."""
        passed = Passed()
        for stage in self._stages:
            stage.release(math.inf, passed)
        held = [load.batch for _, _, load in sorted(self._held)] + [
            each.batch for each in passed.loads
        ]
        self._held, self._bytes = [], 0
        return held

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what is held back, and what the stages remember, as columns."""
        held = [load for _, _, load in sorted(self._held)]
        found = under("held", columns_of_loads(held)) if held else {}
        for stage in self._stages:
            if kept := stage.kept():
                found |= under(stage.spell.name, columns_of_loads(kept))
        return found

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave; the spells in force have begun here already."""
        if held := part_of(state, "held"):
            for load in loads_of(held):
                heapq.heappush(self._held, (float(load.due[0]), next(self._ties), load))
                self._bytes += size_of(load)
        for stage in self._stages:
            if kept := part_of(state, stage.spell.name):
                stage.take_back(loads_of(kept))

    def _on_from(self, place: int, passed: Passed, now: float) -> tuple[list[Batch], Lost]:
        """Let loads through the stages from a place on; keep what is to go out later."""
        loads, lost = passed.loads, list(passed.lost)
        for stage in self._stages[place:]:
            through = Passed()
            for load in loads:
                stage.pass_on(load, through)
            loads = through.loads
            lost += through.lost
        sends = [out for load in loads for out in self._parted(load, now, lost)]
        return sends, [(load.batch, why) for load, why in lost]

    def _parted(self, load: Load, now: float, lost: list[tuple[Load, str]]) -> list[Batch]:
        """Return what of a load goes out now; hold the rest back."""
        early = load.due <= now + SLACK
        if early.all():
            return [load.kept().batch]
        for single in load.only(~early).singles():
            size = size_of(single)
            if len(self._held) >= MAX_HELD or self._bytes + size > MAX_HELD_BYTES:
                lost.append((single, NO_ROOM))
                continue
            self._bytes += size
            heapq.heappush(self._held, (float(single.due[0]), next(self._ties), single.kept()))
        return [load.only(early).kept().batch] if early.any() else []
