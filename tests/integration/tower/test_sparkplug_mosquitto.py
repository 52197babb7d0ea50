"""Edge Nodes of Sparkplug against Mosquitto, watched by paho: what a host application would see."""

import threading
import time
from collections import defaultdict
from typing import Any

import paho.mqtt.client as paho
import pytest
import yaml
from workshop.supervisor import Child

from simulator.lot import Lot, MqttTarget, Part
from simulator.tower import Assignment
from tests.integration.tower.peers import Show, acted
from tests.simulator.sparkplug.schema import read, value_of

pytestmark = pytest.mark.parts("mosquitto")

LINE = """
name: Line
id: "GROUP-{index}"
metrics: {speed: {walk: {start: 50, step: 1}}, count: {counter: {start: 0}}}
sparkplug:
  group: GROUP
  every: 200ms
  metrics: {Speed: "{speed:.1f}"}
  devices: {press: {metrics: {Count: {value: "{count}", type: Int64}}}}
"""
HEARD_WITHIN = 60.0  # s


class Host:
    """A host application: keeps everything that its group says, in the order of arrival."""

    def __init__(self, port: int, group: str) -> None:
        self.heard: list[tuple[str, str, Any]] = []  # kind, node, payload
        self._ready = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"host-{group}")
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"spBv1.0/{group}/#", qos=1)
        self._client.loop_start()
        assert self._ready.wait(HEARD_WITHIN)

    def _take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        _, _, kind, node, *_ = message.topic.split("/")
        self.heard.append((kind, node, read(message.payload)))

    def ask_for_rebirth(self, group: str, node: str) -> None:
        payload = read(b"")
        payload.metrics.add(name="Node Control/Rebirth", boolean_value=True)
        topic = f"spBv1.0/{group}/NCMD/{node}"
        self._client.publish(topic, payload.SerializeToString())

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def lines(port: int, group: str, *, count: int, duration: float) -> Assignment:
    part = Part(name="lines", document=yaml.safe_load(LINE.replace("GROUP", group)), count=count)
    target = MqttTarget(host="127.0.0.1", port=port)
    lot = Lot(duration=duration, parts=[part], target=target)
    return Assignment(shard="a", lot=lot, part=0, first=0, count=count, epoch=time.time() + 0.5)


def thief(port: int, client_id: str) -> None:
    """Take a node's session over, so that the broker publishes its will."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id)
    client.connect("127.0.0.1", port)
    client.disconnect()


def test_a_host_sees_births_data_in_sequence_and_deaths_that_match(
    mosquitto: tuple[Child, int],
) -> None:
    port, group = mosquitto[1], "sp1"
    host, show = Host(port, group), Show()
    stages = iter(
        [
            ("NBIRTH", 2, lambda: host.ask_for_rebirth(group, f"{group}-1")),
            ("NBIRTH", 3, lambda: thief(port, f"{group}-0")),
            ("NBIRTH", 4, lambda: None),
            ("NDATA", 30, show.tower.drain),
        ]
    )
    stage = [next(stages)]

    def go_on(_show: Show) -> None:
        kind, count, act = stage[0]
        if [heard for heard, _, _ in host.heard].count(kind) >= count:
            act()
            stage[0] = next(stages, stage[0])

    show.each.append(go_on)
    acted(show.run(lines(port, group, count=2, duration=1_000.0)))
    host.close()

    told: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for kind, node, payload in host.heard:
        if kind not in ("NCMD", "DCMD"):
            told[node].append((kind, payload))
    assert set(told) == {f"{group}-0", f"{group}-1"}
    for messages in told.values():
        expected = 0
        for kind, payload in messages:
            expected = 0 if kind == "NBIRTH" else expected
            if kind != "NDEATH":
                assert payload.seq == expected
                expected = (expected + 1) % 256
    births = {
        node: [
            next(value_of(m) for m in payload.metrics if m.name == "bdSeq")
            for kind, payload in messages
            if kind in ("NBIRTH", "NDEATH")
        ]
        for node, messages in told.items()
    }
    assert births[f"{group}-0"] == [0, 0, 1]  # born, dead by its will, born again
    assert births[f"{group}-1"] == [0, 0]  # born, and again when it was asked
