"""What the wire alone costs: the exchange against Mosquitto, and its hot paths one by one.

    python -m tests.benchmarks.wire [--mocks 1000] [--messages 200000]

Prints messages/s and the CPU time of this process for each message, at each QoS, for a payload
of 187 bytes; beside it a bare loop of transport.write on as many connections, and the functions of
the hot path alone. A benchmark never fails for being slow.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import uvloop

from simulator.lot import MqttTarget
from simulator.protocols import http, mqtt, websocket
from simulator.transports import Exchange, Identity, Parcel
from tests.integration.transports.conftest import Broker

PAYLOAD = b'{"id":"cc-000001","at":"2026-11-22T20:00:00Z","seq":12345,'.ljust(187, b"x")
WINDOW = 20  # messages of each mock under way


class Count:
    """A listener that counts."""

    def __init__(self) -> None:
        self.opens = self.ends = self.failures = 0

    def opened(self, row: int) -> None:
        self.opens += 1

    def lost(self, row: int, reason: str) -> None:
        print("lost", row, reason)

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        self.ends += 1
        self.failures += bool(reason)

    def received(self, row: int, topic: str, payload: bytes) -> None:
        raise AssertionError("nothing is subscribed")


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def measure(port: int, mocks: int, messages: int) -> None:
    count = Count()
    exchange = Exchange(MqttTarget(host="127.0.0.1", port=port), listener=count)
    start = time.perf_counter()
    for row in range(mocks):
        exchange.connect(row, Identity(client_id=f"mock-{row}"))
    await until(lambda: count.opens == mocks)
    print(f"connect   {mocks} mocks in {time.perf_counter() - start:.2f} s")
    for qos in (0, 1, 2):
        rate, cpu = await load(exchange, count, mocks=mocks, messages=messages, qos=qos)
        print(
            f"QoS {qos}     {rate:9,.0f} messages/s  {cpu:5.1f} µs CPU each, {count.failures} lost"
        )
    rate, cpu = await bare(exchange, mocks=mocks, messages=messages)
    print(f"bare      {rate:9,.0f} messages/s  {cpu:5.1f} µs CPU each  (transport.write only)")
    start = time.perf_counter()
    exchange.sweep(time.monotonic())
    print(f"sweep     {(time.perf_counter() - start) / mocks * 1e6:.2f} µs a connection")
    await exchange.close()


async def load(
    exchange: Exchange, count: Count, *, mocks: int, messages: int, qos: int
) -> tuple[float, float]:
    addresses = [f"plants/tokyo/cc-{row:06d}/telemetry" for row in range(mocks)]
    count.ends, start, cpu = 0, time.perf_counter(), time.process_time()
    for sequence in range(messages // mocks):
        for row in range(mocks):
            exchange.send(row, Parcel(row, addresses[row], PAYLOAD, qos, sequence=sequence))
        await asyncio.sleep(0)
        due = (sequence + 1 - WINDOW) * mocks
        while count.ends < due:  # noqa: ASYNC110
            await asyncio.sleep(0)
    total = messages // mocks * mocks
    await until(lambda: count.ends == total)
    return total / (time.perf_counter() - start), (time.process_time() - cpu) / total * 1e6


async def bare(exchange: Exchange, *, mocks: int, messages: int) -> tuple[float, float]:
    packet = session().publish("plants/tokyo/cc-000001/telemetry", PAYLOAD, token=None)
    transports = [wire.transport for wire in exchange._wires]
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(messages // mocks):
        for transport in transports:
            transport.write(packet)
        await asyncio.sleep(0)
    total = messages // mocks * mocks
    return total / (time.perf_counter() - start), (time.process_time() - cpu) / total * 1e6


def session() -> mqtt.Session[object]:
    made: mqtt.Session[object] = mqtt.Session(mqtt.Opening(client_id="bench"))
    made.connect()
    made.receive(b"\x20\x02\0\0")
    return made


def parts() -> None:
    """The functions of the hot path, alone."""
    topic, one = "plants/tokyo/cc-000001/telemetry", session()

    def acknowledged(reads: int, each: int) -> None:
        for _ in range(reads * each):
            one.publish(topic, PAYLOAD, qos=1, token=None)
        acks = [b"\x40\x02" + number.to_bytes(2) for number in one.in_flight]
        for at in range(0, len(acks), each):
            one.receive(b"".join(acks[at : at + each]))

    request = http.Request("example.org", headers={}, token="t" * 32)
    answer = b"HTTP/1.1 200 OK\r\nServer: x\r\nDate: y\r\nContent-Length: 0\r\n\r\n"
    show("publish, QoS 0", lambda: one.publish(topic, PAYLOAD, token=None))
    show("publish, QoS 1, and its PUBACK alone", lambda: acknowledged(1, 1))
    show("publish, QoS 1, and 20 PUBACKs in a read", lambda: acknowledged(1, 20), 20)
    show("HTTP request", lambda: request.encode("POST", http.target_path("", topic), PAYLOAD))
    show("HTTP answer", lambda: http.Response().receive(answer))
    show("WebSocket frame", lambda: websocket.encode_frame(websocket.BINARY, PAYLOAD))
    show("Parcel", lambda: Parcel(1, topic, PAYLOAD, 1, False, "", 1, 0, "telemetry", 1.0))


class Silence:
    """A transport, and the road to it, that does nothing: what is left is ours."""

    protocol: asyncio.Protocol

    async def open(
        self, factory: Callable[[], asyncio.Protocol], turn: int, line: object = None
    ) -> None:
        self.protocol = factory()
        self.protocol.connection_made(self)

    def set_write_buffer_limits(self, high: int) -> None: ...
    def write(self, data: bytes) -> None: ...
    def abort(self) -> None: ...
    def close(self) -> None: ...


async def ours() -> None:
    """From Exchange.send to the transport, and back from it, without a socket."""
    road = Silence()
    target = MqttTarget(host="h", port=1)
    exchange = Exchange(target, listener=Count(), road=road)
    exchange.connect(0, Identity(client_id="c"))
    await asyncio.sleep(0)
    road.protocol.data_received(b"\x20\x02\0\0")
    topic, ids = "plants/tokyo/cc-000001/telemetry", itertools.cycle(range(1, 65_536))
    parcels = [Parcel(0, topic, PAYLOAD, qos) for qos in (0, 1)]

    def acknowledged() -> None:
        exchange.send(0, parcels[1])
        road.protocol.data_received(b"\x40\x02" + next(ids).to_bytes(2))

    show("Exchange.send, QoS 0, no socket", lambda: exchange.send(0, parcels[0]))
    show("Exchange.send, QoS 1, and its PUBACK", acknowledged)


def show(name: str, call: Callable[[], object], each: int = 1) -> None:
    number = 20_000 // each
    best = min(timeit.repeat(call, number=number, repeat=5)) / number / each
    print(f"{name:<42} {best * 1e6:.2f} µs")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mocks", type=int, default=1_000)
    arguments.add_argument("--messages", type=int, default=200_000)
    options = arguments.parse_args()
    parts()
    asyncio.run(ours())
    with tempfile.TemporaryDirectory() as folder:
        limits = ("max_queued_messages 0", "max_inflight_messages 0")
        broker = Broker(Path(folder), "allow_anonymous true", *limits)
        try:
            uvloop.run(measure(broker.port, options.mocks, options.messages))
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
