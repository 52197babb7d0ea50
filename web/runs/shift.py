"""A tower's shift: one engine, one desk, one loop; ends when there is nothing left to do.

Rule: decides nothing about shards; the desk does, in its own thread, so that nothing here blocks.
"""

import asyncio
import logging
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import connections

from simulator import DefinitionError, Export, Exports, Tower, run_in_loop
from web.runs.desk import Desk, Orders
from web.runs.injections import Wish

logger = logging.getLogger(__name__)

IDLE_GRACE = 2.0  # s without work after which the job ends; the next one starts in as many
OTHER_FILES = 500  # of the process that are no mock's socket: database, Redis, store, libraries
MOST_MOCKS = 20_000  # one core drives no more, whatever the system allows
LEAST_MOCKS = 1_000  # one whole shard, or nobody would ever take it
SETTLE_WITHIN = 8.0  # s that the last report may be tried again; the engine allows 10
AGAIN_AFTER = 0.5  # s


def capacity(open_files: int) -> int:
    """Return how many mocks a process with so many files can carry: on Heroku 9,500 of 10,000."""
    return max(LEAST_MOCKS, min(MOST_MOCKS, open_files - OTHER_FILES))


def work_shift() -> None:
    """Hold shards until there is none left, or until the platform says to end (SIGTERM)."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_MOCKS + OTHER_FILES if hard == resource.RLIM_INFINITY else hard
    name = f"{settings.DYNO}/{uuid4().hex[:12]}"
    logger.info("tower begins", extra={"tower": name})
    run_in_loop(Shift(Desk(tower=name, capacity=capacity(files))).run())
    logger.info("tower ends", extra={"tower": name})


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

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tower = Tower(name=desk.tower, write=desk.write)
        self._export = exporting(desk.tower)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._is_draining = False
        self._idle_since: float | None = None

    async def run(self) -> None:
        """Work until the desk has had nothing to do for ``IDLE_GRACE``, or until SIGTERM."""
        loop = asyncio.get_running_loop()
        # The worker lets its child ignore SIGTERM until this; from here on it is an order to end.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.drain)
        try:
            await self._tower.run(each_second=self.each_second)
        finally:
            if self._export:
                await loop.run_in_executor(None, self._export.close)
            await loop.run_in_executor(self._thread, connections.close_all)
            self._thread.shutdown(wait=False)

    def drain(self) -> None:
        """End all shards in order and take no new ones; any number of calls are one."""
        if not self._is_draining:
            logger.info("tower drains", extra={"tower": self._desk.tower})
        self._is_draining = True
        self._tower.drain()

    async def each_second(self) -> None:
        """Tell the desk what happened and do what it answers; the engine calls this."""
        orders = await self._ask_desk()
        for name in orders.stop:
            self._tower.stop(name)
        if self._is_draining:
            if self._tower.is_idle:
                await self._settle()
            return
        for assignment in orders.begin:
            self._tower.add(assignment)
        for shard, wish in orders.faults:
            self._afflict(shard, wish)
        for shard, watch in orders.watches:
            self._tower.watch(shard, watch)
        if self._has_been_idle(has_work=orders.has_work):
            self.drain()

    def _afflict(self, shard: str, wish: Wish) -> None:
        """Begin or end a fault that somebody asked for by hand."""
        try:
            if wish.is_ended:
                self._tower.clear(shard, name=wish.name)
            else:
                self._tower.inject(shard, wish.fault, name=wish.name, since=wish.since)
        except DefinitionError as error:
            logger.warning("fault not begun: %s", error, extra={"shard": shard})

    async def _ask_desk(self) -> Orders:
        snapshots, closing = self._tower.snapshots(), self._is_draining
        if self._export:
            self._export.take(snapshots)
        work = partial(self._desk.work, snapshots, closing=closing)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _has_been_idle(self, *, has_work: bool) -> bool:
        if has_work:
            self._idle_since = None
            return False
        if self._idle_since is None:
            self._idle_since = monotonic()
        return monotonic() - self._idle_since >= IDLE_GRACE

    async def _settle(self) -> None:
        """Try the last report again while the database does not take it."""
        deadline = monotonic() + SETTLE_WITHIN
        while not self._desk.is_settled and monotonic() < deadline:
            await asyncio.sleep(AGAIN_AFTER)
            await self._ask_desk()
