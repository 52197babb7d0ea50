"""Towers' desks in tests, and what engines tell them."""

from datetime import timedelta
from typing import Any

from simulator import Assignment, Snapshot
from tests.web.runs.conftest import snapshot
from web.runs import leasing
from web.runs.desk import Desk

LATER = timedelta(seconds=11)  # after which a lease is over


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def new_desk(name: str = "tower-1", clock: Clock | None = None, **more: Any) -> Desk:
    """Return the desk of a tower with room for all."""
    return Desk(tower=name, capacity=10_000, clock=clock or Clock(), **more)


def told(given: Assignment, **changes: Any) -> Snapshot:
    """Return what an engine says of a shard that it was given; its name is in its checkpoint."""
    values: dict[str, Any] = {
        "first": given.first,
        "count": given.count,
        "checkpoint": given.shard.encode(),
    }
    return snapshot(given.shard, **(values | changes))


def under_way(name: str = "tower-1") -> tuple[Desk, list[Assignment]]:
    """Let a tower begin all that is wanted and tell of it; return it, and what it was given."""
    tower = new_desk(name)
    begun = tower.work([]).begin
    leasing.renew(name)
    tower.work([told(given) for given in begun])
    return tower, begun
