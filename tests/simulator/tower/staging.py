"""A tower in virtual time: an exchange and a store that only write down what they are given."""

import asyncio
import io
import selectors
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow.parquet as pq
import yaml

from simulator.lot import Lot, MqttTarget, Part
from simulator.recording import Chunk, Second, Writer
from simulator.tower import Assignment, Snapshot, Tower
from simulator.transports import Identity, Parcel
from simulator.transports.traffic import Traffic

EPOCH = 1_700_000_000.0  # Unix s of the virtual loop's 0
SENSOR = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: {seq: "{seq}", n: "{index}"}}
"""


class _Selector(selectors.SelectSelector):
    """Where a real one would block, this moves the loop's clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "nothing is planned any more: this would wait for ever"
        self.now += max(0.0, timeout)
        return super().select(0)


def play(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` in a loop whose time is virtual and begins at 0 s."""
    selector = _Selector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


class InlineWriter(Writer):
    """Stores at once, without a thread, in the virtual loop's time."""

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.call_soon(self._look)

    def _look(self) -> None:
        now = self._loop.time()
        due = self._spool.step(now)
        self._due = self._loop.call_later(min(0.5, max(0.01, due - now)), self._look)

    def put(self, log, block) -> bool:
        return self._spool.put(log, block, now=self._loop.time())

    def close(self, *, within: float = 5.0) -> None:
        self._due.cancel()


@dataclass
class Broker:
    """What the exchanges of all shards talk to: it accepts and acknowledges as told."""

    latency: float | None = 0.05  # s; None: it never acknowledges
    refuses: frozenset[int] = frozenset()  # rows that never get a connection
    ignores: frozenset[int] = frozenset()  # rows that never get an answer
    got: list[Parcel] = field(default_factory=list)
    identities: dict[int, Identity] = field(default_factory=dict)
    greeting: bytes = b""  # what a mock hears right when it is connected
    broken: str = ""  # the name of the method in which our own code fails

    def exchange(self, target, *, listener, clock) -> "PaperExchange":
        return PaperExchange(self, listener, clock)


class PaperExchange:
    """Keeps the contract of ``transports.Exchange`` without any network."""

    def __init__(self, broker: Broker, listener, clock) -> None:
        self.broker, self.listener, self.clock = broker, listener, clock
        self.traffic = Traffic()
        self.open: set[int] = set()
        self.wanted: set[int] = set()
        self.in_flight: dict[int, Parcel] = {}
        self.impaired: dict[int, Any] = {}
        self.deeds: list[tuple[float, str, int, Any]] = []
        self.is_closed = False

    def _break(self, where: str) -> None:
        if self.broker.broken == where:
            raise RuntimeError("a bug of ours")

    def connect(self, row: int, identity: Identity) -> None:
        self._break("connect")
        self.broker.identities[row] = identity
        self.wanted.add(row)
        asyncio.get_running_loop().call_later(0.01, self._answer, row)

    def _answer(self, row: int) -> None:
        impairment = self.impaired.get(row)
        if row in self.open or row not in self.wanted or (impairment and impairment.is_away):
            return
        if row in self.broker.ignores:
            return
        if row in self.broker.refuses:
            self.listener.lost(row, "connection refused")
        else:
            self.open.add(row)
            self.listener.opened(row)
            if self.broker.greeting:
                self.listener.received(row, "", self.broker.greeting)

    def lose(self, row: int, reason: str = "connection reset") -> None:
        self.open.discard(row)
        self.listener.lost(row, reason)

    def regain(self, row: int) -> None:
        self.open.add(row)
        self.listener.opened(row)

    def renew(self, row: int, identity: Identity) -> bool:
        self.broker.identities[row] = identity
        return True

    def disconnect(self, row: int) -> None:
        self.wanted.discard(row)
        self.open.discard(row)

    def send(self, row: int, parcel: Parcel) -> None:
        self._break("send")
        if row not in self.open:
            self.listener.settled(parcel, self.clock(), "not connected: connection refused")
            return
        parcel.sent = self.clock()
        self.traffic.written += len(parcel.payload)
        self.broker.got.append(parcel)
        if self.broker.latency is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self.broker.latency, self._settle, parcel, "")
        self.in_flight[id(parcel)] = parcel

    def send_all(self, row: int, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self.send(row, parcel)

    def _settle(self, parcel: Parcel, reason: str) -> None:
        if self.in_flight.pop(id(parcel), None):
            self.listener.settled(parcel, self.clock(), reason)

    def limit_connects(self, rate: float, phase: float = 0.0) -> None:
        self.connect_rate = rate

    # Faults on purpose: what is done is written down, and connections come and go by it.

    def impair(self, row: int, impairment) -> None:
        was_away = bool(self.impaired.get(row) and self.impaired[row].is_away)
        self.impaired[row] = impairment
        self.deeds.append((round(self.clock(), 2), "impair", row, impairment))
        if impairment is not None and impairment.is_away:
            self.break_off(row, impairment.why)
        elif was_away:
            self._answer(row)

    def break_off(self, row: int, why: str) -> None:
        self.deeds.append((round(self.clock(), 2), "break off", row, why))
        if row in self.open:
            self.lose(row, why)
        asyncio.get_running_loop().call_later(0.5, self._answer, row)

    def redial(self, row: int, wait: float) -> None:
        self.deeds.append((round(self.clock(), 2), "redial", row, wait))
        asyncio.get_running_loop().call_later(wait + 0.01, self._answer, row)

    def identify(self, row: int, identity: Identity) -> None:
        self.broker.identities[row] = identity

    def scribble(self, row: int, data: bytes) -> bool:
        self.deeds.append((round(self.clock(), 2), "scribble", row, data))
        return row in self.open

    def sweep(self, now: float) -> None:
        self._break("sweep")

    def sessions(self, *, leave: bool = False) -> dict[int, Any]:
        return {}

    def adopt(self, row: int, session: Any) -> None:
        raise AssertionError("there are no sessions on paper")

    async def close(self) -> None:
        self._break("close")
        for parcel in list(self.in_flight.values()):
            lost = "connection lost before acknowledgement: the mock disconnected"
            self._settle(parcel, lost)
        self.open.clear()
        self.is_closed = True


class Theatre:
    """A tower on a virtual loop, what it told each second, and what it stored."""

    def __init__(self, broker: Broker | None = None, *, make_exchange=None, **more: Any) -> None:
        self.loop = asyncio.get_running_loop()
        self.broker = broker or Broker()
        self.chunks: list[Chunk] = []
        self.outage: Exception | None = None
        self.exchanges: list[PaperExchange] = []
        self.told: list[tuple[float, Snapshot]] = []
        self.tower = Tower(
            name="test",
            write=self._write,
            clock=self.loop.time,
            wall=lambda: EPOCH + self.loop.time(),
            make_exchange=make_exchange or self._exchange,
            make_writer=InlineWriter,
            **more,
        )

    def _exchange(self, target, *, listener, clock) -> PaperExchange:
        self.exchanges.append(self.broker.exchange(target, listener=listener, clock=clock))
        return self.exchanges[-1]

    def _write(self, chunk: Chunk) -> None:
        if self.outage:
            raise self.outage
        self.chunks.append(chunk)

    async def each_second(self) -> None:
        self.told += [(self.loop.time(), snapshot) for snapshot in self.tower.snapshots()]
        if self.tower.is_idle:
            self.tower.drain()

    async def run(self, *assignments: Assignment) -> None:
        """Run to the end of every shard."""
        for each in assignments or (assignment(),):
            self.tower.add(each)
        await self.tower.run(each_second=self.each_second)

    def last(self, shard: str = "a") -> Snapshot:
        return [snapshot for _, snapshot in self.told if snapshot.shard == shard][-1]

    def total(self, shard: str = "a") -> Second:
        return self.last(shard).total

    def records(self, shard: str = "a") -> list[dict[str, Any]]:
        """What lies in the store, in order of mock and time."""
        chunks = [chunk for chunk in self.chunks if chunk.shard == shard]
        tables = [pq.read_table(io.BytesIO(chunk.data)).to_pylist() for chunk in chunks]
        rows = [row for table in tables for row in table]
        return sorted(rows, key=lambda row: (row["mock"], row["sent"]))


def lot(text: str = SENSOR, *, count: int = 10, duration: float = 10.0, **fields: Any) -> Lot:
    part = Part(name="x", document=yaml.safe_load(text), count=count)
    target = MqttTarget(host="127.0.0.1", port=1883)
    return Lot(**{"duration": duration, "parts": [part], "target": target, **fields})


def assignment(shard: str = "a", *, first: int = 0, count: int = 10, **fields: Any) -> Assignment:
    """Ten sensors for 10 s, one message a second each, unless told otherwise."""
    datasets = fields.pop("datasets", {})
    given = fields.pop("lot", None) or lot(**fields)
    return Assignment(
        shard=shard, lot=given, part=0, first=first, count=count, epoch=EPOCH, datasets=datasets
    )
