"""Whether the aims of faults meet anybody among the mocks of a whole lot.

Rule: answered by what is fixed for the mocks and by the run's seed, as in the run itself; a status
is taken as one that any mock may be in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulator.definition.behaviour.nesting import levels
from simulator.definition.document import Definition
from simulator.faults.crowd import Crowd
from simulator.fleet.readings import fixed_values
from simulator.generators.base import Cast
from simulator.lot.aim import Aim

MAX_TOLD = 3  # ids that one text names


@dataclass(frozen=True)
class Meeting:
    """The mocks of one part of a lot, drawn when they are first asked for."""

    name: str
    definition: Definition
    first: int  # number of its first mock in the run
    count: int
    total: int  # mocks of the lot
    seed: int
    datasets: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def statuses(self) -> frozenset[str]:
        """The names of its statuses, on all levels."""
        return frozenset(levels(self.definition.statuses))

    @cached_property
    def crowd(self) -> Crowd:
        """All its mocks; 0.1 s for 50,000."""
        cast = Cast(
            first=self.first,
            count=self.count,
            total=self.count,
            base=self.first,
            seed=self.seed,
            epoch=0.0,
            datasets=self.datasets,
        )
        fixed = fixed_values(self.definition, cast)
        return Crowd(
            seed=self.seed,
            first=self.first,
            count=self.count,
            total=self.total,
            part=self.name,
            identities=fixed["id"].tolist(),
            fixed=fixed,
        )

    def may_meet(self, aim: Aim) -> bool:
        """Return whether an aim may meet one of its mocks."""
        if aim.parts and self.name not in aim.parts:
            return False
        if aim.status and self.statuses.isdisjoint(aim.status):
            return False
        if aim.index and not self._has_one_of(*aim.index):
            return False
        if not (aim.ids or aim.where):
            return True
        return len(self.crowd.met(aim.model_copy(update={"share": 1.0, "status": ()}), "")) > 0

    def _has_one_of(self, low: int, high: int) -> bool:
        return low < self.first + self.count and high >= self.first


def meetings(
    parts: Sequence[tuple[str, Definition, int]], *, datasets: Mapping[str, Any], seed: int
) -> list[Meeting]:
    """Return the parts of a lot, numbered in their order."""
    total, first, found = sum(count for _, _, count in parts), 0, []
    for name, definition, count in parts:
        found.append(Meeting(name, definition, first, count, total, seed, datasets))
        first += count
    return found


def unmet(aim: Aim, parts: Sequence[Meeting]) -> Iterator[tuple[str, str]]:
    """Yield where inside of an aim nobody is met, and what is wrong; one thing at most but ids."""
    unknown = list(_unknown_ids(aim, parts))
    yield from unknown
    if not unknown and not any(part.may_meet(aim) for part in parts):
        yield "", "meets no mock of the lot: nobody is all that it says"


def _unknown_ids(aim: Aim, parts: Sequence[Meeting]) -> Iterator[tuple[str, str]]:
    if not aim.ids:
        return
    known = {each for part in parts for each in part.crowd.identities}
    missing = [(place, each) for place, each in enumerate(aim.ids) if each not in known]
    for place, each in missing[:MAX_TOLD]:
        yield f".ids[{place}]", f"no mock of the lot has the id {each!r}"
    if len(missing) > MAX_TOLD:
        yield ".ids", f"{len(missing) - MAX_TOLD:,} more are of no mock of the lot"
