"""The asyncio shell: runs the shards that it is given, in one loop, and tells of them each second.

Rule: waits for absolute moments, never for periods; an error of ours ends one shard, never the
tower.
"""

import logging
import math
import time
from collections.abc import Callable
from functools import partial

from simulator.lot.fault import Fault
from simulator.lot.order import Order
from simulator.recording import Chunk, Watch, Writer, Zero
from simulator.tower.alarm import Alarm
from simulator.tower.asking import MakeExchange, MakeWriter
from simulator.tower.assignment import Assignment
from simulator.tower.calls import Calls, EachSecond
from simulator.tower.holding import Holding
from simulator.tower.keeping import Keeping
from simulator.tower.loop import shortage
from simulator.tower.observing import Observer, Observers
from simulator.tower.pending import Pending
from simulator.tower.shard import NOT_OURS, Shard
from simulator.tower.snapshot import Snapshot
from simulator.transports import exchange_to

logger = logging.getLogger(__name__)


class Tower:
    """Holds shards and runs their mocks.

    ``write`` stores a chunk; it is called in the writer's thread, may take its time, and raises
    when it failed (``StaleLease``: never again for that shard). None keeps no records. ``clock`` is
    the loop's own, in seconds, ``wall`` Unix seconds. Everything else is to be called inside the
    loop.
    """

    def __init__(
        self,
        *,
        name: str,
        write: Callable[[Chunk], None] | None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        make_exchange: MakeExchange = exchange_to,
        make_writer: MakeWriter = Writer,
        keep_every: float | None = None,
        frozen_after: float = math.inf,
    ) -> None:
        """
        Args:
            keep_every: s between two checkpoints of a shard, told with its snapshots; None: none is
                made, and no sequence number is reserved.
            frozen_after: s without a turn after which others may hold the shards: nothing more is
                sent then before ``go_on`` is called.
        """
        self.name = name
        self._clock = clock
        self._wall = wall
        self._make_exchange = make_exchange
        self._writer = make_writer(write, name=name)
        self._alarm = Alarm(clock)
        self._observers = Observers(tower=name, make_exchange=make_exchange, clock=clock)
        self._shards = Holding(
            self._shard_of,
            observers=self._observers,
            keeping=None if keep_every is None else Keeping(keep_every),
            clock=clock,
            wall=wall,
        )
        self._pending = Pending()
        self._is_draining = False
        self._frozen_after = frozen_after
        self._turned = math.inf  # the clock's s at which the last turn began
        self.is_suspended = False  # it was frozen, and waits for ``go_on``

    @property
    def is_idle(self) -> bool:
        """Whether no shard is at work; one that ended may still have its last snapshot to give."""
        return not self._pending and self._shards.is_idle

    def add(self, assignment: Assignment) -> None:
        """Take a shard; it begins within a tick. What cannot be simulated ends at once, with the
        error in its snapshot.

        Raises:
            ValueError: the tower holds a shard of that name, or is draining.
        """
        known = assignment.shard in self._shards or assignment.shard in self._pending
        if known or self._is_draining:
            why = "is draining" if self._is_draining else "holds it already"
            raise ValueError(f"tower {self.name} cannot take {assignment.shard}: it {why}")
        self._pending.put(assignment)
        self._alarm.ring()
        if why := shortage(self._shards.mocks + self._pending.mocks):
            logger.warning("tower=%s: %s", self.name, why)

    def stop(self, shard: str) -> None:
        """End a shard in order: nothing new is sent, acknowledgements are waited for, at most 8 s.

        A name that the tower does not hold (any more) is left alone.
        """
        if found := self._shards.get(shard):
            found.stop()
        self._pending.drop(shard)
        self._alarm.ring()

    def inject(self, shard: str, fault: Fault, *, name: str, since: float | None = None) -> None:
        """Put a fault by hand into a shard that runs, or is to begin.

        It begins ``fault.at`` s after ``since`` (s since the run's start), or after now; the same
        ``name`` and ``since`` in all shards of a run make one fault of the whole run. A name that
        the tower does not hold (any more) is left alone, as is a shard that sends no more.

        Raises:
            DefinitionError: One of this name is in force there, or there are too many.
        """
        self._order(shard, lambda each: each.inject(fault, name, since))

    def clear(self, shard: str, *, name: str | None = None) -> None:
        """End a fault that was put into a shard by hand; without a name all, the lot's own too."""
        self._order(shard, lambda each: each.clear(name))

    def order(self, shard: str, order: Order, *, name: str, since: float | None = None) -> None:
        """Have a shard that runs, or is to begin, obey an order.

        It takes effect ``order.at`` s after ``since`` (s since the run's start), or after now; the
        same ``name`` and ``since`` in all shards make one order of the whole run, which is obeyed
        once however often it is told, also where another tower goes on with the shard. A shard that
        the tower does not hold (any more) is left alone, as is one that sends no more.

        Raises:
            DefinitionError: There are too many.
        """
        self._order(shard, lambda each: each.order(order, name, since))

    def watch(self, shard: str, watch: Watch | None) -> None:
        """Copy what somebody watches of a shard into its snapshots; None: nobody does any more.

        A name that the tower does not hold (any more) is left alone.
        """
        self._order(shard, lambda each: each.watch(watch))

    def _order(self, shard: str, do: Callable[[Shard], None]) -> None:
        if found := self._shards.get(shard):
            do(found)
        else:
            self._pending.order(shard, do)

    def drain(self) -> None:
        """End all shards as ``stop`` does, take no new ones, and let ``run`` return."""
        self._is_draining = True
        for shard in self._shards:
            shard.stop()
        self._pending.clear()
        self._alarm.ring()

    def hand_over(self, shard: str | None = None) -> None:
        """End a shard, or all, so that other towers go on with them.

        What is in flight is waited for, at most 8 s, the records are stored, connections end in
        order and sessions stay with the target; then comes a last snapshot whose state is
        ``moved``, with a checkpoint. Without a name the tower takes no new ones, and ``run``
        returns in the end. A shard that has no more to send ends as ``stop`` has it.
        """
        if shard is None:
            self._is_draining = True
            self._pending.clear()
        for each in self._shards:
            if shard in (None, each.name):
                each.hand_over()
        self._alarm.ring()

    def abandon(self, shard: str) -> None:
        """End a shard at once that another tower holds by now: nothing of it counts any more."""
        if found := self._shards.get(shard):
            self._shards.guard(found, partial(found.abort, NOT_OURS))
        self._pending.drop(shard)
        self._alarm.ring()

    def stored(self, shard: str, t: float) -> None:
        """Take note that the checkpoint in the snapshot of ``t`` (its Unix s) is stored."""
        if found := self._shards.get(shard):
            found.stored(t)

    def go_on(self) -> None:
        """Go on after a freeze: somebody has made sure whose the shards are."""
        if self.is_suspended:
            logger.warning("tower=%s goes on after it was frozen", self.name)
        self.is_suspended = False
        self._alarm.ring()

    def snapshots(self) -> list[Snapshot]:
        """One of each shard; of one that ended its last, after which it is forgotten."""
        return self._shards.snapshots()

    async def run(self, *, each_second: EachSecond | None = None) -> None:
        """Run until ``drain`` was called and every shard ended.

        ``each_second`` is called each second as a task of its own; while one call lasts, the next
        ones are left out. A last call is made when all is over. Cancelling ends at once: what was
        not stored is lost.
        """
        self._writer.start()
        calls = Calls(each_second, tower=self.name)
        try:
            await self._work(calls)
            await calls.last()
            await self._observers.close()
        finally:
            calls.cancel()
            self._writer.close()

    async def _work(self, calls: Calls) -> None:
        calls.begin()  # there may be shards to take already
        second_ends = self._first_second()
        while not (self._is_draining and self.is_idle):
            now = self._clock()
            self._mind_freeze(now)
            if now >= second_ends:
                self._end_second(now)
                second_ends += math.floor(now - second_ends) + 1
                calls.begin()
            if self.is_suspended:
                await self._alarm.sleep_until(second_ends)
                continue
            self._begin_one()
            await self._shards.step()
            if self._is_draining and self._shards.has_ended:
                calls.begin()  # others wait for it
            await self._alarm.sleep_until(
                min(second_ends, self._shards.next_step()),
                is_full=self._shards.is_full,
                is_shared=self._shards.is_opening,
            )

    def _mind_freeze(self, now: float) -> None:
        """Send nothing more if the last turn was so long ago that others may hold the shards."""
        if now - self._turned > self._frozen_after:
            logger.warning("tower=%s was frozen for %.0f s", self.name, now - self._turned)
            self.is_suspended = True
        self._turned = now

    def _first_second(self) -> float:
        """The clock's moment of the next full second of wall time. Those after it are counted on
        from there: the wall's clock may be set, and would end one second twice."""
        wall = self._wall()
        return self._clock() + (math.floor(wall) + 1 - wall)

    def _begin_one(self) -> None:
        """Make one new shard, not all: each takes some 50 ms, in which the others wait."""
        if assignment := self._pending.take():
            self._shards.begin(assignment, self._pending.orders(assignment.shard))
            if self._pending:
                self._alarm.ring()

    def _shard_of(self, assignment: Assignment, observer: Observer | None) -> Shard:
        return Shard(
            assignment,
            tower=self.name,
            zero=Zero(assignment.epoch, self._clock() - (self._wall() - assignment.epoch)),
            writer=self._writer,
            make_exchange=self._make_exchange,
            observer=observer,
            clock=self._clock,
            ring=self._alarm.ring,
        )

    def _end_second(self, now: float) -> None:
        self._observers.end_second(now)
        self._shards.end_second(now)
