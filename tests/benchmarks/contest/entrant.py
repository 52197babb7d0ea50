"""One tower of a contest, in a process of its own: python -m tests.benchmarks.contest.entrant JSON

Waits until its mocks are connected, warms up, measures, ends in order, and prints one line of JSON.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator.lot import Lot, Part, target_of
from simulator.recording import Chunk, Link, Second
from simulator.tower import Assignment, Snapshot, Tower, run_in_loop
from tests.benchmarks.contest.documents import document
from tests.benchmarks.peers.measuring import cpu

CONNECTED_WITHIN = 60.0  # s
PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK_EVERY = 0.1  # s, until all are connected


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one tower is to do."""

    target: dict[str, Any]
    mocks: int
    rate: float  # messages/s of all mocks together
    document: str = "ten"
    qos: int = 0
    first: int = 0  # number of its first mock
    warm: float = 2.0  # s between the last connection and the measurement
    seconds: float = 5.0  # measured
    shard: int = 0  # mocks of a shard; 0: all in one

    def to_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass
class Marks:
    """What was read at one moment."""

    at: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=cpu)
    delivered: int = 0


class Entrant:
    """Runs a task, and watches the tower by its own snapshots."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.tower = Tower(name="contest", write=self._count)
        self.latest: dict[str, Snapshot] = {}
        self.measured = Second(at=0)  # all that were measured in one: kept apart they would be MB
        self.memory: list[float] = []  # MB, each second of the measurement
        self.stored = [0, 0]  # bytes and records of chunks
        self.began = time.time()
        self.connected_after: float | None = None  # s
        self.begin: Marks | None = None
        self.end: Marks | None = None

    def _count(self, chunk: Chunk) -> None:
        self.stored[0] += len(chunk.data)
        self.stored[1] += chunk.rows

    async def run(self) -> dict[str, Any]:
        task = self.task
        part = Part(
            name="contest",
            document=document(task.document, qos=task.qos),
            first=task.first,
            count=task.mocks,
            rate=task.rate / task.mocks,
        )
        duration = CONNECTED_WITHIN + task.warm + task.seconds + 5
        lot = Lot(duration=duration, parts=[part], target=target_of(task.target))
        size = task.shard or task.mocks
        for first in range(0, task.mocks, size):
            count = min(size, task.mocks - first)
            self.tower.add(
                Assignment(
                    shard=str(first),
                    lot=lot,
                    part=0,
                    first=task.first + first,
                    count=count,
                    epoch=self.began,
                )
            )
        looking = asyncio.create_task(self._look())
        await self.tower.run(each_second=self._each_second)
        looking.cancel()
        return self._result()

    def _take(self) -> list[Snapshot]:
        taken = self.tower.snapshots()
        self.latest.update({each.shard: each for each in taken})
        return taken

    async def _look(self) -> None:
        """See when the last mock is connected."""
        while self.connected_after is None:
            await asyncio.sleep(LOOK_EVERY)
            self._take()
            boards = [each.board["link"] for each in self.latest.values()]
            now = time.time() - self.began
            if sum(int((link == Link.CONNECTED).sum()) for link in boards) == self.task.mocks:
                self.connected_after = now
            elif now > CONNECTED_WITHIN:
                self.tower.drain()
                return

    async def _each_second(self) -> None:
        taken, now = self._take(), time.time() - self.began
        if self.connected_after is not None and self.begin is None:
            if now >= self.connected_after + self.task.warm:
                self.begin = Marks(delivered=self._total().delivered)
        elif self.begin and self.end is None:
            new = [second for each in taken for second in each.seconds]
            self.measured = Second.summed([self.measured, *new])
            self.memory.append(resident())
            if time.monotonic() - self.begin.at >= self.task.seconds - 0.1:
                self.end = Marks(delivered=self._total().delivered)
                self.tower.drain()

    def _total(self) -> Second:
        return Second.summed(each.total for each in self.latest.values())

    def _result(self) -> dict[str, Any]:
        if not self.begin or not self.end:
            errors = [each.error for each in self.latest.values() if each.error]
            return {"error": "; ".join(errors) or f"not connected within {CONNECTED_WITHIN:g} s"}
        begin, end, total, measured = self.begin, self.end, self._total(), self.measured
        return {
            "messages": end.delivered - begin.delivered,
            "seconds": end.at - begin.at,
            "cpu": end.cpu - begin.cpu,
            "memory": self.memory[-1],
            "most memory": max(self.memory),
            "least memory": min(self.memory),
            "memory by tenths": tenths(self.memory),
            "connected after s": self.connected_after,
            "total": total.delivered,
            "failed": total.failed,
            "unsettled": total.due - total.delivered - total.failed,
            "late p50 ms": milliseconds(measured, "lateness", 50),
            "late p99 ms": milliseconds(measured, "lateness", 99),
            "late max ms": round(measured.lateness.maximum * 1e3, 1),
            "latency p50 ms": milliseconds(measured, "latency", 50),
            "latency p99 ms": milliseconds(measured, "latency", 99),
            "bytes a record": round(self.stored[0] / max(1, self.stored[1]), 1),
        }


def milliseconds(second: Second, name: str, share: float) -> float | None:
    """Return a percentile of a histogram in ms; None where nothing was counted."""
    value = getattr(second, name).percentile(share)
    return None if value is None else round(value * 1e3, 1)


def tenths(values: list[float]) -> str:
    """Return the means of ten equal stretches of at least ten values, for the eye."""
    if len(values) < 10:
        return ""
    ends = [round(len(values) * tenth / 10) for tenth in range(11)]
    means = (sum(values[a:b]) / (b - a) for a, b in pairwise(ends))
    return " ".join(f"{mean:.0f}" for mean in means)


def resident() -> float:
    """Return the memory that this process holds now, in MB (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20


if __name__ == "__main__":
    print(json.dumps(run_in_loop(Entrant(Task(**json.loads(sys.argv[1]))).run())))
