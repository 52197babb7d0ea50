"""One fault of messages at work: what it makes of those that pass.

Rule: whatever it draws is drawn by the mock's key and the message's sequence number, so neither
batches nor shards show in what happens.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from simulator import randomness
from simulator.definition.quantities.durations import Steady
from simulator.faults.crowd import Mask
from simulator.faults.load import Load
from simulator.faults.timeline import Spell
from simulator.lot.fault import MessageFault
from simulator.randomness import FloatArray, KeyArray


@dataclass(slots=True)
class Passed:
    """What came through: loads that go on, and what never will, with the reason."""

    loads: list[Load] = field(default_factory=list)
    lost: list[tuple[Load, str]] = field(default_factory=list)


class Stage(ABC):
    """A spell at work on messages. ``title`` is what their records call it."""

    def __init__(self, spell: Spell) -> None:
        self.spell = spell
        self.title = spell.fault.title
        self._mask = spell.mask
        self._keys: dict[str, KeyArray] = {}
        fault = spell.fault
        self._share = fault.share if isinstance(fault, MessageFault) else 1.0

    def pass_on(self, load: Load, passed: Passed) -> None:
        """Let a load through; what it does not meet goes on as it is."""
        hit = self._hit(load)
        if not hit.any():
            passed.loads.append(load)
            return
        if not hit.all():
            passed.loads.append(load.only(~hit))
            load = load.only(hit)
        self.meet(load, passed)

    @abstractmethod
    def meet(self, load: Load, passed: Passed) -> None:
        """Do what the fault does, to messages all of which it meets."""

    def next_due(self) -> float:
        """When it lets something go that it holds back, s since the run's start; inf: never."""
        return math.inf

    def release(self, t: float, passed: Passed) -> None:  # noqa: B027 - most hold nothing back
        """Let go what it held back until ``t``; inf: everything."""

    def kept(self) -> list[Load]:
        """Return what it remembers, for a checkpoint; most remember nothing."""
        return []

    def take_back(self, loads: Sequence[Load]) -> None:  # noqa: B027 - most remember nothing
        """Remember what ``kept`` of the same spell gave."""

    def _hit(self, load: Load) -> Mask:
        hit: Mask = self._mask[load.batch.rows]
        if self._share < 1.0 and hit.any():
            hit &= self.uniform(load, "share") < self._share
        return hit

    def keys(self, load: Load, purpose: str) -> KeyArray:
        """Return a key for each message, for one purpose."""
        if purpose not in self._keys:
            self._keys[purpose] = self.spell.keys(purpose)
        return load.keys(self._keys[purpose])

    def uniform(self, load: Load, purpose: str) -> FloatArray:
        """Return a value from 0 to below 1 for each message."""
        return randomness.uniform(self.keys(load, purpose), load.counts)

    def waits(self, load: Load, wait: Steady, purpose: str) -> FloatArray:
        """Return a time for each message, s."""
        return wait.draw(self.keys(load, purpose), load.counts)

    def draws(self, load: Load, purpose: str) -> list[Callable[[], float]]:
        """Return, for each message, what draws one value from 0 to below 1 after the other."""
        pairs = zip(self.keys(load, purpose).tolist(), load.counts.tolist(), strict=True)
        return [partial(next, _values(key, count)) for key, count in pairs]

    def some(self, load: Load, purpose: str, place: int, many: int) -> FloatArray:
        """Return ``many`` values from 0 to below 1 for the message at a place."""
        key = self.keys(load, purpose)[place : place + 1]
        counts = load.counts[place] + np.arange(many)
        return randomness.uniform(np.broadcast_to(key, counts.shape), counts)


def _values(key: int, count: int) -> Iterator[float]:
    keys = np.array([key], dtype=np.uint64)
    while True:
        yield float(randomness.uniform(keys, np.array([count]))[0])
        count += 1


class Mark(Stage):
    """Does nothing but name the fault that meets the connection, or the mock, of a message."""

    def meet(self, load: Load, passed: Passed) -> None:
        passed.loads.append(load.changed(self.title))
