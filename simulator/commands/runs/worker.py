"""A process that runs some of a run's mocks, as it looks from inside.

Rule: told when to begin and when to drain; it ends when its mocks have, or when
whoever started it is gone.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from simulator.commands.runs.chunks import writer_to
from simulator.tower import Assignment, Snapshot, Tower, run_in_loop

Message: TypeAlias = "str | list[Snapshot]"  # "ready", or the snapshots of a second


def work(
    orders: Connection, results: Connection, share: Sequence[Assignment], log: Path | None
) -> None:
    """Run a share of a run; the main function of a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; one decides
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        run_in_loop(_Work(orders, results, share, log).run())
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(1)


class _Work:
    """The tower of this process, and its two pipes.

    There are two, for a loop reads without waiting, and what it reads from can then not be written
    to with waiting.
    """

    def __init__(
        self, orders: Connection, results: Connection, share: Sequence[Assignment], log: Path | None
    ) -> None:
        self._orders = orders
        self._results = results
        self._share = share
        self._tower = Tower(name=f"command-{share[0].shard}", write=writer_to(log))
        self._has_begun = False

    async def run(self) -> None:
        """Wait for the epoch, run the share, tell each second."""
        asyncio.get_running_loop().add_reader(self._orders.fileno(), self._read)
        self._results.send("ready")
        await self._tower.run(each_second=self._tell)

    def _read(self) -> None:
        try:
            epoch: float | None = self._orders.recv()
        except (EOFError, OSError):
            epoch = None
            asyncio.get_running_loop().remove_reader(self._orders.fileno())
        if epoch is None:
            self._tower.drain()
            return
        self._has_begun = True
        for each in self._share:
            self._tower.add(replace(each, epoch=epoch))

    async def _tell(self) -> None:
        # Identities are half of a snapshot, and nobody asks for them on the command line.
        snapshots = [replace(each, identities=()) for each in self._tower.snapshots()]
        if self._has_begun:
            await asyncio.to_thread(self._results.send, snapshots)
        if self._has_begun and self._tower.is_idle:
            self._tower.drain()
