"""Live tail, the towers' side: asks who looks at their runs, and hands over what they look at.

Rule: one round trip a second; while nobody looks it asks for one key a run and does nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

import msgpack

from simulator import Watch
from web.logs import tails
from web.platform import redis
from web.runs.leasing import Lease

MOST_TOLD = 100  # records that a tower tells one watch of in a second; what is more is counted


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks at."""

    name: str
    mocks: frozenset[int]
    reason: str

    def takes(self, copy: Mapping[str, Any]) -> bool:
        """Whether a record belongs to it."""
        return copy["mock"] in self.mocks or (bool(self.reason) and copy["reason"] == self.reason)


@dataclass(slots=True)
class Catch:
    """What a shard saw since the last word: copies of records, and how many were left out."""

    copies: Sequence[Mapping[str, Any]] = ()
    left_out: int = 0


@dataclass(slots=True)
class Relay:
    """One tower's. ``asked`` is what was looked at a second ago, by the run's row."""

    asked: dict[int, list[Asked]] = field(default_factory=dict)
    told: dict[str, Watch] = field(default_factory=dict)  # what the engine copies, by lease

    def exchange(self, catches: Mapping[Lease, Catch]) -> list[tuple[str, Watch | None]]:
        """Hand over what was seen; return what of each lease is to be watched, where that is new.

        Args:
            catches: Of every shard that the tower holds.

        Raises:
            redis.Unavailable: Redis does not answer; what was seen is lost.
        """
        runs = sorted({lease.run for lease in catches})
        if not runs:
            return []
        self.asked = dict(zip(runs, talk(runs, list(self._letters(catches))), strict=True))
        return self._changes(catches)

    def _letters(self, catches: Mapping[Lease, Catch]) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yield what each watch is told: the key of its stream, and the fields."""
        for run, watches in self.asked.items():
            mine = [catch for lease, catch in catches.items() if lease.run == run]
            left_out = sum(catch.left_out for catch in mine)
            for asked in watches:
                copies = [copy for catch in mine for copy in catch.copies if asked.takes(copy)]
                missing = left_out + max(0, len(copies) - MOST_TOLD)
                if copies or missing:
                    packed = msgpack.packb(copies[:MOST_TOLD])
                    yield tails.tail_key(run, asked.name), {"records": packed, "left_out": missing}

    def _changes(self, leases: Iterable[Lease]) -> list[tuple[str, Watch | None]]:
        wanted = {lease.name: watch_of(lease, self.asked[lease.run]) for lease in leases}
        changes = [(name, watch) for name, watch in wanted.items() if watch != self.told.get(name)]
        self.told = {name: watch for name, watch in wanted.items() if watch}
        return changes


def watch_of(lease: Lease, watches: Iterable[Asked]) -> Watch | None:
    """Return what a shard is to copy for all who look; None where nobody looks at it."""
    own = range(lease.first, lease.first + lease.count)
    mocks = frozenset(mock for asked in watches for mock in asked.mocks if mock in own)
    reasons = frozenset(asked.reason for asked in watches if asked.reason)
    return Watch(mocks, reasons) if mocks or reasons else None


def talk(runs: Sequence[int], letters: Sequence[tuple[str, Any]]) -> list[list[Asked]]:
    """Write to streams, and return what is watched of each run.

    Raises:
        redis.Unavailable: Redis does not answer.
    """
    pipe = redis.connection().pipeline(transaction=False)
    for key, fields in letters:
        pipe.xadd(key, fields, maxlen=tails.MOST_BATCHES, approximate=False)
        pipe.expire(key, 2 * tails.LIFE)
    for run in runs:
        pipe.hgetall(tails.watches_key(run))
    answers: list[dict[bytes, bytes]] = pipe.execute()[2 * len(letters) :]
    return [[asked_of(*pair) for pair in known.items() if is_live(pair[1])] for known in answers]


def is_live(data: bytes) -> bool:
    """Whether a watch still holds."""
    return tails.until_of(data) >= time()


def asked_of(name: bytes, data: bytes) -> Asked:
    """Return a watch as ``tails.watch`` wrote it."""
    said = msgpack.unpackb(data)
    return Asked(name.decode(), frozenset(said["mocks"]), said["reason"])
