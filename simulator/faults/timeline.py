"""When faults begin and end, and on whom: a lot's list and those put in by hand, in order of time.

Rule: told the time. What happens is a function of the faults, the run's seed and the mocks' own
numbers and statuses; the steps in which it is asked for do not show.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from simulator.errors import DefinitionError
from simulator.faults.crowd import Crowd, Mask
from simulator.lot.fault import Fault
from simulator.lot.faults import MAX_FAULTS, Storm, fault_of
from simulator.randomness import IntArray, KeyArray

MAX_SPANS = 500  # that are remembered for charts; older ones are forgotten first
_HAND = "hand."


@dataclass(slots=True, eq=False)
class Spell:
    """One time that a fault is in force on some mocks of a shard.

    ``order`` is its place among those that meet the same mock: lower acts first.
    """

    fault: Fault
    place: str  # its position in the lot's list, or "hand." and its name
    turn: int  # which of its repetitions, from 0
    order: int
    begin: float  # s since the run's start
    end: float  # s; inf: to the end of the run
    rows: IntArray
    crowd: Crowd

    @property
    def name(self) -> str:
        """What its draws are named after."""
        return f"fault.{self.place}.{self.turn}"

    @property
    def mask(self) -> Mask:
        """Whether each row is met; a new array."""
        mask: Mask = np.zeros(self.crowd.count, dtype=bool)
        mask[self.rows] = True
        return mask

    def keys(self, purpose: str) -> KeyArray:
        """Return each row's key for one thing that this spell draws."""
        return self.crowd.keys(f"{self.name}.{purpose}")


class Change(NamedTuple):
    """A spell begins or ends."""

    t: float  # s since the run's start
    begins: bool
    spell: Spell


class Span(NamedTuple):
    """What a chart shows of a spell; the same in all shards but for ``mocks``."""

    place: str
    turn: int
    title: str
    fault: str
    begin: float  # s since the run's start
    end: float  # s; inf while its end is not known; equal to begin: it happened in a moment
    mocks: int  # of this shard that it meets


