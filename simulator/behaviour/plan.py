"""A definition's statuses as numbers: who sends what how often, and how each status is left.

Rule: compiled once for a fleet; positions take the place of names, in the document's order. A
*level* is a status anywhere in the document; a *code* is the position of one that a mock can be in
itself, among these alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.behaviour.exits import Exit, exits_of, in_order
from simulator.definition.behaviour.nesting import Level, levels
from simulator.definition.behaviour.status import Action
from simulator.definition.document import Definition
from simulator.definition.expressions.expression import Expression
from simulator.definition.messages.interval import ComputedEvery, Pace
from simulator.definition.messages.message import Message
from simulator.definition.quantities.units import MAX_DURATION, Every
from simulator.randomness import FloatArray


class Sending(NamedTuple):
    """A message that a status sends, and how often."""

    message: int  # position
    interval: float  # s; NaN: computed
    spread: float  # s
    level: int  # that says so
    computed: ComputedEvery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What happens as a level is entered or left: first what is set, then what is sent."""

    sets: tuple[tuple[str, Expression], ...] = ()
    sends: tuple[int, ...] = ()  # positions of messages

    @classmethod
    def of(cls, action: Action, messages: list[str]) -> "Doing":
        """Compile an action."""
        return cls(
            sets=tuple(action.set.items()),
            sends=tuple(messages.index(name) for name in dict.fromkeys(action.send)),
        )

    def __bool__(self) -> bool:
        return bool(self.sets or self.sends)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPlan:
    """A status anywhere in the document."""

    name: str
    chain: tuple[int, ...]  # levels around it and itself, the outermost first
    initial: int  # code of the status that one who comes here is in
    exits: tuple[Exit, ...]  # its own
    enter: Doing
    leave: Doing
    has_history: bool
    restarts: bool

    @property
    def remembers_from(self) -> bool:
        """Whether it must know where its mocks came from."""
        return any(leaving.leads_back for leaving in self.exits)

    def counts(self, word: str) -> bool:
        """Whether one of its exits counts ``sends`` or ``fails`` since it was entered."""
        return any(getattr(leaving.trigger, word) is not None for leaving in self.exits)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlan:
    """One status that a mock can be in."""

    level: int
    sends: tuple[Sending, ...]
    exits: tuple[Exit, ...]  # its own and those of the levels around it, the first to go first
    is_connected: bool
    is_end: bool

    def waiting(self, kind: str) -> list[Exit]:
        """Return the exits with a trigger (``after``, ``at``, ``when``, ``on``, ...)."""
        return [leaving for leaving in self.exits if getattr(leaving.trigger, kind) is not None]

    @property
    def needs_checks(self) -> bool:
        """Whether it waits for a condition and sends nothing whose readings would show it."""
        return not self.sends and bool(self.waiting("when"))

    @property
    def timed(self) -> Exit | None:
        """The first of its own exits that goes off after a time; ``progress`` leads to it."""
        own = [leaving for leaving in self.waiting("after") if leaving.level == self.level]
        return own[0] if own else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All statuses of a definition; the first is the initial one."""

    statuses: tuple[StatusPlan, ...]
    levels: tuple[LevelPlan, ...]
    names: tuple[str, ...]  # of the statuses
    intervals: FloatArray  # s, [status, message]; inf where it is not sent, NaN where computed
    spreads: FloatArray  # s, [status, message]
    # message -> the statuses that compute its interval, and how
    computed: Mapping[int, tuple[tuple[int, ComputedEvery], ...]]
    slots: int  # of the exits' timers

    @property
    def busiest(self) -> float:
        """Messages/s of a mock in its busiest status; a computed interval counts as 0.1 s."""
        intervals = np.where(np.isnan(self.intervals), 0.1, self.intervals)
        return float(np.max(np.sum(1.0 / np.maximum(intervals, 1e-3), axis=1), initial=0.0))

    @classmethod
    def of(cls, definition: Definition, *, rate: float | None) -> "Plan":
        """Compile a definition.

        Args:
            definition: A sound one.
            rate: Messages/s that each mock is to send in every status that sends at all, over all
                messages of the status, in place of their own intervals and without spread.
        """
        tree = tuple(levels(definition.statuses).values())
        positions = {level.name: position for position, level in enumerate(tree)}
        codes = [level.name for level in tree if level.is_leaf]
        by_level = in_order([exits_of(level, positions) for level in tree], tree)
        messages = list(definition.messages)
        level_plans = tuple(
            _level(level, positions=positions, codes=codes, exits=exits, messages=messages)
            for level, exits in zip(tree, by_level, strict=True)
        )
        statuses = tuple(
            _status(definition, level, rate=rate, positions=positions, exits=by_level)
            for level in tree
            if level.is_leaf
        )
        intervals = np.full((len(statuses), len(messages)), np.inf)
        spreads = np.zeros_like(intervals)
        for code, plan in enumerate(statuses):
            for sending in plan.sends:
                intervals[code, sending.message] = sending.interval
                spreads[code, sending.message] = sending.spread
        return cls(
            statuses=statuses,
            levels=level_plans,
            names=tuple(codes),
            intervals=intervals,
            spreads=spreads,
            computed=_computed(statuses),
            slots=max((e.slot + 1 for exits in by_level for e in exits), default=0),
        )

    def chain(self, code: int) -> tuple[int, ...]:
        """Return the levels that a status lies in and its own, the outermost first."""
        return self.levels[self.statuses[code].level].chain


def _computed(
    statuses: Sequence[StatusPlan],
) -> dict[int, tuple[tuple[int, ComputedEvery], ...]]:
    found: dict[int, tuple[tuple[int, ComputedEvery], ...]] = {}
    for code, plan in enumerate(statuses):
        for sending in plan.sends:
            if sending.computed is not None:
                so_far = found.get(sending.message, ())
                found[sending.message] = (*so_far, (code, sending.computed))
    return found


def _level(
    level: Level,
    *,
    positions: dict[str, int],
    codes: list[str],
    exits: Sequence[Exit],
    messages: list[str],
) -> LevelPlan:
    first = level
    while not first.is_leaf:
        name, status = next(iter(first.status.statuses.items()))
        first = Level(name, status, first, ())
    return LevelPlan(
        name=level.name,
        chain=tuple(positions[each.name] for each in level.chain),
        initial=codes.index(first.name),
        exits=tuple(exits),
        enter=Doing.of(level.status.enter, messages),
        leave=Doing.of(level.status.leave, messages),
        has_history=level.status.history,
        restarts=level.status.restart,
    )


def _status(
    definition: Definition,
    level: Level,
    *,
    rate: float | None,
    positions: dict[str, int],
    exits: Sequence[Sequence[Exit]],
) -> StatusPlan:
    paces = level.paces
    sends = [
        _sending(
            list(definition.messages).index(name),
            _every(pace, definition.messages[name], rate=rate and rate / len(paces)),
            positions[owner.name],
        )
        for name, (pace, owner) in paces.items()
    ]
    around = [positions[each.name] for each in level.chain]
    own = sorted((e for each in around for e in exits[each]), key=lambda each: each.slot)
    is_end = level.status.end
    return StatusPlan(
        level=positions[level.name],
        sends=() if is_end else tuple(sends),
        exits=() if is_end else tuple(own),
        is_connected=level.is_connected,
        is_end=is_end,
    )


def _sending(message: int, every: Every | ComputedEvery, level: int) -> Sending:
    if isinstance(every, ComputedEvery):
        return Sending(message, np.nan, every.spread, level, every)
    return Sending(message, every.interval, every.spread, level)


def _every(pace: Pace, message: Message, *, rate: float | None) -> Every | ComputedEvery:
    if rate is not None:
        return Every(min(MAX_DURATION, 1 / rate))
    every = pace or message.every
    assert every is not None  # a sound definition says how often
    assert every != "never"  # these are left out before
    return every
