"""Who runs the mocks of a job: this process alone, or several at work side by side.

Rule: both tell the same snapshots; who asks does not see how many processes there are.
"""

import asyncio
import multiprocessing
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

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
        try:
            for each in self._workers:
                each.start(take)
            await self._ready()
            epoch = time.time() + AHEAD
            self.began = time.monotonic() + AHEAD
            for each in self._workers:
                each.tell(epoch)
            await asyncio.gather(*(each.ended for each in self._workers))
        except asyncio.CancelledError:
            for each in self._workers:
                each.kill()
            raise
        finally:
            await asyncio.shield(self._end())

    def drain(self) -> None:
        for each in self._workers:
            each.tell(None)

    async def _ready(self) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN):
                await asyncio.gather(*(each.ready for each in self._workers))
        except TimeoutError:
            text = f"the processes were not ready within {READY_WITHIN:g} s"
            raise WorkerLost(text) from None

    async def _end(self) -> None:
        for each in self._workers:
            each.leave()
        await asyncio.gather(*(asyncio.to_thread(each.end) for each in self._workers))


class _Worker:
    """One process, seen from the one that started it."""

    def __init__(self, number: int, share: Sequence[Assignment], log: Path | None) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._number = number
        context = multiprocessing.get_context("spawn")
        self._pipe: Connection
        self._pipe, self._far = context.Pipe()
        self._process = context.Process(
            target=work, args=(self._far, list(share), log), name=f"worker {number}", daemon=True
        )

    def start(self, take: Take) -> None:
        """Start the process; ``take`` gets what it tells."""
        self._process.start()
        self._far.close()  # or its end would never show here
        self._loop.add_reader(self._pipe.fileno(), self._read, take)

    def tell(self, message: float | None) -> None:
        """Tell the run's epoch, which begins it, or None, which drains it."""
        with suppress(OSError):  # where it is gone, the reader notices
            self._pipe.send(message)

    def kill(self) -> None:
        """End the process on the spot; what it had not stored is lost."""
        if self._process.is_alive():
            self._process.kill()

    def leave(self) -> None:
        """Listen to the process no more; one that is still at work drains, for nobody is there."""
        self._loop.remove_reader(self._pipe.fileno())
        self._pipe.close()

    def end(self) -> None:
        """Wait for the process to be gone, and see to it. Blocks."""
        if self._process.pid is None:
            return
        self._process.join(ENDED_WITHIN)
        self.kill()
        self._process.join()

    def _read(self, take: Take) -> None:
        try:
            message: Message = self._pipe.recv()
        except (EOFError, OSError):
            self._gone()
            return
        if isinstance(message, list):
            take(message)
        elif message == "ready":
            self.ready.set_result(None)

    def _gone(self) -> None:
        self._loop.remove_reader(self._pipe.fileno())
        self._process.join(GONE_WITHIN)
        code = self._process.exitcode
        for moment in (self.ready, self.ended):
            if moment.done():
                continue
            if code == 0 and moment is self.ended:
                moment.set_result(None)
            else:
                how = f"signal {-code}" if code is not None and code < 0 else f"status {code}"
                moment.set_exception(WorkerLost(f"worker {self._number} ended with {how}"))
                moment.exception()  # whoever waits is told; where nobody does, nobody complains
