"""What the shards of a tower have told, added up for each run.

Rule: told the time; a run whose shards have all ended is kept for a while, so that its last figures
are read, and then forgotten. What is told is safe to be read from another thread.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from simulator.recording import Limited, Link, Second
from simulator.tower import Snapshot

KEEP = 300.0  # s after its last shard that a run is told of; five times a usual scrape
MAX_RUNS = 100  # of a tower; the one that was told of longest ago makes room
MAX_REASONS = 20  # of a run; more are "other", for each is a series of its own

OTHER = "other"


@dataclass(slots=True)
class Told:
    """One run in a tower, all its shards there together, since they began."""

    lot: str
    run: str
    total: Second
    links: Counter[str]  # mocks by what their connection does: connected, waiting, ...
    reasons: Counter[str]  # sends that failed, connections that were lost
    dropped: int  # records
    limited: Limited | None


@dataclass(slots=True)
class _Run:
    lot: str
    heard: float = 0.0  # s
    shards: dict[str, Snapshot] = field(default_factory=dict)


class Figures:
    """The latest of every shard, by run."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._lock = Lock()

    def take(self, snapshots: Iterable[Snapshot], *, now: float) -> None:
        """Bring it up to date at ``now``, s of any steady clock."""
        with self._lock:
            for snapshot in snapshots:
                run = self._runs.setdefault(snapshot.run, _Run(snapshot.lot))
                run.heard = now
                run.shards[snapshot.shard] = snapshot
            self._runs = {key: run for key, run in self._runs.items() if now - run.heard < KEEP}
            while len(self._runs) > MAX_RUNS:
                del self._runs[min(self._runs, key=lambda key: self._runs[key].heard)]

    def told(self) -> list[Told]:
        """Return each run as it is now; any thread may ask."""
        with self._lock:
            runs = [(key, run.lot, list(run.shards.values())) for key, run in self._runs.items()]
        return [_summed(key, lot, shards) for key, lot, shards in runs]


def _summed(run: str, lot: str, shards: list[Snapshot]) -> Told:
    return Told(
        lot=lot,
        run=run,
        total=Second.summed(shard.total for shard in shards),
        links=_links(shards),
        reasons=_reasons(shards),
        dropped=sum(shard.dropped for shard in shards),
        limited=Limited.first_of(shard.limited for shard in shards),
    )


def _links(shards: list[Snapshot]) -> Counter[str]:
    counts = sum(
        (np.bincount(shard.board["link"], minlength=len(Link)) for shard in shards),
        start=np.zeros(len(Link), dtype=np.int64),
    )
    return Counter({link.name.lower(): int(counts[link]) for link in Link})


def _reasons(shards: list[Snapshot]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for shard in shards:
        for reason in shard.reasons:
            counts[reason.text] += reason.sends + reason.lost
    most = dict(counts.most_common(MAX_REASONS))
    rest = sum(counts.values()) - sum(most.values())
    return Counter(most) + Counter({OTHER: rest})
