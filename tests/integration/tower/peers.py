"""A subscriber of somebody else's make, and a tower that runs for real."""

import asyncio
import json
import threading
import time
from typing import Any

import paho.mqtt.client as paho
import yaml

from simulator.lot import Lot, MqttTarget, Part
from simulator.recording import Chunk, Second
from simulator.tower import Assignment, Snapshot, Tower

SENSOR = """
name: Sensor
id: "{prefix}-{index:04d}"
constants: {prefix: PREFIX}
messages:
  telemetry: {every: 200ms, topic: "PREFIX/{id}", qos: 1, json: {id: "{id}", seq: "{seq}"}}
"""
ARRIVE_WITHIN = 60.0  # s that anything may take on a busy machine


class Subscriber:
    """Counts what arrives below a topic, as (device, sequence number); keeps its session."""

    def __init__(self, port: int, prefix: str) -> None:
        self.seen: list[tuple[str, int]] = []
        self._filter = f"{prefix}/#"
        self._changed = threading.Condition()
        self._is_subscribed = threading.Event()
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=f"counter-{prefix}", clean_session=False
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *_: self._client.subscribe(self._filter, qos=1)
        self._client.on_subscribe = lambda *_: self._is_subscribed.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._is_subscribed.wait(ARRIVE_WITHIN)

    def _take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        document = json.loads(message.payload)
        with self._changed:
            self.seen.append((document["id"], document["seq"]))
            self._changed.notify()

    def wait_for(self, count: int) -> list[tuple[str, int]]:
        """Return what has arrived once it is ``count`` different ones, or no more is to come."""
        with self._changed:
            self._changed.wait_for(lambda: len(set(self.seen)) >= count, ARRIVE_WITHIN)
            return list(self.seen)

    def wait_for_all(self, pairs: set[tuple[str, int]]) -> list[tuple[str, int]]:
        """Return what has arrived once these have, or no more is to come."""
        with self._changed:
            self._changed.wait_for(lambda: pairs <= set(self.seen), ARRIVE_WITHIN)
            return list(self.seen)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Show:
    """A tower over real sockets, and everything that it told and stored."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.told: list[Snapshot] = []
        self.tower = Tower(name="integration", write=self.chunks.append)
        self.each: list[Any] = []  # called with this each second

    async def run(self, *assignments: Assignment) -> None:
        for each in assignments:
            self.tower.add(each)
        await self.tower.run(each_second=self._each_second)

    async def _each_second(self) -> None:
        self.told += self.tower.snapshots()
        for call in self.each:
            call(self)
        if self.tower.is_idle:
            self.tower.drain()

    def last(self, shard: str = "a") -> Snapshot:
        return [snapshot for snapshot in self.told if snapshot.shard == shard][-1]

    @property
    def total(self) -> Second:
        latest = {snapshot.shard: snapshot.total for snapshot in self.told}
        return Second.summed(latest.values())


def assignment(port: int, prefix: str, *, count: int = 50, duration: float = 3.0) -> Assignment:
    document = yaml.safe_load(SENSOR.replace("PREFIX", prefix))
    lot = Lot(
        duration=duration,
        parts=[Part(name="Sensor", document=document, count=count)],
        target=MqttTarget(host="127.0.0.1", port=port, client_id="{id}"),
    )
    return Assignment(shard="a", lot=lot, part=0, first=0, count=count, epoch=time.time())


def acted(coroutine: Any, *, within: float = 300.0) -> None:
    """Run it to its end on a real loop, at most ``within`` s."""
    asyncio.run(asyncio.wait_for(coroutine, within))
