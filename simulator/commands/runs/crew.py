"""Who runs the mocks of a job: this process alone, or several at work side by side.

Rule: both tell the same snapshots; who asks does not see how many processes there are.
"""

import asyncio
import multiprocessing
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from simulator.commands.runs.chunks import writer_to
from simulator.commands.runs.worker import Message, work
from simulator.errors import MocklotError
from simulator.tower import Assignment, Snapshot, Tower

READY_WITHIN = 60.0  # s for a process to start and read its part, on a machine that is busy
AHEAD = 0.1  # s from the moment that all are ready to the run's start, so that none begins late
ENDED_WITHIN = 15.0  # s for a process that was left to drain: a tower takes 8 s, then 6 to store
GONE_WITHIN = 2.0  # s from the end of its pipe to the end of a process

Take: TypeAlias = Callable[[list[Snapshot]], None]


class WorkerLost(MocklotError):
    """A process of the run did not start, or ended before its time."""


class Crew(ABC):
    """Runs all assignments of a job to their end. Belongs to one loop."""

    began = 0.0  # time.monotonic() at t = 0 of the run

    @abstractmethod
    async def run(self, take: Take) -> None:
        """Run everything; ``take`` gets the snapshots of each second.

        Raises:
            WorkerLost: A process is gone; the others were ended.
        """

    @abstractmethod
    def drain(self) -> None:
        """End in order: send nothing new, wait for what is in flight."""


class Alone(Crew):
    """This process, one tower."""

    def __init__(self, assignments: Sequence[Assignment], log: Path | None) -> None:
        self._assignments = assignments
        self._tower = Tower(name="command", write=writer_to(log))

    async def run(self, take: Take) -> None:
        self.began, epoch = time.monotonic(), time.time()
        for each in self._assignments:
            self._tower.add(replace(each, epoch=epoch))

        async def each_second() -> None:
            take(self._tower.snapshots())
            if self._tower.is_idle:
                self._tower.drain()

        await self._tower.run(each_second=each_second)

    def drain(self) -> None:
        self._tower.drain()


class Workers(Crew):
    """Several processes, a tower in each. One that dies ends the run."""

    def __init__(self, shares: Sequence[Sequence[Assignment]], log: Path | None) -> None:
        self._workers = [_Worker(number, share, log) for number, share in enumerate(shares, 1)]

    async def run(self, take: Take) -> None:
        with ThreadPoolExecutor(len(self._workers)) as pool:  # a reading thread each
            try:
                listening = [asyncio.ensure_future(each.run(take, pool)) for each in self._workers]
                await self._begin(listening)
                await asyncio.gather(*listening)
            except asyncio.CancelledError:
                self._kill()
                raise
            finally:
                for each in self._workers:
                    each.leave()
                await asyncio.shield(asyncio.wait(listening, timeout=ENDED_WITHIN))
                self._kill()

    def drain(self) -> None:
        for each in self._workers:
            each.tell(None)

    async def _begin(self, listening: "list[asyncio.Task[None]]") -> None:
        """Begin when all are ready; what fails meanwhile is raised."""
        ready: asyncio.Future[Any] = asyncio.gather(*(e.is_ready.wait() for e in self._workers))
        awaited: list[asyncio.Future[Any]] = [ready]
        awaited += listening
        done, _ = await asyncio.wait(
            awaited, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED
        )
        if ready not in done:
            ready.cancel()
            for each in done:
                await each
            raise WorkerLost(f"the processes were not ready within {READY_WITHIN:g} s")
        self.began, epoch = time.monotonic() + AHEAD, time.time() + AHEAD
        for worker in self._workers:
            worker.tell(epoch)

    def _kill(self) -> None:
        for each in self._workers:
            each.kill()


class _Worker:
    """One process, seen from the one that started it."""

    def __init__(self, number: int, share: Sequence[Assignment], log: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        orders, self._orders = context.Pipe(duplex=False)
        self._results, results = context.Pipe(duplex=False)
        self._given = (orders, results)
        self._number = number
        self.is_ready = asyncio.Event()
        self._process = context.Process(
            target=work, args=(orders, results, list(share), log), daemon=True
        )

    async def run(self, take: Take, pool: ThreadPoolExecutor) -> None:
        """Run the process to its end; ``take`` gets what it tells.

        Raises:
            WorkerLost: It ended before its time.
        """
        loop = asyncio.get_running_loop()
        self._process.start()
        for each in self._given:
            each.close()  # or the end of a process would never show here
        while True:
            try:
                message: Message = await loop.run_in_executor(pool, self._results.recv)
            except (EOFError, OSError):
                break
            if isinstance(message, list):
                take(message)
            else:
                self.is_ready.set()
        await loop.run_in_executor(pool, self._process.join, GONE_WITHIN)
        if code := self._process.exitcode:
            how = f"signal {-code}" if code < 0 else f"status {code}"
            raise WorkerLost(f"worker {self._number} ended with {how}")

    def tell(self, message: float | None) -> None:
        """Tell the run's epoch, which begins it, or None, which drains it."""
        with suppress(OSError):  # where it is gone, ``run`` tells
            self._orders.send(message)

    def leave(self) -> None:
        """Tell it nothing more; one that is still at work drains, for nobody is there."""
        self._orders.close()

    def kill(self) -> None:
        """End the process on the spot; what it had not stored is lost."""
        if self._process.is_alive():
            self._process.kill()
