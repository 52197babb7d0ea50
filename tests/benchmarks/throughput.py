"""What one tower sends through Mosquitto, beside the load generators of others.

    python -m tests.benchmarks.throughput [--mocks 1000] [--clients 500] [--seconds 5] [--no-peers]

Prints messages/s and CPU time a message of ONE process at QoS 0 and 1. The tower sends 10 fields
with statuses and with records on (Parquet, thrown away); the peers a fixed payload of the same
length, without any record. More is offered than can be sent, so that the process is the limit.
Mosquitto runs beside it; all traffic goes to 127.0.0.1. What arrived is counted by the broker.

The peers live in .run/bench-venv, made at the first call. A benchmark never fails for being slow.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import yaml

from simulator.lot import Lot, MqttTarget, Part
from simulator.recording import Chunk, Second
from simulator.tower import Assignment, Snapshot, Tower, run_in_loop
from tests.benchmarks.environment import peers_python
from tests.benchmarks.peers.measuring import Measure
from tests.integration.transports.conftest import Broker

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

WARM = 2.0  # s before measuring: mocks connect, pyarrow is loaded
OFFERED = {0: 160_000, 1: 110_000}  # messages/s; about twice what is reached
CHILD_WITHIN = 90.0  # s for one contestant, its start included
RECEIVED = "$SYS/broker/publish/messages/received"

DEFINITION = """
name: Cold-chain sensor
id: "cc-{index:06d}"
constants: {firmware: 2.4.1}
variables:
  site: {choice: {fukuoka: 5, tokyo: 3, osaka: 2}}
metrics:
  temperature: {walk: {start: 4, step: 0.2, min: -2, max: 12, pull: 0.05}}
  humidity: {sine: {mean: 72, amplitude: 8, period: 20min, noise: 1.5}}
  pressure: {normal: {mean: 1013, deviation: 4}}
  door: {pick: [closed, closed, closed, open], order: random}
  battery: {ramp: {from: 100, to: 0, over: 90d}}
  load: {uniform: {min: 0, max: 100}}
messages:
  telemetry:
    every: 1s
    topic: "plants/{site}/{id}/telemetry"
    qos: QOS
    json:
      id: "{id}"
      at: "{now:iso}"
      seq: "{seq}"
      firmware: "{firmware}"
      temperature: "{temperature:.1f}"
      humidity: "{humidity:.1f}"
      pressure: "{pressure:.2f}"
      open: "{door == 'open'}"
      battery: "{battery:.2f}"
      load: "{load:.1f}"
statuses:
  running: {send: [telemetry], go: [{to: alarm, when: "temperature > 8"}]}
  alarm: {send: [telemetry], go: [{to: running, when: "temperature < 5"}]}
"""


class Contest:
    """The tower's own run: between two moments, what its snapshots say was delivered."""

    def __init__(self, port: int, mocks: int, qos: int, seconds: float) -> None:
        self.measure = Measure()
        self.tower = Tower(name="benchmark", write=self._forget)
        self.latest: dict[str, Snapshot] = {}
        self.stored = [0, 0]  # bytes and records of chunks
        document = yaml.safe_load(DEFINITION.replace("QOS", str(qos)))
        part = Part(name="bench", document=document, count=mocks, rate=OFFERED[qos] / mocks)
        target = MqttTarget(host="127.0.0.1", port=port)
        self.lot = Lot(duration=WARM + seconds + 1, parts=[part], target=target)
        self.ticks = (round(WARM), round(WARM + seconds))
        self.tick = 0

    def _forget(self, chunk: Chunk) -> None:
        self.stored[0] += len(chunk.data)
        self.stored[1] += chunk.rows

    async def run(self) -> None:
        mocks = self.lot.mocks
        self.tower.add(
            Assignment(shard="a", lot=self.lot, part=0, first=0, count=mocks, epoch=time.time())
        )
        await self.tower.run(each_second=self._each_second)

    async def _each_second(self) -> None:
        self.latest.update({each.shard: each for each in self.tower.snapshots()})
        total = Second.summed(each.total for each in self.latest.values())
        self.measure.messages = total.delivered
        self.tick += 1
        if self.tick == self.ticks[0]:
            self.measure.begin()
        if self.tick == self.ticks[1]:
            more = {
                "failed": total.failed,
                "bytes_a_record": self.stored[0] / max(1, self.stored[1]),
            }
            if total.latency.total:
                more["p50_ms"] = (total.latency.percentile(50) or 0) * 1e3
            self.measure.end(**more)
        if self.tower.is_idle:
            self.tower.drain()


