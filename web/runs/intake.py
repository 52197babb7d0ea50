"""From a lease to what the engine takes: the shards that a tower has taken and not begun yet.

Rule: what the object store does not give within ``LOAD_WITHIN`` fails with the reason; what cannot
be loaded at all fails at once.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from simulator import Assignment, StaleLease
from web.platform import storage
from web.runs import endings, leasing, moves, series
from web.runs.holding import Held
from web.runs.leasing import Lease
from web.runs.loading import CannotLoad, Loaded, Shelf, assignment
from web.runs.models import Outcome
from web.runs.renewing import Renewed
from web.runs.trail import Trail
from web.runs.turns import Room

logger = logging.getLogger(__name__)

LOAD_WITHIN = 60.0  # s that the object store may take to answer before a shard fails
NOT_LOADED = "The object store did not answer within a minute, so the mocks could not start."


class Intake:
    """One tower's."""

    def __init__(self, tower: str, *, clock: Callable[[], float]) -> None:
        """``clock``: seconds of a clock that nobody sets."""
        self._tower = tower
        self._clock = clock
        self._shelf = Shelf()
        self._waiting: dict[str, tuple[Lease, float]] = {}  # and since when, s of the clock

    def __bool__(self) -> bool:
        """Whether something waits to be begun."""
        return bool(self._waiting)

    @property
    def leases(self) -> list[Lease]:
        """Those of what waits."""
        return [lease for lease, _ in self._waiting.values()]

    def take(self, room: Room, *, first: int | None) -> None:
        """Lease wanted shards; ``first`` is as ``leasing.lease_shards`` has it."""
        if room.mocks <= 0:
            return
        for lease in leasing.lease_shards(self._tower, room=room, first=first):
            self._waiting[lease.name] = (lease, self._clock())

    def begin(self) -> list[tuple[Held, Assignment]]:
        """Return what the engine takes now, as the desk keeps it.

        Raises:
            DatabaseError: It does not answer; all that waits goes on waiting.
        """
        loaded = self._loaded()
        waiting = [(*self._waiting[name], run) for name, run in loaded.items()]
        left = moves.left_of(lease for lease, _, _ in waiting)
        begun = [_begun(lease, since, run, left.get(lease.shard)) for lease, since, run in waiting]
        for name in loaded:
            del self._waiting[name]
        return begun

    def give_back(self) -> None:
        """Leave to other towers what waits."""
        for lease in self.leases:
            leasing.give_back(lease)
        self._waiting.clear()

    def let_go(self, renewed: Renewed) -> None:
        """Forget what others hold by now."""
        for name, (lease, since) in list(self._waiting.items()):
            if since < renewed.at and (lease.shard, lease.fence) not in renewed.mine:
                del self._waiting[name]

    def keep(self, runs: Iterable[int]) -> None:
        """Forget what was read for other runs than these."""
        self._shelf.keep(runs)

    def _loaded(self) -> dict[str, Loaded]:
        """Return the run of each lease that waits, by its name, but for what cannot be loaded."""
        found = {}
        for name, (lease, since) in list(self._waiting.items()):
            try:
                found[name] = self._shelf.loaded(lease.run)
            except storage.StorageUnavailable as error:
                logger.warning("not loaded: %s", error, extra={"shard": name})
                if self._clock() - since >= LOAD_WITHIN:
                    self._fail(lease, NOT_LOADED)
            except CannotLoad as error:
                self._fail(lease, str(error))
        return found

    def _fail(self, lease: Lease, reason: str) -> None:
        """End a shard that cannot begin; it waits on where the database does not take that."""
        with suppress(StaleLease):
            leasing.release(lease, outcome=Outcome.FAILED, reason=reason)
        endings.end_run(lease.run)
        del self._waiting[lease.name]


def _begun(
    lease: Lease, since: float, loaded: Loaded, left: moves.Left | None
) -> tuple[Held, Assignment]:
    """Return a shard as the desk keeps it and as the engine takes it; ``left``: by others."""
    trail = Trail(step=series.FINEST, start=loaded.start)
    trail.load(left.points if left else ())
    given = assignment(lease, loaded, left.resume if left else None)
    return Held(lease, loaded, trail, since=since), given
