"""The ways out of a status: each with its trigger, where it leads, and which goes first.

Rule: an exit has one slot, which is also its turn: of two that fire at once the lower one goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from simulator.definition.behaviour.nesting import Level
from simulator.definition.behaviour.status import BACK, Transition
from simulator.definition.quantities.units import Chance, Rate

TO_BACK = -1  # among targets: where the mock came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A trigger and where it leads: one status, or one of several, drawn by chance."""

    name: str  # names its draws: "statuses.alarm.go[0]"
    trigger: Transition
    level: int  # whose it is
    targets: tuple[int, ...]  # levels, or TO_BACK
    shares: tuple[float, ...]  # cumulative, as long as ``targets``; what is left to 1 stays
    cause: str  # in words; a command's ends in the topic, which is said when it comes
    slot: int = 0  # of its timer

    @property
    def is_sure(self) -> bool:
        """Whether it always leads to its one status."""
        return len(self.targets) == 1 and self.shares[0] >= 1.0

    @property
    def is_plain(self) -> bool:
        """Whether nothing must be remembered of its condition."""
        return self.trigger.edge is None and self.trigger.held is None

    @property
    def leads_back(self) -> bool:
        """Whether it may lead to where the mock came from."""
        return TO_BACK in self.targets

    @property
    def hazard(self) -> float | None:
        """Chance in a time, 1/s; None when it has another trigger."""
        return self.trigger.chance.hazard if isinstance(self.trigger.chance, Rate) else None


def exits_of(level: Level, positions: dict[str, int]) -> list[Exit]:
    """Return the exits of a level's own, in the order of the document."""
    go = level.status.go
    groups: list[list[int]] = []
    for position, transition in enumerate(go):
        if groups and _is_alternative(transition):
            groups[-1].append(position)
        else:
            groups.append([position])
    return [
        Exit(
            name=f"statuses.{level.name}.go[{group[0]}]",
            trigger=go[group[0]],
            level=positions[level.name],
            targets=tuple(_target(go[position].to, positions) for position in group),
            shares=_shares([go[position] for position in group]),
            cause=_cause(go[group[0]]),
        )
        for group in groups
    ]


def in_order(exits: Sequence[Sequence[Exit]], tree: Sequence[Level]) -> list[list[Exit]]:
    """Return the exits of each level with their slots.

    Of those that a mock waits for at once, no two share a slot, and the one that goes first has the
    lower one: by priority, then from the innermost level outwards, then as the document has them.
    """
    around = [{id(each.status) for each in level.chain} for level in tree]
    together = [
        [j for j in range(len(tree)) if around[i] <= around[j] or around[j] <= around[i]]
        for i in range(len(tree))
    ]
    turns = sorted(
        (-leaving.trigger.priority, -len(around[leaving.level]), leaving.level, position)
        for each in exits
        for position, leaving in enumerate(each)
    )
    free = [0] * len(tree)  # the first slot of each level that comes after those given so far
    ordered = [list(each) for each in exits]
    for _, _, level, position in turns:
        slot = max(free[each] for each in together[level])
        free[level] = slot + 1
        ordered[level][position] = replace(ordered[level][position], slot=slot)
    return ordered


def _target(name: str, positions: dict[str, int]) -> int:
    return TO_BACK if name == BACK and name not in positions else positions[name]


def _is_alternative(transition: Transition) -> bool:
    return isinstance(transition.chance, Chance) and not transition.triggers


def _shares(group: list[Transition]) -> tuple[float, ...]:
    """Return cumulative chances; the first without one gets what the others leave."""
    chances = [each.chance.share if isinstance(each.chance, Chance) else 0.0 for each in group]
    if not isinstance(group[0].chance, Chance):
        chances[0] = max(0.0, 1.0 - sum(chances))
    sums = list(accumulate(chances))
    if abs(sums[-1] - 1.0) < 1e-9:  # 90% + 5% + 5% is not quite 1 in binary
        sums[-1] = 1.0
    return tuple(sums)


_WORDS: dict[str, Callable[[Transition], str]] = {
    "after": lambda trigger: f"after {trigger.after}",
    "at": lambda trigger: f"at {trigger.at}",
    "on": lambda _: "command on",
    "sends": lambda trigger: f"{trigger.sends} messages sent",
    "fails": lambda trigger: str(trigger.fails),
    "connection": lambda trigger: f"connection {trigger.connection}",
}


def _cause(trigger: Transition) -> str:
    """Return why, in words. What is looked at is said as the document has it."""
    if not trigger.triggers:
        return str(trigger.chance)
    if trigger.when is None:
        return _WORDS[trigger.triggers[0]](trigger)
    edge = {"rising": " begins", "falling": " ends", None: ""}[trigger.edge]
    held = f" for {trigger.held:g}s" if trigger.held else ""
    return f"{trigger.when}{edge}{held}"
