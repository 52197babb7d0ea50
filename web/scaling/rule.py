"""When a process gets more dynos, and when fewer: out fast, in slowly, never in while it is ill.

Rule: pure. What is asked is how much work there is and how late it is done, never how much of it
was done: an overloaded service does little, because everything times out, and would look idle.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from typing import Any

WINDOW = 600.0  # s that readings are remembered, and that fewer must have been enough for
COOL_DOWN = 600.0  # s after a change before a dyno is taken away
SETTLE = 60.0  # s that a new dyno is given to boot before lateness asks for another
COMPARED = 60.0  # s whose mean is held against that of as many before, to see what rises
MOST_READINGS = 120  # in a memory; one each 15 s is 40
GAP = 60.0  # s between two readings from which on nothing was seen in between
GREW = 1.2  # times the value before: what counts as rising
GREW_LATENESS = 0.02  # s, at least
GREW_TIMEOUTS = 0.005  # of all, at least
STEP = 4  # lateness asks for a quarter of what there is, one at least


class Action(StrEnum):
    """What is to be done."""

    OUT = "out"
    IN = "in"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is known of a process at ``at`` (Unix s). None: it is not known.

    ``wanted`` and ``leased`` are shards for towers; for the console, requests that wait in front
    of it or were begun.
    """

    at: float
    quantity: int | None  # dynos that the platform has
    needed: int | None  # dynos that the work asks for
    wanted: int | None = 0
    leased: int | None = 0
    age: float | None = 0.0  # s that the oldest wanted one has waited
    lateness: float | None = 0.0  # s; 99th percentile of sends, 95th of requests' queue time
    timeouts: float | None = 0.0  # share of sends or requests that failed or took too long, 0 to 1

    @property
    def missing(self) -> list[str]:
        """The names of what is not known."""
        names = ("quantity", "needed", "wanted", "leased", "age", "lateness", "timeouts")
        return [name for name in names if getattr(self, name) is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a process may have. ``most`` is cut to ``affordable`` where the ceiling is lower."""

    least: int = 1  # dynos
    most: int = 10  # dynos
    affordable: int | None = None  # dynos below the cost ceiling; None: there is no ceiling
    old: float = 10.0  # s that something may wait
    late: float = 1.0  # s of lateness

    @property
    def cap(self) -> int:
        """The most dynos that there may be; the minimum holds whatever it costs."""
        money = self.most if self.affordable is None else self.affordable
        return max(self.least, min(self.most, money))

    @property
    def why(self) -> str:
        """What sets the cap, in words."""
        is_money = self.affordable is not None and self.affordable < self.most
        return "the cost ceiling" if is_money else "the maximum"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is remembered of one look."""

    at: float  # Unix s
    needed: int | None
    lateness: float | None
    timeouts: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the rule knows of the looks before: ``readings`` oldest first; moments in Unix s."""

    readings: tuple[Reading, ...] = ()
    changed: float = -inf  # the last change of the quantity, by whomever
    out: float = -inf  # the last that asked for more
    quantity: int | None = None  # at the last look

    def heard(self, inputs: Inputs) -> "Memory":
        """Return the memory with one look more. A change by hand counts as one of ours."""
        reading = Reading(inputs.at, inputs.needed, inputs.lateness, inputs.timeouts)
        kept = [each for each in self.readings if each.at > inputs.at - WINDOW - GAP]
        known = inputs.quantity is not None and self.quantity is not None
        moved = known and inputs.quantity != self.quantity
        return replace(
            self,
            readings=(*kept, reading)[-MOST_READINGS:],
            changed=inputs.at if moved else self.changed,
            quantity=self.quantity if inputs.quantity is None else inputs.quantity,
        )

    def pack(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        moments = {"changed": self.changed, "out": self.out}
        return {
            "readings": [[r.at, r.needed, r.lateness, r.timeouts] for r in self.readings],
            "quantity": self.quantity,
            **{name: at for name, at in moments.items() if at > -inf},
        }

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> "Memory":
        """Return what :meth:`pack` wrote; an empty one of nothing."""
        readings = tuple(Reading(*each) for each in data.get("readings", []))
        rest = {name: data[name] for name in ("changed", "out", "quantity") if name in data}
        return cls(readings=readings, **rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done, why, and what to remember for the next look."""

    action: Action
    target: int | None  # dynos; None: not known, so nothing is touched
    reason: str  # a sentence
    memory: Memory = field(default_factory=Memory)


def decide(inputs: Inputs, memory: Memory, limits: Limits) -> Decision:
    """Return how many dynos a process is to have.

    More come at once, as many as the work asks for, or a quarter more where things are late and
    nobody knows how many would do. One goes at a time: never while anything is late, rises, or is
    not known, and never within ``COOL_DOWN`` of a change.
    """
    known = memory.heard(inputs)
    if inputs.quantity is None:
        return Decision(
            action=Action.HOLD,
            target=None,
            reason="The platform does not say how many dynos there are.",
            memory=known,
        )
    wish, why = _wish(inputs, known, limits, quantity=inputs.quantity)
    target = min(max(wish, limits.least), limits.cap)
    if target > inputs.quantity:
        return _changed(Action.OUT, target, why, known, at=inputs.at)
    if wish > inputs.quantity:
        return _hold(
            inputs, known, f"{why} But {limits.why} is {limits.cap}, so that {wish} are not to be."
        )
    if target == inputs.quantity:
        return _hold(inputs, known, why)
    return _fewer(inputs, known, limits, quantity=inputs.quantity)


def _wish(inputs: Inputs, memory: Memory, limits: Limits, *, quantity: int) -> tuple[int, str]:
    """Return how many dynos there should be by what is known, and why."""
    if quantity < limits.least:
        return limits.least, f"There are to be {limits.least} at least."
    needed = inputs.needed if inputs.needed is not None else quantity
    if needed > quantity:
        return needed, f"The work asks for {needed}, and there are {quantity}."
    if pressing := next(iter(_pressing(inputs, limits)), ""):
        if inputs.at - memory.out < SETTLE:
            return quantity, f"{pressing} More were asked for less than {SETTLE:.0f} s ago."
        return quantity + max(1, quantity // STEP), pressing
    return needed, f"{quantity} are what the work asks for."


def _pressing(inputs: Inputs, limits: Limits) -> Iterable[str]:
    """Yield what cannot wait, as sentences."""
    if inputs.age is not None and inputs.age > limits.old:
        yield f"The oldest has waited for {inputs.age:.0f} s."
    if inputs.lateness is not None and inputs.lateness > limits.late:
        yield f"Things are {inputs.lateness:.2f} s late."


def _fewer(inputs: Inputs, memory: Memory, limits: Limits, *, quantity: int) -> Decision:
    """Take one away, unless there is any reason not to."""
    if reason := next(iter(_against(inputs, memory, limits, quantity=quantity)), ""):
        return _hold(inputs, memory, f"Fewer would do, but {reason}.")
    why = f"Fewer than {quantity} were enough for {WINDOW / 60:.0f} minutes, and nothing is late."
    return _changed(Action.IN, quantity - 1, why, memory, at=inputs.at)


def _against(inputs: Inputs, memory: Memory, limits: Limits, *, quantity: int) -> Iterable[str]:
    """Yield what forbids to take a dyno away, the weightiest first."""
    yield from _ill(inputs, memory, limits)
    readings = memory.readings
    if inputs.at - memory.changed < COOL_DOWN:
        yield f"the number changed {inputs.at - memory.changed:.0f} s ago"
    if not _watched(readings, at=inputs.at):
        yield f"the last {WINDOW / 60:.0f} minutes are not known without a gap"
    elif max(each.needed or 0 for each in readings) >= quantity > limits.cap:
        return  # more than there may be: one goes although it was needed
    elif max(each.needed or 0 for each in readings) >= quantity:
        yield f"{quantity} were needed within the last {WINDOW / 60:.0f} minutes"


def against_going_on(inputs: Inputs, memory: Memory, limits: Limits, *, target: int) -> str:
    """Return why a dyno that hands over is to stay after all; empty: it may go.

    Args:
        inputs: What is known now; ``memory`` has heard it.
        memory: With the looks before.
        limits: What the process may have.
        target: Dynos that are left without it.
    """
    if inputs.needed is not None and inputs.needed > target and target < limits.cap:
        return f"the work asks for {inputs.needed}"
    return next(iter(_ill(inputs, memory, limits)), "")


def _ill(inputs: Inputs, memory: Memory, limits: Limits) -> Iterable[str]:
    """Yield what is wrong, or not known."""
    if inputs.missing:
        yield f"{' and '.join(inputs.missing)} is not known"
    for pressing in _pressing(inputs, limits):
        yield pressing[0].lower() + pressing[1:-1]
    readings = memory.readings
    if rises([(each.at, each.lateness) for each in readings], by=GREW_LATENESS):
        yield "lateness rises"
    if rises([(each.at, each.timeouts) for each in readings], by=GREW_TIMEOUTS):
        yield "timeouts rise"


def _watched(readings: Sequence[Reading], *, at: float) -> bool:
    """Whether the whole window was looked at, and each look saw everything."""
    moments = [each.at for each in readings if None not in (each.needed, each.lateness)]
    if len(moments) < len(readings) or not moments or at - moments[0] < WINDOW:
        return False
    return all(b - a <= GAP for a, b in itertools.pairwise(moments))


def rises(values: Sequence[tuple[float, float | None]], *, by: float) -> bool:
    """Whether the mean of the newest ``COMPARED`` s is above that of as many before.

    Args:
        values: (Unix s, value), oldest first; None is left out.
        by: What it has to have grown by at least, beside a fifth.
    """
    if not values:
        return False
    now = values[-1][0]
    new = [value for at, value in values if value is not None and at > now - COMPARED]
    old = [
        value
        for at, value in values
        if value is not None and now - 2 * COMPARED < at <= now - COMPARED
    ]
    if not new or not old:
        return False
    before, after = sum(old) / len(old), sum(new) / len(new)
    return after > before * GREW and after - before > by


def _changed(action: Action, target: int, reason: str, memory: Memory, *, at: float) -> Decision:
    out = at if action == Action.OUT else memory.out
    known = replace(memory, changed=at, out=out)
    return Decision(action=action, target=target, reason=reason, memory=known)


def _hold(inputs: Inputs, memory: Memory, reason: str) -> Decision:
    return Decision(action=Action.HOLD, target=inputs.quantity, reason=reason, memory=memory)
