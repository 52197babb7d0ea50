"""Messages on their way through faults: a batch, when each is to go out, and which copy it is.

Rule: nothing of a load is changed; what a fault does to it is another load.
"""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simulator.faults.crowd import Mask
from simulator.fleet import Batch
from simulator.fleet.packing import batches_of, columns_of
from simulator.randomness import FloatArray, IntArray, KeyArray

GRID = 0.01  # s; what is held back goes out at a multiple of it, so that much goes out together
DRAWS = 1_024  # values that one fault may draw for one message
_COPY = np.uint64(0xD6E8FEB86659FD93)  # odd; copies of a message draw other values than itself


@dataclass(frozen=True, slots=True)
class Load:
    """Some messages, none of a mock's own twice but of devices behind it.

    ``due`` is when each is to go out, s since the run's start; ``copy`` is 0 for a message itself,
    1 and up for what was added to it.
    """

    batch: Batch
    due: FloatArray
    copy: IntArray

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Return a batch as it comes from its fleet."""
        held = 0.0 if batch.held is None else batch.held
        return cls(batch, batch.scheduled + held, np.zeros(len(batch), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.batch)

    def only(self, kept: Mask) -> Self:
        """Return some of the messages."""
        return type(self)(self.batch.only(kept), self.due[kept], self.copy[kept])

    def at(self, due: FloatArray) -> Self:
        """Return them going out at other times, never earlier than now, on the grid."""
        later = np.ceil(np.maximum(due, self.due) / GRID) * GRID
        return type(self)(self.batch, later, self.copy)

    def more(self, copy: int) -> Self:
        """Return copies of them; ``copy`` tells one copy from another."""
        return type(self)(self.batch, self.due, self.copy + copy)

    def changed(self, title: str, **columns: Any) -> Self:
        """Return them with other columns, each marked with the title of what did it."""
        faults = marked(self.batch.faults, title, len(self))
        return type(self)(replace(self.batch, faults=faults, **columns), self.due, self.copy)

    def kept(self) -> Self:
        """Return them saying how long they wait on purpose, which is no lateness of the sender."""
        held = np.maximum(0.0, self.due - self.batch.scheduled)
        if not held.any():
            return self
        return type(self)(replace(self.batch, held=held), self.due, self.copy)

    def singles(self) -> Iterator[Self]:
        """Return each message alone."""
        for place in range(len(self)):
            one = slice(place, place + 1)
            yield type(self)(self.batch.part(one), self.due[one].copy(), self.copy[one].copy())

    def keys(self, keys: KeyArray) -> KeyArray:
        """Return a key for each message of those of the mocks."""
        own = keys[self.batch.rows] ^ (self.copy.astype(np.uint64) * _COPY)
        devices = self.batch.devices
        if devices is not None:
            own ^= np.array([zlib.crc32(each.encode()) for each in devices], dtype=np.uint64)
        return own

    @property
    def counts(self) -> IntArray:
        """The first of the ``DRAWS`` draws of each message."""
        counts: IntArray = self.batch.sequences * DRAWS
        return counts


def marked(faults: list[str] | None, title: str, size: int) -> list[str]:
    """Return the names of the faults that touched each message, with one more."""
    if faults is None:
        return [title] * size
    return [f"{each}+{title}" if each else title for each in faults]


def size_of(load: Load) -> int:
    """Return the bytes of its payloads and addresses."""
    batch = load.batch
    return sum(map(len, batch.payloads)) + sum(map(len, batch.addresses))


def on_grid(t: float) -> float:
    """Return the first moment of the grid at or after a time, s."""
    return math.ceil(t / GRID) * GRID


def columns_of_loads(loads: Sequence[Load]) -> dict[str, NDArray[Any]]:
    """Return loads as columns of a checkpoint, which ``loads_of`` takes back."""
    none = np.empty(0)
    return {
        **columns_of([load.batch for load in loads]),
        "due": np.concatenate([none, *(load.due for load in loads)]),
        "copy": np.concatenate([none, *(load.copy for load in loads)]).astype(np.int64),
    }


def loads_of(columns: Mapping[str, NDArray[Any]]) -> list[Load]:
    """Return the loads of which ``columns_of_loads`` made columns."""
    loads, at = [], 0
    for batch in batches_of(columns):
        own = slice(at, at + len(batch))
        loads.append(Load(batch, columns["due"][own].copy(), columns["copy"][own].copy()))
        at += len(batch)
    return loads
