"""What faults make of the connections of mocks: who is cut off when, and what is wrong with whose.

Rule: told the time, opens no socket; it says what is to be done, and whoever has the connections
does it.
"""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import numpy as np

from simulator import randomness
from simulator.faults.crowd import Mask
from simulator.faults.load import on_grid
from simulator.faults.timeline import Spell
from simulator.impairment import Impairment
from simulator.lot.fault import Fault
from simulator.lot.faults import Drop, Flapping, Latency, Offline, Silence, SlowReader, Storm

Kind = TypeVar("Kind", bound=Fault)

STORM_RETRY = 0.1  # s between attempts of one who does not back off: ten a second of each mock


@dataclass(frozen=True, slots=True)
class Cut:
    """A connection is to be cut, without a word. ``back``: s until the mock tries again; None: as
    after any loss."""

    row: int
    why: str
    back: float | None = None


@dataclass(slots=True)
class Deeds:
    """What is to be done to connections, first what ``states`` says and then the cuts.

    A state of None is none at all: the mock is well again.
    """

    states: dict[int, Impairment | None]
    cuts: list[Cut]


class Connections:
    """The faults of connections that are in force, on so many rows."""

    def __init__(self, rows: int) -> None:
        self._spells: list[tuple[Spell, Mask]] = []
        self._seeds: dict[Spell, list[int]] = {}
        self._down: dict[Spell, Mask] = {}  # of those that flap, who is down
        # When on the grid, which first, of what, when exactly, which row, whether it goes down.
        self._flips: list[tuple[float, int, Spell, float, int, bool]] = []
        self._ties = count()
        self._rows = rows

    def next_due(self) -> float:
        """When one that flaps goes or comes next, s since the run's start; inf: none does."""
        return self._flips[0][0] if self._flips else math.inf

    def begin(self, spell: Spell) -> Deeds:
        """Put a spell in force."""
        if _lasts(spell):
            self._spells.append((spell, spell.mask))
            self._seeds[spell] = spell.keys("delay").tolist()
            self._spells.sort(key=lambda each: each[0].order)
        cuts: list[Cut] = []
        fault, why = spell.fault, f"fault: {spell.fault.title}"
        if isinstance(fault, Flapping):
            self._down[spell] = np.zeros(self._rows, dtype=bool)
            self._plan(spell, fault)
        elif isinstance(fault, Storm):
            backs = fault.within * _drawn(spell, "back")
            cuts = [Cut(row, why, back) for row, back in _pairs(spell, backs)]
        elif isinstance(fault, Drop | Offline):
            cuts = [Cut(row, why) for row in spell.rows.tolist()]
        return Deeds(self._states(spell.rows.tolist()), cuts)

    def end(self, spell: Spell) -> Deeds:
        """Take a spell out of force."""
        self._spells = [each for each in self._spells if each[0] is not spell]
        self._down.pop(spell, None)
        self._seeds.pop(spell, None)
        self._flips = [each for each in self._flips if each[2] is not spell]
        heapq.heapify(self._flips)
        return Deeds(self._states(spell.rows.tolist()), [])

    def pass_to(self, t: float) -> Deeds:
        """Let those go and come that flap, up to a time."""
        cuts: dict[int, Cut] = {}
        rows: list[int] = []
        while self._flips and self._flips[0][0] <= t:
            _, _, spell, at, row, goes = heapq.heappop(self._flips)
            fault = spell.fault
            assert isinstance(fault, Flapping)
            self._down[spell][row] = goes
            gap = fault.period * (fault.down if goes else 1.0 - fault.down)
            if gap > 0:
                self._flip(spell, at + gap, row, goes=not goes)
            rows.append(row)
            if goes:
                cuts[row] = Cut(row, f"fault: {fault.title}")
        return Deeds(self._states(rows), list(cuts.values()))

    def _plan(self, spell: Spell, fault: Flapping) -> None:
        phases = np.zeros(len(spell.rows)) if fault.together else _drawn(spell, "phase")
        for row, phase in _pairs(spell, phases * fault.period):
            self._flip(spell, spell.begin + phase, row, goes=True)

    def _flip(self, spell: Spell, at: float, row: int, *, goes: bool) -> None:
        heapq.heappush(self._flips, (on_grid(at), next(self._ties), spell, at, row, goes))

    def _states(self, rows: Iterable[int]) -> dict[int, Impairment | None]:
        return {row: self._state(row) for row in dict.fromkeys(rows)}

    def _state(self, row: int) -> Impairment | None:
        """Return what is wrong with a mock's connection now."""
        spells = [spell for spell, mask in self._spells if mask[row]]
        if not spells:
            return None
        faults = [spell.fault for spell in spells]
        slow = list(_of(SlowReader, faults))
        late = list(_of(Latency, faults))
        away = [spell for spell in spells if self._is_away(spell, row)]
        return Impairment(
            is_silent=any(_of(Silence, faults)),
            reads=min((each.rate for each in slow), default=math.inf),
            window=min((each.window for each in slow), default=None),
            sent=_summed([(each.sent.middle, each.sent.spread) for each in late]),
            received=_summed([(each.received.middle, each.received.spread) for each in late]),
            seed=self._seeds[spells[0]][row],
            is_away=bool(away),
            retry=STORM_RETRY if any(_of(Storm, faults)) else None,
            why=f"fault: {away[0].fault.title}" if away else "",
        )

    def _is_away(self, spell: Spell, row: int) -> bool:
        down = self._down.get(spell)
        return isinstance(spell.fault, Drop | Offline) if down is None else bool(down[row])


def _lasts(spell: Spell) -> bool:
    kinds = (Drop, Silence, Storm, Flapping, SlowReader, Latency, Offline)
    return isinstance(spell.fault, kinds) and spell.end > spell.begin


def _of(kind: type[Kind], faults: Sequence[Fault]) -> Iterator[Kind]:
    return (each for each in faults if isinstance(each, kind))


def _summed(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(middle for middle, _ in pairs), sum(spread for _, spread in pairs)


def _drawn(spell: Spell, purpose: str) -> randomness.FloatArray:
    """Return a value from 0 to below 1 for each row of a spell."""
    keys = spell.keys(purpose)[spell.rows]
    return randomness.uniform(keys, np.zeros(len(keys), dtype=np.int64))


def _pairs(spell: Spell, values: randomness.FloatArray) -> Iterator[tuple[int, float]]:
    return zip(spell.rows.tolist(), values.tolist(), strict=True)
