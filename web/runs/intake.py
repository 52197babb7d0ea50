"""From a lease to what the engine takes: the shards that a tower has taken and not begun yet.

Rule: what the object store does not give within ``LOAD_WITHIN`` fails with the reason; what cannot
be loaded at all fails at once.
"""

import logging
from collections.abc import Callable, Iterable

from simulator import Assignment, StaleLease
from web.platform import storage
from web.runs import endings, leasing, moves, series
from web.runs.holding import Held
from web.runs.leasing import Lease, Room
from web.runs.loading import CannotLoad, Shelf, assignment
from web.runs.models import Outcome
from web.runs.renewing import Renewed
from web.runs.trail import Trail

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
        """Return what the engine takes now, as the desk keeps it."""
        begun = [self._begin(lease, since) for lease, since in list(self._waiting.values())]
        return [each for each in begun if each]

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

    def _begin(self, lease: Lease, since: float) -> tuple[Held, Assignment] | None:
        """Return what the engine takes; None when it cannot be loaded, now or ever."""
        try:
            loaded = self._shelf.loaded(lease.run)
        except storage.StorageUnavailable as error:
            logger.warning("not loaded: %s", error, extra={"shard": lease.name})
            if self._clock() - since >= LOAD_WITHIN:
                self._fail(lease, NOT_LOADED)
            return None
        except CannotLoad as error:
            self._fail(lease, str(error))
            return None
        del self._waiting[lease.name]
        trail = Trail(step=series.FINEST, start=loaded.start)
        resume = moves.resume_of(lease) if lease.fence > 1 else None
        if resume:
            trail.load(moves.points_of(lease))
        return Held(lease, loaded, trail, since=since), assignment(lease, loaded, resume)

    def _fail(self, lease: Lease, reason: str) -> None:
        del self._waiting[lease.name]
        try:
            leasing.release(lease, outcome=Outcome.FAILED, reason=reason)
        except StaleLease:
            return
        endings.end_run(lease.run)
