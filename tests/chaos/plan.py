"""What goes wrong, to whom, and when: a function of the seed.

Rule: pure; a plan never strikes so often that the product would be right to give a run up.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FIRST = 10.0  # s from the moment that all mocks send to the first blow
EVERY = 10.0  # s between two blows
BREATH = 5.0  # s after a blow's end in which its victim is left alone
MOST_LOSSES = 5  # towers that are lost without a hand-over: more in a row end a shard, as intended
MOST_AWAY = 2  # workers that are away at the same time
SIGNALS = 3  # times that SIGTERM is sent
APART = 3.0  # s between two of these
ENDED_WITHIN = 27.0  # s after the first SIGTERM at which every process must be gone
PARTS = ("redis", "database", "store", "target")
OTHERS = ("clock", "reporter")


class Kind(StrEnum):
    """What is done to a victim."""

    KILL = "kill"  # SIGKILL to all of its processes; started again after `length`
    FREEZE = "freeze"  # SIGSTOP, and SIGCONT after `length`
    DRAIN = "drain"  # SIGTERM to all of its processes, thrice; started again once they ended
    REFUSE = "refuse"  # connections are broken and refused for `length`
    SILENCE = "silence"  # connections stay, and nothing passes for `length`


@dataclass(frozen=True, slots=True, order=True)
class Blow:
    """One thing that goes wrong; ``at`` and ``length`` in s."""

    at: float
    kind: Kind
    victim: str
    length: float

    @property
    def end(self) -> float:
        return self.at + self.length

    @property
    def is_loss(self) -> bool:
        """Whether a tower is lost by it."""
        return self.victim.startswith("worker") and self.kind in (Kind.KILL, Kind.FREEZE)

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.kind:8} {self.victim:10} for {self.length:4.1f} s"


@dataclass(frozen=True, slots=True)
class Lengths:
    """From how long to how long each kind of blow lasts, s."""

    kill: tuple[float, float] = (3.0, 10.0)
    freeze: tuple[float, float] = (20.0, 40.0)
    drain: tuple[float, float] = (ENDED_WITHIN, ENDED_WITHIN)
    refuse: tuple[float, float] = (5.0, 25.0)
    silence: tuple[float, float] = (5.0, 25.0)


SHORT = Lengths(freeze=(13.0, 18.0), refuse=(4.0, 9.0), silence=(4.0, 9.0))


def plan(seed: int, *, seconds: float, workers: Sequence[str], lengths: Lengths) -> list[Blow]:
    """Return the blows of ``seconds``, one each ``EVERY`` s, the first after ``FIRST``."""
    chance = random.Random(seed)
    blows: list[Blow] = []
    deck: list[tuple[Kind, str]] = []
    at = FIRST
    while at <= seconds:
        deck = deck or _shuffled(chance, workers)
        place = next((p for p, card in enumerate(deck) if _may(card, at, blows)), None)
        if place is not None:
            kind, victim = deck.pop(place)
            length = round(chance.uniform(*getattr(lengths, kind)), 1)
            blows.append(Blow(at, kind, victim, length))
        at += EVERY
    return blows


def _shuffled(chance: random.Random, workers: Sequence[str]) -> list[tuple[Kind, str]]:
    """Return one card of each kind of trouble; which worker and which cut is drawn."""
    drawn = chance.sample(list(workers), k=min(3, len(workers)))
    deck = list(zip((Kind.KILL, Kind.FREEZE, Kind.DRAIN), drawn, strict=False))
    deck += [(chance.choice((Kind.REFUSE, Kind.SILENCE)), part) for part in PARTS]
    deck.append((chance.choice((Kind.KILL, Kind.FREEZE)), chance.choice(OTHERS)))
    chance.shuffle(deck)
    return deck


def _may(card: tuple[Kind, str], at: float, blows: Sequence[Blow]) -> bool:
    kind, victim = card
    going = [blow for blow in blows if at < blow.end + BREATH]
    away = {blow.victim for blow in going if blow.victim.startswith("worker")}
    is_loss = Blow(at, kind, victim, 0.0).is_loss
    return (
        victim not in {blow.victim for blow in going}
        and not (victim.startswith("worker") and len(away) >= MOST_AWAY)
        and not (is_loss and sum(blow.is_loss for blow in blows) >= MOST_LOSSES)
    )
