"""Statuses in statuses: each with what is around it.

Rule: a name is given once, on all levels together, so it alone says which status is meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.definition.behaviour.status import Status
from simulator.definition.messages.interval import NEVER, Pace
from simulator.definition.metrics.metric import Metric
from simulator.definition.text.places import Path


@dataclass(frozen=True, slots=True)
class Level:
    """A status at its place."""

    name: str
    status: Status
    parent: "Level | None"
    path: Path  # in the document

    @property
    def chain(self) -> "tuple[Level, ...]":
        """It and all around it, the outermost first."""
        return (*(self.parent.chain if self.parent else ()), self)

    @property
    def is_leaf(self) -> bool:
        """Whether a mock can be in it itself, not in one of its own."""
        return not self.status.statuses

    @property
    def is_connected(self) -> bool:
        """Whether a mock holds its connection in it."""
        said = [each.status.connected for each in self.chain]
        return next((each for each in reversed(said) if each is not None), True)

    @property
    def paces(self) -> "dict[str, tuple[Pace, Level]]":
        """The messages that are sent in it: how often, and the level that says so."""
        paces: dict[str, tuple[Pace, Level]] = {}
        for level in self.chain:
            for name, pace in level.status.send.items():
                if pace == NEVER:
                    paces.pop(name, None)
                else:
                    paces[name] = (pace, level)
            if level.status.every is not None:
                own = level.status.send
                paces |= {n: (level.status.every, level) for n in paces if not own.get(n)}
        return paces

    @property
    def metrics(self) -> "dict[str, tuple[Metric, Level]]":
        """The metrics that are drawn in another way in it, and the level that says so."""
        return {
            name: (metric, level)
            for level in self.chain
            for name, metric in level.status.metrics.items()
        }


def levels(statuses: Mapping[str, Status]) -> dict[str, Level]:
    """Return every status by its name, each before those in it, in the order of the document."""
    return {level.name: level for level in _levels(statuses, None, ("statuses",))}


def leaves(statuses: Mapping[str, Status]) -> tuple[str, ...]:
    """Return the names of the statuses that a mock can be in itself, in the document's order."""
    return tuple(name for name, level in levels(statuses).items() if level.is_leaf)


def nested(statuses: Mapping[str, Status]) -> dict[str, tuple[str, ...]]:
    """Return, for each status that has statuses of its own, those that a mock can be in within."""
    outer = [name for name, level in levels(statuses).items() if not level.is_leaf]
    return {name: leaves_in(statuses, name) for name in outer}


def leaves_in(statuses: Mapping[str, Status], name: str) -> tuple[str, ...]:
    """Return the name of a status, or of all that a mock can be in within it."""
    within = levels(statuses).values()
    return tuple(each.name for each in within if each.is_leaf and _holds(each, name))


def named(data: Any) -> Iterator[tuple[str, Path]]:
    """Yield every status' name in plain data, also of what could not be read, and its place."""
    yield from _named(data, ("statuses",))


def _named(data: Any, path: Path) -> Iterator[tuple[str, Path]]:
    for name, status in data.items() if isinstance(data, dict) else ():
        yield name, (*path, name)
        if isinstance(status, dict):
            yield from _named(status.get("statuses"), (*path, name, "statuses"))


def _holds(level: Level, name: str) -> bool:
    return any(each.name == name for each in level.chain)


def _levels(statuses: Mapping[str, Status], parent: Level | None, path: Path) -> Iterator[Level]:
    for name, status in statuses.items():
        level = Level(name, status, parent, (*path, name))
        yield level
        yield from _levels(status.statuses, level, (*level.path, "statuses"))


@dataclass(frozen=True, slots=True)
class Reads:
    """What a metric reads, in whatever status."""

    of: tuple[Metric, ...]

    def names(self) -> frozenset[str]:
        """Return the names that one of its generators reads."""
        return frozenset().union(*(metric.names() for metric in self.of))


def reads(metrics: Mapping[str, Metric], statuses: Mapping[str, Status]) -> dict[str, Reads]:
    """Return what each metric reads, with what statuses draw it from in its place."""
    others = [level.status.metrics for level in levels(statuses).values()]
    return {
        name: Reads((metric, *(each[name] for each in others if name in each)))
        for name, metric in metrics.items()
    }
