"""Who is rung next: five attempts each, then the next person, until somebody acknowledges.

Rule: pure. A ladder is fixed when a round of it begins; where one stands on it are three numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

MOST_ATTEMPTS = 20  # of one person
MOST_ROUNDS = 10
SHORTEST_WAIT = timedelta(seconds=30)  # a call rings some 25 s
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """A person, and the ways to reach them in their order, as ``web.alerts.ways`` names them."""

    person: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A chain of people as it is for one round.

    ``attempts`` of each person, ``wait`` between two, at most ``rounds`` times through all.
    """

    rungs: tuple[Rung, ...] = ()
    attempts: int = 5
    wait: timedelta = timedelta(minutes=1)
    rounds: int = 1

    def pack(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "rungs": [[rung.person, list(rung.ways)] for rung in self.rungs],
            "attempts": self.attempts,
            "wait": self.wait.total_seconds(),
            "rounds": self.rounds,
        }

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> "Ladder":
        """Return what :meth:`pack` wrote; of an empty mapping one without people."""
        if not data:
            return cls()
        return cls(
            rungs=tuple(Rung(person, tuple(ways)) for person, ways in data["rungs"]),
            attempts=data["attempts"],
            wait=timedelta(seconds=data["wait"]),
            rounds=data["rounds"],
        )


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an incident stands: the last attempt that was made.

    ``round`` and ``level`` (the person) count from 1; ``attempt`` is 0 before the first one.
    """

    round: int = 1
    level: int = 1
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Ring:
    """An attempt to make: where that is on the ladder, whom it is for, and which way."""

    place: Place
    person: str
    way: str


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: ``ring`` is None when nobody is left.

    ``unreachable`` are people who were passed over, because they have no way.
    """

    ring: Ring | None
    unreachable: tuple[str, ...] = field(default=())


def next_ring(ladder: Ladder, place: Place) -> Next:
    """Return the attempt after ``place``: the same person, the next, or the first once more."""
    unreachable: list[str] = []
    for candidate in _after(ladder, place):
        rung = ladder.rungs[candidate.level - 1]
        if rung.ways:
            way = rung.ways[(candidate.attempt - 1) % len(rung.ways)]
            return Next(Ring(candidate, rung.person, way), tuple(unreachable))
        if rung.person not in unreachable:
            unreachable.append(rung.person)
    return Next(None, tuple(unreachable))


def starts_over(before: Place, after: Place) -> bool:
    """Return whether ``after`` begins another round."""
    return after.round > before.round


def _after(ladder: Ladder, place: Place) -> Sequence[Place]:
    """Return what may follow: this person's next attempt, then the first one of each other."""
    people = len(ladder.rungs)
    same = []
    if place.level <= people and place.attempt < ladder.attempts:
        same = [Place(place.round, place.level, place.attempt + 1)]
    rest = [Place(place.round, level, 1) for level in range(place.level + 1, people + 1)]
    again = []
    if place.round < ladder.rounds:
        again = [Place(place.round + 1, level, 1) for level in range(1, people + 1)]
    return [*same, *rest, *again]
