"""What each stage of a message costs the tower, without a socket.

    python -m tests.benchmarks.stages [--mocks 1000] [--qos 0] [--sends 2000] [--strides 60]

Follows the plan of one shard of the engine's contest, ``--sends`` messages at a time, and prints
the CPU time of each stage a message (the lower quartile of all strides): what the kernel and the
loop take for sockets comes on top. A benchmark never fails for being slow.
"""

import argparse
import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from simulator.fleet import Fleet
from simulator.lot import Lot, MqttTarget, Part
from simulator.recording import Kind, Reasons, Roster, Second, Zero, new_board
from simulator.recording.block import Block, Entry, fold
from simulator.recording.chunks import build_chunk
from simulator.recording.tally import count, mark
from simulator.tower import Assignment
from simulator.tower.build import build_fleet
from simulator.tower.loop import COLLECT_AFTER
from simulator.tower.parcels import by_mock
from simulator.transports import Exchange, Identity, Parcel
from tests.benchmarks.contest.documents import document

RATE = 80_000  # messages/s of the plan
CHUNK = 50_000  # records
CONNACK = b"\x20\x02\0\0"
PUBACK = b"\x40\x02"


class Silence:
    """A transport that takes everything and does nothing."""

    def __init__(self, wire: asyncio.Protocol) -> None:
        self.wire = wire
        wire.connection_made(self)

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def set_write_buffer_limits(self, high: int) -> None: ...
    def get_write_buffer_size(self) -> int:
        return 0


class Nowhere:
    """A road that ends at once."""

    def __init__(self) -> None:
        self.ends: list[Silence] = []

    async def open(self, factory: Callable[[], asyncio.Protocol], *_: Any, **__: Any) -> None:
        self.ends.append(Silence(factory()))

    def close(self) -> None: ...


class Ears:
    """A listener that keeps what is settled."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        self.entries.append((Kind.SEND, parcel, at, reason))

    def opened(self, row: int) -> None: ...
    def lost(self, row: int, reason: str) -> None: ...
    def received(self, row: int, topic: str, payload: bytes) -> None: ...


class Stages:
    """A shard's parts, put in a row by hand."""

    def __init__(self, mocks: int, qos: int) -> None:
        part = Part(name="a", document=document("ten", qos=qos), count=mocks, rate=RATE / mocks)
        lot = Lot(duration=3_600, parts=[part], target=MqttTarget(host="127.0.0.1", port=1))
        assignment = Assignment(shard="a", lot=lot, part=0, first=0, count=mocks, epoch=0.0)
        self.fleet: Fleet = build_fleet(assignment)
        self.ears, self.road = Ears(), Nowhere()
        self.exchange = Exchange(lot.target, listener=self.ears, road=self.road)  # type: ignore[arg-type]
        self.roster = Roster(0, self.fleet.identities, self.fleet.statuses)
        self.board, self.reasons, self.second = new_board(0, mocks), Reasons(), Second(at=0)
        self.blocks: list[Block] = []
        self.costs: dict[str, list[float]] = defaultdict(list)  # µs a message
        self._spent: dict[str, float] = {}  # s in this stride

    async def connect(self) -> None:
        mocks = len(self.board)
        self.fleet.due(0.0)
        for row in range(mocks):
            self.exchange.connect(row, Identity(client_id=f"m{row}"))
        while len(self.road.ends) < mocks:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        for end in self.road.ends:
            end.wire.data_received(CONNACK)
        self.fleet.connected(range(mocks), 0.0)

    def stride(self, t: float) -> None:
        """Take all that falls due up to ``t`` through every stage; nothing may be due."""
        due = self._measured("fleet: what is due", self.fleet.due, t)
        parcels = self._measured("parcels", lambda: list(by_mock(due.sends)))
        self._measured("exchange, no socket", self._send, parcels)
        if answers := self._answers():
            self._measured("acknowledgements", lambda: [take(data) for take, data in answers])
        if not self.ears.entries:
            return
        block = self._measured("records to columns", self._fold)
        self._measured("counts and board", self._count, block)
        self.ears.entries.clear()
        self.blocks.append(block)
        if sum(map(len, self.blocks)) >= CHUNK:
            self.store()
        self._share(len(block))

    def store(self) -> None:
        """Make a chunk of what there is."""
        started = time.thread_time()
        build_chunk("a", 0, self.blocks, self.roster)
        spent = time.thread_time() - started
        self.costs["chunk"].append(spent / sum(map(len, self.blocks)) * 1e6)
        self.blocks.clear()

    def _send(self, parcels: list[Any]) -> None:
        send, send_all = self.exchange.send, self.exchange.send_all
        for row, same in parcels:
            if len(same) == 1:
                send(row, same[0])
            else:
                send_all(row, same)

    def _answers(self) -> list[tuple[Callable[[bytes], None], bytes]]:
        """Return a read for each mock with something in flight."""
        wires = (line.wire for line in self.exchange._lines.values())
        return [
            (wire.data_received, b"".join(PUBACK + i.to_bytes(2) for i in wire.session.in_flight))
            for wire in wires
            if wire.session.in_flight
        ]

    def _fold(self) -> Block:
        return fold(self.ears.entries, zero=Zero(0.0, 0.0), acknowledged_from=1)

    def _count(self, block: Block) -> None:
        count(block, self.second)
        mark(block, self.board, self.reasons)

    def _measured(self, name: str, do: Callable[..., Any], *arguments: Any) -> Any:
        started = time.thread_time()
        result = do(*arguments)
        self._spent[name] = time.thread_time() - started
        return result

    def _share(self, messages: int) -> None:
        for name, seconds in self._spent.items():
            self.costs[name].append(seconds / messages * 1e6)
        self._spent.clear()


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mocks", type=int, default=1_000)
    parser.add_argument("--qos", type=int, default=0)
    parser.add_argument("--sends", type=int, default=2_000, help="in a stride")
    parser.add_argument("--strides", type=int, default=60)
    options = parser.parse_args()
    stages = Stages(options.mocks, options.qos)
    await stages.connect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    for number in range(1, options.strides + 1):
        stages.stride(number * options.sends / RATE)
    stages.store()
    total = 0.0
    for name, costs in stages.costs.items():
        quartile = sorted(costs)[len(costs) // 4]
        total += quartile
        print(f"{name:<24}{quartile:6.2f} µs")
    print(f"{'all':<24}{total:6.2f} µs")


if __name__ == "__main__":
    asyncio.run(main())