class Timeline:
    """All faults of a shard. ``active`` are the spells in force, in the order in which they act."""

    def __init__(self, faults: Sequence[Fault], crowd: Crowd) -> None:
        self.crowd = crowd
        self.active: list[Spell] = []
        self._spans: dict[tuple[str, int], Span] = {}
        self._faults = faults
        self._order = count(len(faults))
        self._ties = count()
        # When, ends before beginnings, in which order; then what.
        self._heap: list[tuple[float, bool, int, int, Spell | _Plan]] = []
        for place, fault in enumerate(faults):
            self._plan(_Plan(fault, str(place), place, fault.at), turn=0)

    def next_change(self) -> float:
        """When something begins or ends next, s since the run's start; inf: never."""
        return self._heap[0][0] if self._heap else math.inf

    def pass_to(self, t: float) -> list[Change]:
        """Return what begins and ends up to ``t``, in order of time, ends first.

        Whom a spell meets is found here; so it is to be called once the mocks are where they are
        at the moment of the next change.
        """
        changes: list[Change] = []
        while self._heap and self._heap[0][0] <= t:
            at, begins, _, _, what = heapq.heappop(self._heap)
            if isinstance(what, _Plan):
                self._begin(what, at, changes)
            elif what in self.active:
                self._end(what, at)
                changes.append(Change(at, begins, what))
        return changes

    def inject(self, fault: Fault, name: str, now: float) -> None:
        """Put a fault in by hand; it begins ``fault.at`` s after ``now`` and acts after all others.

        Raises:
            DefinitionError: One of this name is there already, or there are too many.
        """
        place, known = f"{_HAND}{name}", self._by_hand()
        if place in known:
            raise DefinitionError(f"a fault named {name!r} is there already")
        if len(known) >= MAX_FAULTS:
            raise DefinitionError(f"at most {MAX_FAULTS} faults are put into a run by hand")
        self._plan(_Plan(fault, place, next(self._order), now + fault.at), turn=0)

    def clear(self, name: str | None, now: float) -> list[Change]:
        """End a fault that was put in by hand, or, without a name, all faults; none comes again."""
        place = None if name is None else f"{_HAND}{name}"
        self._heap = [each for each in self._heap if place not in (None, each[4].place)]
        heapq.heapify(self._heap)
        gone = [spell for spell in self.active if place in (None, spell.place)]
        for spell in gone:
            self._end(spell, now)
        return [Change(now, False, spell) for spell in gone]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The last ``MAX_SPANS`` spells that began, oldest first."""
        return tuple(self._spans.values())

    def state(self) -> dict[str, Any]:
        """Return what is in force and what is to begin, as plain data."""
        plans = [what for *_, what in sorted(self._heap) if isinstance(what, _Plan)]
        return {
            "plans": [[p.place, p.order, p.first, p.turn, _said(p)] for p in plans],
            "active": [
                [s.place, s.turn, s.order, s.begin, s.end, s.rows.tolist(), _said(s)]
                for s in self.active
            ],
            "spans": [list(span) for span in self.spans],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what ``state`` of the same lot and mocks gave; nothing has begun before."""
        self._heap, self.active = [], []
        for place, order, first, turn, said in state["plans"]:
            self._plan(_Plan(self._fault(place, said), place, order, first), turn=turn)
        for place, turn, order, begin, end, rows, said in state["active"]:
            fault, met = self._fault(place, said), np.array(rows, dtype=np.int64)
            self._enforce(Spell(fault, place, turn, order, begin, end, met, self.crowd))
        self._spans = {(span[0], span[1]): Span(*span) for span in state["spans"]}
        orders = [entry[1] for entry in (*state["plans"], *state["active"])]
        self._order = count(max([len(self._faults) - 1, *orders]) + 1)

    def _fault(self, place: str, said: Any) -> Fault:
        return self._faults[int(place)] if said is None else fault_of(said)

    def _by_hand(self) -> set[str]:
        """Return the places of what was put in by hand and is not over."""
        there = [spell.place for spell in self.active] + [each[4].place for each in self._heap]
        return {place for place in there if place.startswith(_HAND)}

    def _plan(self, plan: "_Plan", turn: int) -> None:
        fault, at = plan.fault, plan.moment(turn)
        if turn and (fault.every is None or (fault.times is not None and turn >= fault.times)):
            return
        plan.turn = turn
        heapq.heappush(self._heap, (at, True, plan.order, next(self._ties), plan))

    def _begin(self, plan: "_Plan", at: float, changes: list[Change]) -> None:
        fault, turn = plan.fault, plan.turn
        draw = turn if fault.aim.anew else 0
        rows = self.crowd.met(fault.aim, f"fault.{plan.place}.{draw}.aim")
        spell = Spell(fault, plan.place, turn, plan.order, at, _end(fault, at), rows, self.crowd)
        self._remember(spell)
        self._plan(plan, turn + 1)
        if not len(rows):
            return
        changes.append(Change(at, True, spell))
        if spell.end > at:
            self._enforce(spell)

    def _enforce(self, spell: Spell) -> None:
        """Put a spell among those in force, until its end."""
        self.active.append(spell)
        self.active.sort(key=attrgetter("order"))
        if spell.end < math.inf:
            entry = (spell.end, False, spell.order, next(self._ties), spell)
            heapq.heappush(self._heap, entry)

    def _end(self, spell: Spell, at: float) -> None:
        self.active.remove(spell)
        spell.end = at
        key = (spell.place, spell.turn)
        if key in self._spans:
            self._spans[key] = self._spans[key]._replace(end=at)

    def _remember(self, spell: Spell) -> None:
        if len(self._spans) >= MAX_SPANS:
            del self._spans[next(iter(self._spans))]
        fault = spell.fault
        self._spans[spell.place, spell.turn] = Span(
            spell.place, spell.turn, fault.title, fault.fault, spell.begin, spell.end,
            len(spell.rows),
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class _Plan:
    """A fault that is still to begin, at least once more."""

    fault: Fault
    place: str
    order: int
    first: float  # s since the run's start
    turn: int = 0

    def moment(self, turn: int) -> float:
        return self.first + turn * (self.fault.every or 0.0)


def _said(what: Spell | _Plan) -> dict[str, Any] | None:
    """Return a fault that was put in by hand as plain data; None: the lot has it."""
    return what.fault.model_dump(mode="json") if what.place.startswith(_HAND) else None


def _end(fault: Fault, begin: float) -> float:
    if fault.lasts is not None:
        longer = fault.within if isinstance(fault, Storm) else 0.0
        return begin + longer + fault.lasts
    return begin if fault.is_moment else math.inf
