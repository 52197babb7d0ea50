"""A shard that moves between two towers, against Mosquitto: no will, no loss, the session lasts."""

import asyncio
import json
import threading
import time
from dataclasses import replace

import paho.mqtt.client as paho
import pytest
from workshop.supervisor import Child

from simulator import Assignment, Resume, parse
from simulator.lot import Lot, MqttTarget, Part, Will
from tests.integration.tower.peers import ARRIVE_WITHIN, Show, Subscriber, acted

pytestmark = pytest.mark.parts("mosquitto")

MOCKS = 20
GAP = 1.0  # s between the two towers, in which a command comes
LISTENING = """
name: Sensor
id: "PREFIX-{index:04d}"
messages:
  telemetry: {every: 200ms, topic: "PREFIX/{id}", qos: 1, json: {id: "{id}", seq: "{seq}"}}
statuses:
  busy: {send: [telemetry]}
replies:
  ping:
    on: {topic: "cmd/PREFIX/{id}"}
    send: {topic: "pong/PREFIX", qos: 1, json: {id: "{id}", seq: "{seq}"}}
"""


def listening(port: int, prefix: str, **target: object) -> Assignment:
    document = dict(parse(LISTENING.replace("PREFIX", prefix)).source)
    lot = Lot(
        duration=1_000.0,  # longer than it takes anywhere; the test ends it
        parts=[Part(name="Sensor", document=document, count=MOCKS)],
        target=MqttTarget(
            host="127.0.0.1",
            port=port,
            client_id="{id}",
            will=Will(topic=f"wills/{prefix}", payload="gone"),
            **target,
        ),
    )
    return Assignment(shard="a", lot=lot, part=0, first=0, count=MOCKS, epoch=time.time())


class Listener:
    """Notes what arrives below some topics."""

    def __init__(self, port: int, *topics: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._changed = threading.Condition()
        self._is_ready = threading.Event()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda *_: self.client.subscribe([(each, 1) for each in topics])
        self.client.on_subscribe = lambda *_: self._is_ready.set()
        self.client.on_message = self._take
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._is_ready.wait(ARRIVE_WITHIN)

    def _take(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.heard.append((message.topic, message.payload))
            self._changed.notify()

    def wait_for(self, count: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self.heard) >= count, ARRIVE_WITHIN)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("lasting3", {"clean_start": False}),
        ("lasting5", {"version": "5", "session_expiry": 300}),
    ],
)
def test_a_move_costs_no_message_fires_no_will_and_keeps_commands(
    mosquitto: tuple[Child, int], name: str, target: dict[str, object]
) -> None:
    port = mosquitto[1]
    counter = Subscriber(port, name)
    listener = Listener(port, f"wills/{name}", f"pong/{name}")
    first, second = Show(), Show()
    given = listening(port, name, **target)

    def end_when_all_have_answered(running: Show) -> None:
        sent = running.last().total.acknowledged if running.told else 0
        if len(listener.heard) >= MOCKS and sent >= first.total.acknowledged + 5 * MOCKS:
            running.tower.drain()

    second.each.append(end_when_all_have_answered)

    async def main() -> None:
        running = asyncio.ensure_future(first.run(given))
        while not first.told or first.total.acknowledged < 10 * MOCKS:  # noqa: ASYNC110 - see acted
            await asyncio.sleep(0.05)
        first.tower.hand_over()
        await running
        for number in range(MOCKS):
            listener.client.publish(f"cmd/{name}/{name}-{number:04d}", b"{}", qos=1)
        await asyncio.sleep(GAP)
        last = first.last()
        assert last.state == "moved"
        resume = Resume(checkpoint=last.checkpoint, at=last.t)
        await second.run(replace(given, resume=resume))

    acted(main())

    total = second.last().total
    assert total.due == total.acknowledged
    assert total.failed == 0
    listener.wait_for(MOCKS)
    assert [topic for topic, _ in listener.heard] == [f"pong/{name}"] * MOCKS
    pongs = {(each["id"], each["seq"]) for each in (json.loads(p) for _, p in listener.heard)}
    seen = counter.wait_for(total.acknowledged - MOCKS)
    assert len(seen) == len(set(seen)) == total.acknowledged - MOCKS
    numbers: dict[str, list[int]] = {}
    for device, number in [*seen, *pongs]:
        numbers.setdefault(device, []).append(number)
    assert len(numbers) == MOCKS
    assert all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())
    counter.close()
    listener.close()
