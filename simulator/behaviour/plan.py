"""A definition's statuses as numbers: who sends what how often, and how each status is left.

Rule: compiled once for a fleet; positions take the place of names, in the document's order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from simulator.definition.document import Definition
from simulator.definition.message import Message
from simulator.definition.status import Status, Transition
from simulator.definition.units import MAX_DURATION, Chance, Every, Rate
from simulator.randomness import FloatArray

STAY = -1  # what the chances of an exit leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A trigger and where it leads: one status, or one of several, drawn by chance."""

    name: str  # names its draws: "statuses.alarm.go[0]"
    trigger: Transition
    targets: tuple[int, ...]  # positions of statuses
    shares: tuple[float, ...]  # cumulative, as long as ``targets``; what is left to 1 stays
    cause: str  # in words; a command's ends in the topic, which is said when it comes

    @property
    def is_sure(self) -> bool:
        """Whether it always leads to its one status."""
        return len(self.targets) == 1 and self.shares[0] >= 1.0

    @property
    def hazard(self) -> float | None:
        """Chance in a time, 1/s; None when it has another trigger."""
        return self.trigger.chance.hazard if isinstance(self.trigger.chance, Rate) else None


class Sending(NamedTuple):
    """A message that a status sends, and how often."""

    message: int  # position
    interval: float  # s
    spread: float  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlan:
    """One status."""

    sends: tuple[Sending, ...]
    exits: tuple[Exit, ...]
    is_connected: bool
    is_end: bool

    def waiting(self, kind: str) -> list[tuple[int, Exit]]:
        """Return the exits with a trigger (``after``, ``at``, ``when``, ``on``), with positions."""
        return [(i, e) for i, e in enumerate(self.exits) if getattr(e.trigger, kind) is not None]

    @property
    def needs_checks(self) -> bool:
        """Whether it waits for a condition and sends nothing whose readings would show it."""
        return not self.sends and bool(self.waiting("when"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All statuses of a definition; the first is the initial one."""

    statuses: tuple[StatusPlan, ...]
    intervals: FloatArray  # s, [status, message]; inf where the status does not send it
    spreads: FloatArray  # s, [status, message]

    @classmethod
    def of(cls, definition: Definition, *, rate: float | None) -> "Plan":
        """Compile a definition.

        Args:
            definition: A sound one.
            rate: Messages/s that each mock is to send in every status that sends at all, over all
                messages of the status, in place of their own intervals and without spread.
        """
        names = list(definition.statuses)
        plans = tuple(
            _status(definition, name, names=names, rate=rate) for name in definition.statuses
        )
        intervals = np.full((len(plans), len(definition.messages)), np.inf)
        spreads = np.zeros_like(intervals)
        for code, plan in enumerate(plans):
            for message, interval, spread in plan.sends:
                intervals[code, message] = interval
                spreads[code, message] = spread
        return cls(statuses=plans, intervals=intervals, spreads=spreads)


def _status(
    definition: Definition, name: str, *, names: list[str], rate: float | None
) -> StatusPlan:
    status = definition.statuses[name]
    messages = list(definition.messages)
    sends = []
    for sent in dict.fromkeys(status.send):
        every = _every(status, definition.messages[sent], rate=rate)
        sends.append(Sending(messages.index(sent), every.interval, every.spread))
    return StatusPlan(
        sends=() if status.end else tuple(sends),
        exits=() if status.end else tuple(_exits(name, status.go, names)),
        is_connected=status.connected,
        is_end=status.end,
    )


def _every(status: Status, message: Message, *, rate: float | None) -> Every:
    if rate is not None:
        return Every(min(MAX_DURATION, len(set(status.send)) / rate))
    every = status.every or message.every
    assert every is not None  # a sound definition says how often
    return every


def _exits(name: str, go: Sequence[Transition], names: list[str]) -> list[Exit]:
    groups: list[list[int]] = []
    for position, transition in enumerate(go):
        if groups and _is_alternative(transition):
            groups[-1].append(position)
        else:
            groups.append([position])
    return [
        Exit(
            name=f"statuses.{name}.go[{group[0]}]",
            trigger=go[group[0]],
            targets=tuple(names.index(go[position].to) for position in group),
            shares=_shares([go[position] for position in group]),
            cause=_cause(go[group[0]]),
        )
        for group in groups
    ]


def _is_alternative(transition: Transition) -> bool:
    triggers = (transition.after, transition.at, transition.when, transition.on)
    return isinstance(transition.chance, Chance) and all(each is None for each in triggers)


def _shares(group: list[Transition]) -> tuple[float, ...]:
    """Return cumulative chances; the first without one gets what the others leave."""
    chances = [each.chance.share if isinstance(each.chance, Chance) else 0.0 for each in group]
    if not isinstance(group[0].chance, Chance):
        chances[0] = max(0.0, 1.0 - sum(chances))
    sums = list(accumulate(chances))
    if abs(sums[-1] - 1.0) < 1e-9:  # 90% + 5% + 5% is not quite 1 in binary
        sums[-1] = 1.0
    return tuple(sums)


def _cause(trigger: Transition) -> str:
    if trigger.after is not None:
        return f"after {trigger.after}"
    if trigger.at is not None:
        return f"at {trigger.at}"
    if trigger.when is not None:
        return str(trigger.when)
    return "command on" if trigger.on is not None else str(trigger.chance)
