"""A shard that a tower holds, as its desk knows it: what of it is not in the database yet.

Rule: told what there is and when; :mod:`web.runs.saving` writes it.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from simulator import Assignment, Snapshot, Watch
from web.logs.relaying import Catch
from web.runs.boards import ShardReport
from web.runs.injections import Wish
from web.runs.leasing import Lease
from web.runs.loading import Loaded
from web.runs.models import Outcome
from web.runs.trail import Trail


@dataclass(slots=True, eq=False)
class Held:
    """A shard that this tower runs, and what of it is not in the database yet."""

    lease: Lease
    loaded: Loaded
    trail: Trail
    report: ShardReport | None = None
    parcel: bytes | None = None  # the report, once it was packed
    identities: bytes = b""
    saved_at: float = -inf  # monotonic s; at its first second, so that pages know who is who
    end: tuple[Outcome, str] | None = None  # how it ended, once it has
    is_moved: bool = False  # it ended here, for another tower to go on with it
    gives_room: bool = False  # it is handed over for a run of which nothing runs
    checkpoint: tuple[float, bytes] | None = None  # the newest (its Unix s), not stored yet
    since: float = -inf  # monotonic s; when its lease was taken
    catch: Catch = field(default_factory=Catch)  # what of it somebody watches, not handed over yet
    told: set[Wish] = field(default_factory=set)  # faults and orders that its engine knows of

    @property
    def is_saved(self) -> bool:
        """Whether the database has heard of it from this tower."""
        return self.saved_at > -inf

    def hear(self, snapshot: Snapshot) -> None:
        """Take in what the engine told of it; its end is not looked at."""
        self.trail.add(snapshot.seconds)
        self.parcel = None
        self.report = ShardReport(
            at=snapshot.t,
            mocks=snapshot.board,
            statuses=snapshot.statuses,
            reasons=snapshot.reasons,
            total=snapshot.total,
            recent=self.trail.recent,
            dropped=snapshot.dropped,
            limited=snapshot.limited,
            faults=snapshot.faults,
            places=snapshot.places,
        )
        self.catch = Catch(snapshot.tail, snapshot.tail_left_out)
        self.identities = self.identities or packed(snapshot.identities)
        if snapshot.checkpoint:
            self.checkpoint = snapshot.t, snapshot.checkpoint

    def is_due(self, *, in_turn: bool, before: float) -> bool:
        """Whether it is to be written now: it ended, or just began; ``in_turn`` also where it has a
        checkpoint, or was written ``before`` (monotonic s)."""
        if self.end or self.is_moved or not self.is_saved:
            return True
        return in_turn and (self.checkpoint is not None or self.saved_at <= before)

    def packed(self) -> bytes:
        """Return its newest report as bytes, packed once.

        Raises:
            ValueError: It has none.
        """
        if self.report is None:
            raise ValueError(f"{self.lease.name} has told nothing yet")
        if self.parcel is None:
            self.parcel = self.report.pack()
        return self.parcel

    def take_catch(self) -> Catch:
        """Return what of it somebody watches, once."""
        catch, self.catch = self.catch, Catch()
        return catch


@dataclass(frozen=True, slots=True)
class Orders:
    """What the tower is to do now."""

    begin: list[Assignment] = field(default_factory=list)
    stop: list[str] = field(default_factory=list)  # names of leases
    hand_over: list[str] = field(default_factory=list)  # the same: others go on with them
    lost: list[str] = field(default_factory=list)  # names of leases that are others' now
    stored: list[tuple[str, float]] = field(default_factory=list)  # checkpoints, by their Unix s
    is_confirmed: bool = False  # whose the shards are was asked just now
    is_to_drain: bool = False  # the worker is to hand over everything
    wishes: list[tuple[str, Wish]] = field(default_factory=list)  # new to the lease of this name
    watches: list[tuple[str, Watch | None]] = field(default_factory=list)  # new, by lease
    has_work: bool = True


def packed(identities: Iterable[str]) -> bytes:
    """Return the mocks' ids as bytes, by row."""
    return zlib.compress("\n".join(identities).encode())
