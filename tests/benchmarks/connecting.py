"""How fast many mocks connect, and how late others are meanwhile.

    python -m tests.benchmarks.connecting [--mocks 10000] [--towers 1] [--tls] [--websocket]

One tower holds 1,000 mocks that send 5,000 messages/s together. Once they do, so many more are
switched on at one stroke, in shards of 1,000. Prints when the last one was connected and how late
the 1,000 were before, during and after: what the storm took from them. With ``--towers`` as many
processes, each with a broker of its own. A benchmark never fails for being slow.
"""

import argparse
import asyncio
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from workshop.supervisor import free_port

from simulator.lot import Lot, MqttTarget, Part
from simulator.recording import Link, Second
from simulator.tower import Assignment, Tower, run_in_loop
from tests.benchmarks.contest.documents import TEN
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import Broker

SHARD = 1_000  # mocks
BEFORE, AFTER = 5.0, 5.0  # s of sending before the storm and measured from its beginning
OLD_RATE = 5.0  # messages/s of each mock that is there already
NEW_RATE = 0.2  # of each mock of the storm
WITHIN = 60.0  # s


class Storm:
    """One tower, and what its snapshots tell."""

    def __init__(self, target: MqttTarget, mocks: int) -> None:
        self.tower = Tower(name="storm", write=lambda _chunk: None)
        self.mocks = mocks
        self.begun = time.time()
        self.struck = self.begun + BEFORE
        document = yaml.safe_load(TEN)
        parts = [
            Part(name="old", document=document, count=SHARD, rate=OLD_RATE),
            Part(name="new", document=document, first=SHARD, count=mocks, rate=NEW_RATE),
        ]
        self.lot = Lot(duration=BEFORE + WITHIN, parts=parts, target=target)
        self.seconds: list[Second] = []
        self.done = 0.0  # Unix s
        self.losses = 0
        self.cpu = 0.0  # s of this process from the stroke to the last connection

    async def run(self) -> None:
        self._add("old", 0, 0, SHARD, self.begun)
        looking = asyncio.create_task(self._look())
        await self.tower.run(each_second=self._each_second)
        looking.cancel()

    async def _look(self) -> None:
        """Strike, and see when the last mock is connected, to 20 ms."""
        await asyncio.sleep(self.struck - time.time())
        self.struck, self.cpu = time.time(), time.process_time()
        for first in range(0, self.mocks, SHARD):
            count = min(SHARD, self.mocks - first)
            self._add(f"new-{first}", 1, SHARD + first, count, self.struck)
        while sum(self._connected()) < self.mocks + SHARD:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.done, self.cpu = time.time(), time.process_time() - self.cpu

    def _connected(self) -> Iterator[int]:
        for shard in self.tower._shards.values():
            yield int((shard._board["link"] == Link.CONNECTED).sum())

    def _add(self, name: str, part: int, first: int, count: int, epoch: float) -> None:
        self.tower.add(
            Assignment(shard=name, lot=self.lot, part=part, first=first, count=count, epoch=epoch)
        )

    async def _each_second(self) -> None:
        for each in self.tower.snapshots():
            self.losses += sum(second.losts for second in each.seconds)
            if each.shard == "old":
                self.seconds += each.seconds
        if (self.done and time.time() > self.done + AFTER) or time.time() > self.begun + WITHIN:
            self.tower.drain()

    def told(self) -> dict[str, Any]:
        """The figures; lateness is the 99th percentile in ms."""
        whole = [second for second in self.seconds if second.due > SHARD * OLD_RATE / 2]
        done = self.done or time.time()
        spans = {
            "before": (self.begun + 2, self.struck - 1),
            "during": (self.struck - 1, done),
            "after": (done + 1, done + AFTER),
        }
        late = {}
        for name, (since, until) in spans.items():
            taken = Second.summed(each for each in whole if since <= each.at <= until)
            late[name] = round((taken.lateness.percentile(99) or 0) * 1e3, 1)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        return {
            "connected_s": round(done - self.struck, 2),
            "losses": self.losses,
            "late_p99_ms": late,
            "memory_mb": round(memory),
            "cpu_s": round(self.cpu, 2),
        }


def one(target: MqttTarget, mocks: int, results: Any) -> None:
    storm = Storm(target, mocks)
    run_in_loop(storm.run())
    results.put(storm.told())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mocks", type=int, default=10_000, help="of each tower")
    parser.add_argument("--towers", type=int, default=1)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--websocket", action="store_true")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        brokers, towers = [], []
        try:
            for number in range(options.towers):
                (where := Path(folder) / str(number)).mkdir()
                broker, target = serve(where, options)
                brokers.append(broker)
                towers.append(context.Process(target=one, args=(target, options.mocks, results)))
            for tower in towers:
                tower.start()
            for _ in towers:
                print(results.get(timeout=2 * WITHIN))
        finally:
            for each in brokers:
                each.stop()


def serve(folder: Path, options: argparse.Namespace) -> tuple[Broker, MqttTarget]:
    """Start a broker, and return how to reach it."""
    lines: list[str] = ["allow_anonymous true", "max_queued_messages 0"]
    more: dict[str, Any] = {}
    if options.tls:
        authority = Authority()
        certificate, key = authority.issue(folder)
        lines += [f"certfile {certificate}", f"keyfile {key}"]
        more["tls"] = {"ca": authority.pem, "server_name": "127.0.0.1"}
    if not options.websocket:
        broker = Broker(folder, *lines)
        return broker, MqttTarget(host="127.0.0.1", port=broker.port, **more)
    port = free_port()
    plain = ["allow_anonymous true"]
    broker = Broker(folder, *plain, f"listener {port} ::1", "protocol websockets", *lines)
    return broker, MqttTarget(host="::1", port=port, websocket={}, **more)


if __name__ == "__main__":
    main()
