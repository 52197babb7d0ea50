"""The shards at work in a tower, each guarded from the errors of the others.

Rule: an error of ours ends one shard, never the tower; whoever ended is forgotten once it was told.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from simulator.errors import MocklotError
from simulator.tower.assignment import Assignment
from simulator.tower.ending import Phase
from simulator.tower.keeping import Keeping
from simulator.tower.observing import Observer, Observers
from simulator.tower.shard import Shard
from simulator.tower.snapshot import Snapshot, refusal

logger = logging.getLogger(__name__)

READ_EVERY = 0.005  # s of work after which sockets are read
# Messages of a shard, on average, that are worth a round: its fixed cost is then half of theirs.
FULL_SENDS = 50

Make = Callable[[Assignment, Observer | None], Shard]
Order = Callable[[Shard], None]


class Holding:
    """Those of one tower; moments are the clock's, in s."""

    def __init__(
        self,
        make: Make,
        *,
        observers: Observers,
        keeping: Keeping | None,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        """
        Args:
            make: Makes the shard of an assignment, with the observer of its run.
            keeping: Says whose checkpoint is to be made; None: none is.
            clock: The loop's.
            wall: Unix s.
        """
        self._make = make
        self._observers = observers
        self._keeping = keeping
        self._clock = clock
        self._wall = wall
        self._shards: dict[str, Shard] = {}
        self._refused: list[Snapshot] = []

    def __contains__(self, name: str) -> bool:
        return name in self._shards

    def __iter__(self) -> Iterator[Shard]:
        return iter(list(self._shards.values()))

    def get(self, name: str) -> Shard | None:
        """Return a shard by its name, also one that ended; None: it is not here (any more)."""
        return self._shards.get(name)

    @property
    def has_ended(self) -> bool:
        """Whether one ended whose last snapshot was not taken yet."""
        return any(shard.phase is Phase.ENDED for shard in self)

    @property
    def is_idle(self) -> bool:
        """Whether none is at work."""
        return all(shard.phase is Phase.ENDED for shard in self)

    @property
    def mocks(self) -> int:
        """How many are at work."""
        return sum(shard.mocks for shard in self if shard.phase is not Phase.ENDED)

    def begin(self, assignment: Assignment, orders: Iterable[Order]) -> None:
        """Make a shard, and do what was ordered of it before; or tell that it cannot begin."""
        observer = None
        try:
            observer = self._observers.enter(assignment)
            shard = self._make(assignment, observer)
        except MocklotError as error:
            logger.warning("shard=%s refused: %s", assignment.shard, error)
            self._refuse(assignment, observer, str(error))
        except Exception as error:
            logger.exception("shard=%s failed to start", assignment.shard)
            self._refuse(assignment, observer, _ours(error))
        else:
            self._shards[assignment.shard] = shard
            for do in orders:
                self.guard(shard, partial(do, shard))

    async def step(self) -> None:
        """Let each do what is due. Sockets are read in between, or an acknowledgement would wait
        for all of them and count as slow."""
        read = self._clock()
        for shard in self:
            now = self._clock()
            if now - read > READ_EVERY:
                await asyncio.sleep(0)
                read = now = self._clock()
            self.guard(shard, partial(shard.step, now))

    def next_step(self) -> float:
        """When one of them has something to do; ``NOW`` when it is behind."""
        return min((shard.next_step() for shard in self), default=math.inf)

    @property
    def is_full(self) -> bool:
        """Whether the last step was worth its fixed cost."""
        taken = [shard.taken for shard in self if shard.phase is Phase.SENDING]
        return sum(taken) >= FULL_SENDS * max(1, len(taken))

    @property
    def is_opening(self) -> bool:
        """Whether many mocks of one wait for their connection, and others are getting theirs."""
        return any(shard.is_opening for shard in self if shard.phase is Phase.SENDING)

    def end_second(self, now: float) -> None:
        """End the second in each, and make the checkpoints whose turn it is."""
        for shard in self:
            if shard.phase is not Phase.ENDED:
                self.guard(shard, partial(shard.end_second, now))
        if self._keeping:
            self._keep(self._keeping, now)

    def snapshots(self) -> list[Snapshot]:
        """Return one of each; of one that ended its last, after which it is forgotten."""
        taken, self._refused = self._refused, []
        for shard in self:
            taken.append(self._snapshot_of(shard))
            if shard.phase is Phase.ENDED:
                self._forget(shard)
        return taken

    def _snapshot_of(self, shard: Shard) -> Snapshot:
        """Return a shard's snapshot; one of which nothing can be told ends with that error."""
        try:
            return shard.snapshot()
        except Exception as error:
            logger.exception("shard=%s cannot be told of", shard.name)
            shard.give_up()
            shard.abort(_ours(error))
            return shard.snapshot()

    def guard(self, shard: Shard, do: Callable[[], None]) -> None:
        """Do something with a shard, which an error of ours ends; a second one ends it at once."""
        try:
            do()
        except Exception as error:
            logger.exception("shard=%s failed", shard.name)
            if shard.error:
                shard.give_up()
            shard.abort(_ours(error))

    def _keep(self, keeping: Keeping, now: float) -> None:
        for shard in self:
            if keeping.is_due(shard.name, now, is_low=shard.mind_reserve()):
                self.guard(shard, shard.keep)

    def _forget(self, shard: Shard) -> None:
        del self._shards[shard.name]
        self._observers.leave(shard.observer)
        if self._keeping:
            self._keeping.forget(shard.name)

    def _refuse(self, assignment: Assignment, observer: Observer | None, why: str) -> None:
        self._observers.leave(observer)
        self._refused.append(refusal(assignment, why, at=self._wall()))


def _ours(error: Exception) -> str:
    """What is told of an error of ours; its traceback is in the log."""
    return f"internal error: {type(error).__name__}"
