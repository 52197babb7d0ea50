"""The same seed gives the same faults to the same mocks, as their peer sees it."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop
import yaml

from simulator.lot import Credentials, Lot, MqttTarget, Part, Will
from simulator.tower import Assignment
from tests.integration.tower.peers import ARRIVE_WITHIN, Show
from tests.integration.transports.conftest import Broker, broker
from tests.integration.transports.listening import Brokers, observer

__all__ = ["broker"]  # the fixture
pytestmark = pytest.mark.parts("mosquitto")

SENSOR = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 250ms, topic: "out/{id}", qos: 1, json: {seq: "{seq}"}}}
"""
QUIET = SENSOR.replace("250ms", "1h")  # so that nothing is in flight when a connection is cut
EACH, DURATION = 12, 3.0
SPOILT = {"index": [0, 11], "share": "50%"}
FAULTS: list[dict[str, Any]] = [
    {"fault": "loss", "share": "30%", "aim": SPOILT},
    {"fault": "duplicate", "share": "30%", "aim": SPOILT},
    {"fault": "drop", "at": 1.5, "aim": {"index": [12, 23], "share": "50%"}},
]


@dataclass(frozen=True)
class Seen:
    """What the broker handed on: how often each message of the spoilt, and whose wills."""

    messages: frozenset[tuple[str, int]]
    wills: frozenset[str]


def seen_of(broker: Broker, *, seed: int, shards: int) -> Seen:
    """Run the lot once, cut into so many shards."""
    lot = Lot.model_validate(
        {
            "seed": seed,
            "duration": DURATION,
            "parts": [
                Part(name=name, document=yaml.safe_load(text), first=first, count=EACH)
                for name, text, first in (("sensors", SENSOR, 0), ("quiet", QUIET, EACH))
            ],
            "target": MqttTarget(
                host="127.0.0.1", port=broker.port, will=Will(topic="gone/{id}", payload="x")
            ),
            "faults": FAULTS,
        }
    )
    size, begin = EACH // shards, time.time() + 0.5
    cut = [
        Assignment(
            shard=str(first), lot=lot, part=first // EACH, first=first, count=size, epoch=begin,
            datasets={}, secrets=Credentials(),
        )
        for first in range(0, 2 * EACH, size)
    ]  # fmt: skip
    show = Show()
    with observer(broker.port, "#") as messages:
        uvloop.run(show.run(*cut))
        assert [each.error for each in show.told if each.error] == []
        arrived = Counter(
            (message.topic, message.payload)
            for message in (messages.get(timeout=ARRIVE_WITHIN) for _ in range(_heard(show)))
        )
    spoilt = {f"out/s-{number}" for number in range(EACH)}
    return Seen(
        frozenset((f"{t} {p.decode()}", n) for (t, p), n in arrived.items() if t in spoilt),
        frozenset(topic for topic, _ in arrived if topic.startswith("gone/")),
    )


def _heard(show: Show) -> int:
    """How many messages the broker has handed on: those it acknowledged, and six wills."""
    return show.total.acknowledged + 6


def test_a_seed_gives_the_same_faults_to_the_same_mocks_twice(broker: Brokers) -> None:
    peer = broker("allow_anonymous true", "max_queued_messages 0")

    first = seen_of(peer, seed=7, shards=1)
    again = seen_of(peer, seed=7, shards=3)
    other = seen_of(peer, seed=8, shards=1)

    assert len(first.wills) == 6
    assert {times for _, times in first.messages} == {1, 2}
    assert again == first
    assert other.messages != first.messages
    assert other.wills != first.wills
