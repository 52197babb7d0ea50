"""The asyncio shell: runs the shards that it is given, in one loop, and tells of them each second.

Rule: waits for absolute moments, never for periods; an error of ours ends one shard, never the
tower.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from simulator.errors import DefinitionError, MocklotError
from simulator.lot.fault import Fault
from simulator.lot.order import Order
from simulator.recording import Chunk, Watch, Writer, Zero
from simulator.tower.alarm import Alarm
from simulator.tower.asking import MakeExchange
from simulator.tower.assignment import Assignment
from simulator.tower.ending import Phase
from simulator.tower.loop import shortage
from simulator.tower.observing import Observers
from simulator.tower.shard import NOT_OURS, Shard
from simulator.tower.snapshot import Snapshot, refusal
from simulator.transports import exchange_to

logger = logging.getLogger(__name__)

EachSecond = Callable[[], Awaitable[None]]


class MakeWriter(Protocol):
    """Makes what stores the chunks of a tower: ``recording.Writer``."""

    def __call__(self, write: Callable[[Chunk], None] | None, *, name: str) -> Writer: ...


READ_EVERY = 0.005  # s of work after which sockets are read
LAST_CALL_WITHIN = 10.0  # s that the last call of ``each_second`` may take
# Messages of a shard, on average, that are worth a round: its fixed cost is then half of theirs.
FULL_SENDS = 50
MAX_ORDERS = 1_000  # of all kinds, faults by hand among them, that wait for shards to begin


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
        self._shards: dict[str, Shard] = {}
        self._new: deque[Assignment] = deque()
        self._refused: list[Snapshot] = []
        self._orders: deque[tuple[str, Callable[[Shard], None]]] = deque()  # by shard
        self._is_draining = False
        self._keep_every = keep_every
        self._keep_at: dict[str, float] = {}  # the clock's s, by shard
        self._taken = 0  # shards so far
        self._frozen_after = frozen_after
        self.is_suspended = False  # it was frozen, and waits for ``go_on``
        self._call: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no shard is at work; one that ended may still have its last snapshot to give."""
        return not self._new and all(shard.phase is Phase.ENDED for shard in self._shards.values())

    def add(self, assignment: Assignment) -> None:
        """Take a shard; it begins within a tick. What cannot be simulated ends at once, with the
        error in its snapshot.

        Raises:
            ValueError: the tower holds a shard of that name, or is draining.
        """
        known = assignment.shard in self._shards or any(
            other.shard == assignment.shard for other in self._new
        )
        if known or self._is_draining:
            why = "is draining" if self._is_draining else "holds it already"
            raise ValueError(f"tower {self.name} cannot take {assignment.shard}: it {why}")
        self._new.append(assignment)
        self._alarm.ring()
        if why := shortage(self._mocks):
            logger.warning("tower=%s: %s", self.name, why)

    def _has_ended(self) -> bool:
        """Whether a shard ended whose last snapshot was not taken yet."""
        return any(shard.phase is Phase.ENDED for shard in self._shards.values())

    @property
    def _mocks(self) -> int:
        running = (each for each in self._shards.values() if each.phase is not Phase.ENDED)
        return sum(each.mocks for each in running) + sum(each.count for each in self._new)

    def stop(self, shard: str) -> None:
        """End a shard in order: nothing new is sent, acknowledgements are waited for, at most 8 s.

        A name that the tower does not hold (any more) is left alone.
        """
        if found := self._shards.get(shard):
            found.stop()
        self._new = deque(each for each in self._new if each.shard != shard)
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
        elif any(each.shard == shard for each in self._new):
            if len(self._orders) >= MAX_ORDERS:
                raise DefinitionError(f"at most {MAX_ORDERS:,} orders wait for shards to begin")
            self._orders.append((shard, do))

    def drain(self) -> None:
        """End all shards as ``stop`` does, take no new ones, and let ``run`` return."""
        self._is_draining = True
        for name in list(self._shards):
            self.stop(name)
        self._new.clear()
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
            self._new.clear()
        for name, each in self._shards.items():
            if shard in (None, name):
                each.hand_over()
        self._alarm.ring()

    def abandon(self, shard: str) -> None:
        """End a shard at once that another tower holds by now: nothing of it counts any more."""
        if found := self._shards.get(shard):
            self._guarded(found, partial(_ordered, found, _abandon), self._clock())
        self._new = deque(each for each in self._new if each.shard != shard)
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
        taken, self._refused = self._refused, []
        for name, shard in list(self._shards.items()):
            taken.append(shard.snapshot())
            if shard.phase is Phase.ENDED:
                del self._shards[name]
                self._keep_at.pop(name, None)
                self._observers.leave(shard.observer)
        return taken

    async def run(self, *, each_second: EachSecond | None = None) -> None:
        """Run until ``drain`` was called and every shard ended.

        ``each_second`` is called each second as a task of its own; while one call lasts, the next
        ones are left out. A last call is made when all is over. Cancelling ends at once: what was
        not stored is lost.
        """
        self._writer.start()
        try:
            await self._work(each_second)
        finally:
            if self._call:
                self._call.cancel()
            self._writer.close()

    async def _work(self, each_second: EachSecond | None) -> None:
        self._tell(each_second)  # there may be shards to take already
        second_ends = self._first_second()
        turned = self._clock()
        while not (self._is_draining and self.is_idle):
            now = self._clock()
            if now - turned > self._frozen_after:
                logger.warning("tower=%s was frozen for %.0f s", self.name, now - turned)
                self.is_suspended = True
            turned = now
            if now >= second_ends:
                self._end_second(now)
                second_ends += math.floor(now - second_ends) + 1
                self._tell(each_second)
            if self.is_suspended:
                await self._alarm.sleep_until(second_ends)
                continue
            self._begin_one()
            await self._step_all()
            if self._is_draining and self._has_ended():
                self._tell(each_second)  # others wait for it
            moment = min(second_ends, self._next_step())
            sending = [each for each in self._shards.values() if each.phase is Phase.SENDING]
            await self._alarm.sleep_until(
                moment,
                is_full=sum(each.taken for each in sending) >= FULL_SENDS * max(1, len(sending)),
                is_shared=any(each.is_opening for each in sending),
            )
        await self._tell_the_last(each_second)
        await self._observers.close()

    def _first_second(self) -> float:
        """The clock's moment of the next full second of wall time. Those after it are counted on
        from there: the wall's clock may be set, and would end one second twice."""
        wall = self._wall()
        return self._clock() + (math.floor(wall) + 1 - wall)

    def _begin_one(self) -> None:
        """Make one new shard, not all: each takes some 50 ms, in which the others wait."""
        if not self._new:
            return
        assignment = self._new.popleft()
        zero = Zero(assignment.epoch, self._clock() - (self._wall() - assignment.epoch))
        observer = None
        try:
            observer = self._observers.enter(assignment)
            self._shards[assignment.shard] = Shard(
                assignment,
                tower=self.name,
                zero=zero,
                writer=self._writer,
                make_exchange=self._make_exchange,
                observer=observer,
                clock=self._clock,
                ring=self._alarm.ring,
            )
        except MocklotError as error:
            logger.warning("shard=%s refused: %s", assignment.shard, error)
            self._observers.leave(observer)
            self._refused.append(refusal(assignment, str(error), at=self._wall()))
        except Exception as error:
            logger.exception("shard=%s failed to start", assignment.shard)
            self._observers.leave(observer)
            self._refused.append(refusal(assignment, _ours(error), at=self._wall()))
        self._obey(assignment.shard)
        if self._new:
            self._alarm.ring()

    def _obey(self, name: str) -> None:
        """Do what was ordered of a shard before it began; one that was refused has nobody to."""
        orders = [do for shard, do in self._orders if shard == name]
        self._orders = deque(each for each in self._orders if each[0] != name)
        if shard := self._shards.get(name):
            for do in orders:
                self._guarded(shard, partial(_ordered, shard, do), self._clock())

    async def _step_all(self) -> None:
        """Let each shard do what is due. Sockets are read in between, or an acknowledgement would
        wait for all of them and count as slow."""
        read = self._clock()
        for shard in list(self._shards.values()):
            now = self._clock()
            if now - read > READ_EVERY:
                await asyncio.sleep(0)
                read = now = self._clock()
            self._guarded(shard, shard.step, now)

    def _end_second(self, now: float) -> None:
        self._observers.end_second(now)
        for shard in self._shards.values():
            if shard.phase is not Phase.ENDED:
                self._guarded(shard, shard.end_second, now)
        if self._keep_every is not None:
            self._keep(now, self._keep_every)

    def _keep(self, now: float, every: float) -> None:
        """Make the checkpoints whose turn it is: each second those of some of the shards."""
        for name, shard in self._shards.items():
            if name not in self._keep_at:
                self._taken += 1
                self._keep_at[name] = now + self._taken % every
            is_low = shard.mind_reserve()
            if is_low or now >= self._keep_at[name]:
                self._keep_at[name] = max(now, self._keep_at[name]) + every
                self._guarded(shard, partial(_ordered, shard, Shard.keep), now)

    def _guarded(self, shard: Shard, do: Callable[[float], None], now: float) -> None:
        try:
            do(now)
        except Exception as error:
            logger.exception("shard=%s failed", shard.name)
            if shard.error:
                shard.give_up()
            shard.abort(_ours(error))

    def _next_step(self) -> float:
        return min((shard.next_step() for shard in self._shards.values()), default=math.inf)

    def _tell(self, each_second: EachSecond | None) -> None:
        if each_second and (self._call is None or self._call.done()):
            self._call = asyncio.get_running_loop().create_task(_call(each_second))

    async def _tell_the_last(self, each_second: EachSecond | None) -> None:
        if not each_second:
            return
        try:
            async with asyncio.timeout(LAST_CALL_WITHIN):
                if self._call:
                    await self._call
                await _call(each_second)
        except TimeoutError:
            logger.error("tower=%s: the last report took over %g s", self.name, LAST_CALL_WITHIN)


async def _call(each_second: EachSecond) -> None:
    try:
        await each_second()
    except Exception:
        logger.exception("the call of each second failed")


def _ordered(shard: Shard, do: Callable[[Shard], None], _now: float) -> None:
    do(shard)


def _abandon(shard: Shard) -> None:
    shard.abort(NOT_OURS)


def _ours(error: Exception) -> str:
    """What is told of an error of ours; its traceback is in the log."""
    return f"internal error: {type(error).__name__}"
