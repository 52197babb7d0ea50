"""How large a trial is, and what follows from it."""

from dataclasses import dataclass

from tests.chaos.plan import SHORT, Lengths

LEAST_CAPACITY = 1_000  # mocks that a tower takes at least, see web.runs.shift
LONG = 120.0  # s from which on outages are as long as real ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Mocks of a lot, towers that all need, s that the plan strikes, s between two messages."""

    mocks: int = 5_000
    lots: int = 1
    towers: int = 3
    seconds: float = 180.0
    every: float = 5.0

    @property
    def workers(self) -> list[str]:
        """One more than the towers that are needed: somebody takes over."""
        return [f"worker-{number}" for number in range(1, self.towers + 2)]

    @property
    def parts(self) -> int:
        """Parts of the lot; two shards of at most 1,000 mocks for each tower, or more."""
        return 2 * self.towers

    @property
    def capacity(self) -> int:
        """Mocks that a tower takes: so few that as many towers as wanted are needed."""
        return max(LEAST_CAPACITY, -(-self.mocks * self.lots // self.towers) + self.parts)

    @property
    def course(self) -> float:
        """s of the run after which each mock is in its last status."""
        return self.seconds * 0.8

    @property
    def lengths(self) -> Lengths:
        return Lengths() if self.seconds >= LONG else SHORT
