"""Whom faults may meet: the mocks of a shard, as a slice of a run.

Rule: what an aim says is answered from what is fixed for a mock, its status and the run's seed, so
that neither shards nor the order of asking show in the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import randomness
from simulator.generators.parts.permuting import Permutation
from simulator.lot.aim import Aim
from simulator.randomness import IntArray, KeyArray

Mask = NDArray[np.bool_]


@dataclass(slots=True, kw_only=True, eq=False)
class Crowd:
    """The mocks ``first`` to ``first + count - 1`` of a run of ``total``; rows are 0 to count - 1.

    Mocks from ``total`` on are not met, until the run has grown so far.
    ``fixed`` has a value, or an array with one entry a row, for each constant and variable.
    ``status`` gives each row's position in ``statuses`` now. ``nested`` has, for each status with
    statuses of its own, the names of those in it.
    """

    seed: int
    first: int
    count: int
    total: int
    part: str = ""
    identities: Sequence[str] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    statuses: Sequence[str] = ()
    status: Callable[[], NDArray[np.uint8]] = lambda: np.zeros(0, dtype=np.uint8)
    nested: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def numbers(self) -> IntArray:
        """Each row's number in the run."""
        return np.arange(self.first, self.first + self.count, dtype=np.int64)

    def grow(self, total: int) -> None:
        """Take note that the run has so many mocks from now on, if it had fewer."""
        self.total = max(self.total, total)

    @property
    def present(self) -> int:
        """How many of the mocks the run has by now."""
        return min(self.count, max(0, self.total - self.first))

    def keys(self, name: str) -> KeyArray:
        """Return each row's key for one purpose."""
        return randomness.keys(self.seed, self.numbers, name)

    def met(self, aim: Aim, draw: str) -> IntArray:
        """Return the rows that an aim is at, now.

        ``draw`` names the drawing of its share: another name, other mocks. Of the lot's mocks, or
        of those in ``aim.index``, as many are drawn as the share says, rounded, and one at least;
        what else the aim says is then held against these.
        """
        met = self._drawn(aim, draw)
        if aim.parts and self.part not in aim.parts:
            return np.empty(0, dtype=np.int64)
        if aim.ids:
            wanted = set(aim.ids)
            met &= np.fromiter((each in wanted for each in self.identities), bool, self.count)
        for name, values in aim.where.items():
            met &= self._having(name, values)
        if aim.status:
            met &= np.isin(self.status(), self._codes(aim.status))
        return np.flatnonzero(met)

    def _drawn(self, aim: Aim, draw: str) -> Mask:
        low, high = aim.index or (0, self.total - 1)
        size = high - low + 1
        places = self.numbers - low
        within: Mask = (places >= 0) & (places < size)
        if aim.share < 1.0 and within.any():
            wanted = max(1, round(aim.share * size))
            order = Permutation(size, seed=self.seed, name=draw)
            within[within] = order.of(places[within]) < wanted
        return within

    def _having(self, name: str, values: Sequence[Any]) -> Mask:
        """Return who has one of the values; texts and numbers are never equal, nor 1 and true."""
        if name not in self.fixed:
            return np.zeros(self.count, dtype=bool)
        own = np.broadcast_to(np.asarray(self.fixed[name], dtype=object), self.count)
        wanted = {_known(value) for value in values}
        return np.fromiter((_known(value) in wanted for value in own), bool, self.count)

    def _codes(self, names: Sequence[str]) -> list[int]:
        wanted = {inner for name in names for inner in self.nested.get(name, (name,))}
        return [code for code, name in enumerate(self.statuses) if name in wanted]


def _known(value: Any) -> tuple[bool, Any]:
    value = value.item() if isinstance(value, np.generic) else value
    return isinstance(value, bool), value