def main() -> None:
    """Run every contestant, one after the other, and print the table."""
    options = arguments()
    if options.one:
        run_in_loop(Contest(options.port, options.mocks, options.qos, options.seconds).run())
        return
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as port:
        for qos in (0, 1):
            print(f"\nQoS {qos}")
            rows = [("Mocklot, 10 fields, records", tower(port, qos, options))]
            if not options.no_peers:
                peers = {"gmqtt, fixed payload": "with_gmqtt", "locust[mqtt], fixed": "with_locust"}
                rows += [(name, peer(port, qos, file, options)) for name, file in peers.items()]
            show(rows)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mocks", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=500, help="of each peer")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--qos", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A Mosquitto of our own that drops nothing and counts each second; its port."""
    limits = ("max_queued_messages 0", "max_inflight_messages 1000", "sys_interval 1")
    mosquitto = Broker(folder, "allow_anonymous true", *limits)
    try:
        yield mosquitto.port
    finally:
        mosquitto.stop()


def tower(port: int, qos: int, options: argparse.Namespace) -> dict[str, Any]:
    numbers = {"port": port, "mocks": options.mocks, "qos": qos, "seconds": options.seconds}
    flags = [f"--{name}={value}" for name, value in numbers.items()]
    return contestant(port, [sys.executable, "-m", "tests.benchmarks.throughput", "--one", *flags])


def peer(port: int, qos: int, file: str, options: argparse.Namespace) -> dict[str, Any]:
    python = peers_python()
    numbers = [port, options.clients, qos, WARM, options.seconds]
    return contestant(port, [str(python), str(HERE / "peers" / f"{file}.py"), *map(str, numbers)])


def contestant(port: int, command: list[str]) -> dict[str, Any]:
    """Run one in a process of its own; what it says of itself, and what the broker counted."""
    before = received(port)
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=CHILD_WITHIN, check=False
    )
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(ended.stderr[-2_000:], file=sys.stderr)
        return {}
    result: dict[str, Any] = json.loads(lines[-1])
    return result | {"arrived": received(port) - before}


def received(port: int) -> int:
    """How many messages the broker says that it has received, two of its seconds from now."""
    values: list[int] = []
    enough = threading.Event()

    def take(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        values.append(int(message.payload))
        if len(values) > 2:  # the first is what it retained
            enough.set()

    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_message = take
    client.on_connect = lambda *_: client.subscribe(RECEIVED)
    client.connect("127.0.0.1", port)
    client.loop_start()
    enough.wait(5.0)
    client.disconnect()
    client.loop_stop()
    return values[-1] if values else 0


def show(rows: list[tuple[str, dict[str, Any]]]) -> None:
    """The table; ratios are to the first row."""
    print(
        f"{'':30} {'msg/s':>9} {'CPU µs/msg':>11} {'ratio':>6} {'CPU':>5} {'MB':>5} {'broker':>9}"
    )
    first = rows[0][1]
    for name, result in rows:
        if not result.get("messages"):
            print(f"{name:30} no result")
            continue
        rate = result["messages"] / result["seconds"]
        ratio = first["messages"] / first["seconds"] / rate if first.get("messages") else 0.0
        each = result["cpu"] / result["messages"] * 1e6
        busy = result["cpu"] / result["seconds"]
        print(
            f"{name:30} {rate:9,.0f} {each:11.1f} {ratio:6.1f} {busy:5.0%}"
            f" {result['memory']:5.0f} {result['arrived']:9,}"
        )
        known = {"messages", "seconds", "cpu", "memory", "arrived"}
        if more := {key: round(value, 2) for key, value in result.items() if key not in known}:
            print(f"{'':30} {more}")


if __name__ == "__main__":
    main()
