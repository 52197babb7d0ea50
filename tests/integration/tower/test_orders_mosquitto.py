"""A run that is given orders while it sends, against Mosquitto and a broker that is silent."""

import asyncio
import io
import time
from collections.abc import Callable
from typing import Any, ClassVar

import pyarrow.parquet as pq
import pytest
from workshop.supervisor import Child

from simulator import Assignment, Link, parse
from simulator.lot import Lot, MqttTarget, Part
from simulator.lot.orders import order_of
from tests.integration.tower.peers import ARRIVE_WITHIN, Show, Subscriber, acted

pytestmark = pytest.mark.parts("mosquitto")

MOCKS = 20
SILENCE = 1.5  # s in which a mock would have sent seven times
DEVICE = """
name: Sensor
id: "PREFIX-{index:04d}"
messages:
  telemetry:
    every: 200ms
    topic: "PREFIX/{id}"
    qos: 1
    json: {id: "{id}", seq: "{seq}", status: "{status}"}
  hello: {every: 1h, topic: "PREFIX/hello", qos: 1, json: {id: "hello {id}", seq: "{seq}"}}
statuses:
  idle: {send: [telemetry], go: [{to: alarm, after: 1h}]}
  alarm: {send: [telemetry]}
"""


def sensors(port: int, prefix: str) -> Assignment:
    document = dict(parse(DEVICE.replace("PREFIX", prefix)).source)
    lot = Lot(
        duration=300.0,
        parts=[Part(name="Sensor", document=document, count=MOCKS)],
        target=MqttTarget(host="127.0.0.1", port=port, client_id="{id}"),
    )
    return Assignment(shard="a", lot=lot, part=0, first=0, count=MOCKS, epoch=time.time())


class Scene:
    """A run under way, and the orders that it gets."""

    def __init__(self, port: int, prefix: str) -> None:
        self.given = sensors(port, prefix)
        self.show = Show()
        self.orders = 0

    async def order(self, kind: str, **words: Any) -> None:
        """Give an order and wait until the tower has obeyed it."""
        self.orders += 1
        self.show.tower.order("a", order_of({"order": kind, **words}), name=str(self.orders))
        await self.until(lambda: len(self.show.last().faults) >= self.orders)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(ARRIVE_WITHIN):
            while not (self.show.told and is_so()):  # noqa: ASYNC110 - see acted
                await asyncio.sleep(0.05)

    async def sent(self, many: int) -> None:
        """Wait until so many more are acknowledged."""
        await self.until(lambda: bool(self.show.told))
        goal = self.show.total.acknowledged + many
        await self.until(lambda: self.show.total.acknowledged >= goal)

    def links(self) -> set[int]:
        return set(self.show.last().board["link"].tolist())

    async def stop(self, running: "asyncio.Future[None]", kind: str = "stop") -> float:
        """End the run; return how long that took, s."""
        begin = time.monotonic()
        self.show.tower.order("a", order_of({"order": kind}), name="end")
        await running
        return time.monotonic() - begin


@pytest.mark.parametrize(("connected", "link"), [(True, Link.CONNECTED), (False, Link.OFF)])
def test_a_broker_hears_nothing_of_a_paused_run_and_all_of_it_afterwards(
    mosquitto: tuple[Child, int], connected: bool, link: Link
) -> None:
    prefix = f"paused{link:d}"
    counter, scene = Subscriber(mosquitto[1], prefix), Scene(mosquitto[1], prefix)

    async def main() -> None:
        running = asyncio.ensure_future(scene.show.run(scene.given))
        await scene.sent(5 * MOCKS)
        await scene.order("pause", connected=connected)
        await scene.until(lambda: scene.show.total.due == scene.show.total.acknowledged)
        await scene.until(lambda: scene.links() == {link})
        before = scene.show.total.due
        counter.wait_for(before)
        await asyncio.sleep(SILENCE)
        assert len(counter.seen) == before
        assert scene.show.total.due == before
        await scene.order("resume")
        await scene.sent(5 * MOCKS)
        await scene.until(lambda: scene.links() == {Link.CONNECTED})
        print(f"\nstopped in {await scene.stop(running):.2f} s")

    acted(main())

    total = scene.show.last().total
    assert total.due == total.acknowledged + total.failed
    assert total.failed == 0 or not connected  # what was in flight when the connection went
    numbers: dict[str, list[int]] = {}
    for device, number in counter.wait_for(total.acknowledged):
        numbers.setdefault(device, []).append(number)
    assert len(numbers) == MOCKS
    assert all(each == sorted(set(each)) for each in numbers.values())
    assert not connected or all(each[-1] == len(each) for each in numbers.values())
    counter.close()


