"""Since when, and how badly, the generator itself was what limited a run.

Rule: a value; it is added over shards and towers, never averaged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A generator that was later than its limit, ``lot.pace.lateness_limit``.

    ``since`` is the Unix second of the first time; ``lateness`` the worst 99th percentile of one
    second's messages, in s; ``seconds`` in how many of the shards' seconds it was so; ``tower``
    names the tower of the first time.
    """

    since: int
    lateness: float
    seconds: int
    tower: str

    @classmethod
    def first_of(cls, several: Iterable["Limited | None"]) -> Self | None:
        """All of ``several`` in one: the earliest, with the worst lateness of all; None: none."""
        found = sorted((each for each in several if each), key=lambda each: each.since)
        if not found:
            return None
        return cls(
            since=found[0].since,
            lateness=max(each.lateness for each in found),
            seconds=sum(each.seconds for each in found),
            tower=found[0].tower,
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON, by the names of its fields."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """What ``to_dict`` wrote. Raises TypeError when a field is missing."""
        return cls(**stored)
