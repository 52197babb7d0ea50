"""A tower's shift: one engine, one desk, one loop; ends when there is nothing left to do.

Rule: decides nothing about shards; the desk does, in its own thread, so that nothing here blocks.
"""

import asyncio
import logging
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from simulator import Closed, DefinitionError, Export, Exports, Tower, Writer, cut, run_in_loop
from web.platform import reach
from web.platform.closed_hosts import closed_hosts
from web.runs import jobs, leasing, workers
from web.runs.capacity import MOST_MESSAGES, MOST_MOCKS, OTHER_FILES
from web.runs.desk import Desk
from web.runs.holding import Orders
from web.runs.injections import Wish

logger = logging.getLogger(__name__)

IDLE_GRACE = 2.0  # s without work after which the job ends; the next one starts in as many
KEEP_EVERY = 10.0  # s between two checkpoints of a shard
# s without a turn of the loop after which another tower may have the shards: a lease was renewed so
# long before that it may end now.
FROZEN_AFTER = leasing.LEASE.total_seconds() - 2 * leasing.RENEW_EVERY
LEAST_MOCKS = 1_000  # one whole shard, or nobody would ever take it
SETTLE_WITHIN = 8.0  # s that the last report may be tried again; the engine allows 10
AGAIN_AFTER = 0.5  # s


def capacity(open_files: int) -> int:
    """Return how many mocks a process with so many files can carry: on Heroku 9,500 of 10,000."""
    return max(LEAST_MOCKS, min(MOST_MOCKS, open_files - OTHER_FILES))


def work_shift(*, patience: float = IDLE_GRACE) -> None:
    """Hold shards until there is none left, or until the platform says to end (SIGTERM).

    Args:
        patience: s without work after which it ends.
    """
    if workers.is_draining(settings.DYNO):
        rest()
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_MOCKS + OTHER_FILES if hard == resource.RLIM_INFINITY else hard
    name = f"{settings.DYNO}/{uuid4().hex[:12]}"
    logger.info("tower begins", extra={"tower": name})
    desk = Desk(tower=name, capacity=capacity(files), messages=MOST_MESSAGES, dyno=settings.DYNO)
    desk.dates.look()  # seconds are told of by it from the first one on
    shift = Shift(desk, patience=patience)
    run_in_loop(shift.run(), reach=reach.reach(), closed=closed_hosts.known)
    if shift.has_left:
        jobs.ask_for_tower()  # for the shards that are wanted again
    logger.info("tower ends", extra={"tower": name})