def test_a_broker_sees_another_rate_fewer_mocks_and_what_was_asked_of_some(
    mosquitto: tuple[Child, int],
) -> None:
    counter, scene = Subscriber(mosquitto[1], "ordered"), Scene(mosquitto[1], "ordered")
    rates: list[float] = []

    async def rate() -> float:
        begin, before = time.monotonic(), scene.show.total.acknowledged
        await scene.sent(5 * MOCKS)
        return (scene.show.total.acknowledged - before) / (time.monotonic() - begin)

    async def main() -> None:
        running = asyncio.ensure_future(scene.show.run(scene.given))
        rates.append(await rate())
        await scene.order("rate", factor=5)
        rates.append(await rate())
        await scene.order("status", status="alarm", aim={"share": "25%"})
        await scene.order("send", message="hello", aim={"index": [3, 3]})
        await scene.order("count", mocks=7)
        await scene.until(lambda: scene.links() == {Link.CONNECTED, Link.OFF})
        await scene.sent(5 * MOCKS)
        await scene.stop(running)

    acted(main())

    print("\nmessages/s before and after rate 5:", [round(each) for each in rates])
    last = scene.show.last()
    assert last.total.due == last.total.acknowledged
    seen = counter.wait_for(last.total.acknowledged)
    assert [device for device, _ in seen if device.startswith("hello")] == ["hello ordered-0003"]
    assert [span.mocks for span in last.faults] == [MOCKS, 5, 1, 7]
    assert sum(last.board["status"] == last.statuses.index("alarm")) == 5
    after = scene.given.epoch + last.faults[-1].begin
    on = {each["id"] for each in records(scene.show) if each["scheduled"] > after + 0.001}
    assert on == {f"ordered-{number:04d}" for number in range(7)}
    counter.close()


def records(show: Show) -> list[dict[str, Any]]:
    """The sends of a run, with their moments as Unix s."""
    tables = [pq.read_table(io.BytesIO(chunk.data)).to_pylist() for chunk in show.chunks]
    rows = [row for table in tables for row in table if row["event"] == "send"]
    return [row | {"scheduled": row["scheduled"].timestamp()} for row in rows]


class Silent(asyncio.Protocol):
    """A broker that accepts every connection, never says another word, and hangs up on nobody."""

    lines: ClassVar[list[asyncio.Transport]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.lines.append(transport)
        transport.write(b"\x20\x02\x00\x00")  # CONNACK

    def eof_received(self) -> bool:
        return True  # its half stays open


@pytest.mark.parametrize("kind", ["stop", "abort"])
def test_a_run_really_ends_though_its_broker_answers_nothing(kind: str) -> None:
    took: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Silent, "127.0.0.1", 0)
        scene = Scene(server.sockets[0].getsockname()[1], "silent")
        running = asyncio.ensure_future(scene.show.run(scene.given))
        await scene.until(lambda: scene.show.total.due > 2 * MOCKS)
        took.append(await scene.stop(running, kind))
        total = scene.show.last().total
        assert total.due == total.failed
        for line in Silent.lines:
            line.abort()
        server.close()

    acted(main())
    print(f"\n{kind} of a silent broker: {took[0]:.2f} s")