def rest() -> None:
    """Take no shards while the worker is to drain, until the platform ends it or it is to go on."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    jobs.ask_for_tower()  # the job that led here is some other worker's
    logger.info("worker rests", extra={"dyno": settings.DYNO})
    while not stopping.wait(workers.BEAT_EVERY):
        close_old_connections()
        try:
            if not workers.beat(settings.DYNO, tower="", mocks=0, room=0):
                return
        except DatabaseError as error:
            logger.warning("the database does not answer: %s", type(error).__name__)


def exporting(tower: str) -> Export | None:
    """Return what tells the tower's figures to who watches; None where nobody does, or it cannot.

    A tower sends whether it is watched or not.
    """
    port = settings.METRICS_PORT or None
    exports = Exports(host=settings.METRICS_ADDRESS, port=port, otlp=settings.METRICS_OTLP_URL)
    if not exports.is_wanted:
        return None
    try:
        return Export(exports, tower=tower)
    except DefinitionError as error:
        logger.warning("metrics are not told: %s", error, extra={"tower": tower})
        return None


class Shift:
    """Carries word between the engine and its desk."""

    def __init__(self, desk: Desk, *, patience: float = IDLE_GRACE) -> None:
        self._desk = desk
        self._patience = patience
        self._tower = Tower(
            name=desk.tower,
            write=None,
            make_writer=partial(Writer, store=desk.filing),
            wall=desk.dates.unix,
            keep_every=KEEP_EVERY,
            frozen_after=FROZEN_AFTER,
        )
        self.has_left = False  # told to end while others could go on
        self._export = exporting(desk.tower)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._is_draining = False
        self._idle_since: float | None = None
        self._closed = Closed()  # that open connections were held against

    async def run(self) -> None:
        """Work until the desk has had nothing to do for a while, or until SIGTERM."""
        loop = asyncio.get_running_loop()
        # The worker lets its child ignore SIGTERM until this; from here on it is an order to end.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leave)
        self._desk.renewals.start()
        try:
            await self._tower.run(each_second=self.each_second)
        finally:
            if self._export:
                await loop.run_in_executor(None, self._export.close)
            await loop.run_in_executor(self._thread, connections.close_all)
            await loop.run_in_executor(None, self._desk.renewals.stop)
            self._thread.shutdown(wait=False)

    def leave(self) -> None:
        """Let other towers go on with everything, and end; any number of calls are one."""
        if self.has_left:
            return
        logger.info("tower hands over", extra={"tower": self._desk.tower})
        self.has_left = self._is_draining = True
        self._tower.hand_over()
        # A tower that begins now is ready by the time that the shards are.
        ask = partial(jobs.ask_for_tower, patience=jobs.STANDBY)
        asyncio.get_running_loop().run_in_executor(None, ask)

    async def each_second(self) -> None:
        """Tell the desk what happened and do what it answers; the engine calls this."""
        orders = await self._ask_desk()
        for name in orders.lost:
            self._tower.abandon(name)
        for name in orders.stop:
            self._tower.stop(name)
        for name in orders.hand_over:
            self._tower.hand_over(name)
        for name, moment in orders.stored:
            self._tower.stored(name, moment)
        if orders.is_confirmed:
            self._tower.go_on()
        if orders.is_to_drain:
            self.leave()
        if self._is_draining:
            if self._tower.is_idle:
                await self._settle()
            return
        for assignment in orders.begin:
            self._tower.add(assignment)
        for shard, wish in orders.wishes:
            self._grant(shard, wish)
        for shard, watch in orders.watches:
            self._tower.watch(shard, watch)
        if self._has_been_idle(has_work=orders.has_work):
            self._is_draining = True
            self._tower.drain()

    def _grant(self, shard: str, wish: Wish) -> None:
        """Give an order, or begin or end a fault, that somebody asked for by hand."""
        try:
            if order := wish.order:
                self._tower.order(shard, order, name=wish.name, since=wish.since)
            elif wish.is_ended:
                self._tower.clear(shard, name=wish.name)
            else:
                self._tower.inject(shard, wish.fault, name=wish.name, since=wish.since)
        except DefinitionError as error:
            logger.warning("not done: %s", error, extra={"shard": shard})

    async def _ask_desk(self) -> Orders:
        snapshots, closing = self._tower.snapshots(), self._is_draining
        if self._export:
            self._export.take(snapshots)
        confirm = self._tower.is_suspended
        work = partial(self._desk.work, snapshots, closing=closing, confirm=confirm)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.look, work)

    def look(self, work: Callable[[], Orders]) -> Orders:
        """Let the desk work, then read which hosts are closed: connections go by that at once, and
        those that are open already are cut."""
        orders = work()
        closed = closed_hosts.look()
        if closed != self._closed:
            self._closed = closed
            logger.info("connections to closed hosts are cut", extra={"count": cut(closed)})
        return orders

    def _has_been_idle(self, *, has_work: bool) -> bool:
        if has_work:
            self._idle_since = None
            return False
        if self._idle_since is None:
            self._idle_since = monotonic()
        return monotonic() - self._idle_since >= self._patience

    async def _settle(self) -> None:
        """Try the last report again while the database does not take it."""
        deadline = monotonic() + SETTLE_WITHIN
        while not self._desk.is_settled and monotonic() < deadline:
            await asyncio.sleep(AGAIN_AFTER)
            await self._ask_desk()
