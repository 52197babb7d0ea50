"""One run in which each mock has a fault of its own, and what its peers saw of it."""

import asyncio
import io
import json
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pyarrow.parquet as pq
import uvloop
import yaml

from simulator import read_dataset
from simulator.lot import Credentials, Lot, MqttTarget, Part, Will
from simulator.lot.faults import KINDS
from simulator.tower import Assignment
from tests.integration.faults.between import Proxy, Talk
from tests.integration.tower.peers import Show
from tests.integration.transports.conftest import Broker

SENSOR = """
name: Sensor
id: "f-{kind}"
variables: {kind: {dataset: kinds.csv, column: kind}}
metrics: {t: {counter: {start: 0}}}
messages:
  telemetry:
    every: 200ms
    topic: "out/{id}"
    qos: 1
    json: {id: "{id}", seq: "{seq}", t: "{t}", at: "{now:epoch}"}
replies:
  never: {"on": {topic: "cmd/{id}", where: {action: nothing}}, send: {topic: "out/x", json: 1}}
"""
DURATION = 23.5  # s
BEGIN, LASTS = 2.0, 4.0  # s of the run; of every fault, but for those below
# s; Mosquitto looks every 5 s for who has been silent for 1.5 times its keep-alive of 5 s, and a
# busy machine may keep it from looking for a while.
SILENT = 21.0
CLOCKS = 0.1  # s that the wall's clock and the tower's own may differ, and a moment be rounded
FLOOD = 40, 20_000  # messages, bytes of each
MOST = 60_000  # bytes of a packet that the broker takes
MARK = "marks/end"
USER, PASSWORD = "fleet", "right"

# What each kind says beside its time and its aim.
WORDS: dict[str, dict[str, Any]] = {
    "drop": {"for": 2},
    "silence": {"at": 1, "for": SILENT},
    "storm": {"within": 1},
    "flapping": {"period": 4, "for": 12},
    "slow_reader": {"for": 6},
    "latency": {"sent": "700ms ± 100ms", "received": "900ms"},
    "loss": {"share": "50%"},
    "late": {"by": "1500ms"},
    "reorder": {"window": 4},
    "replay": {"memory": 3},
    "wrong_schema": {"change": "missing", "field": "t"},
    "oversize": {"size": MOST + 1, "for": "300ms"},
    "clock_skew": {"by": "-1h"},
    "malformed": {},
}
MOMENTS = {"malformed"}  # they have no duration


def fault(kind: str) -> dict[str, Any]:
    """A kind's fault as it stands in the lot: at one mock alone, and at its time."""
    lasts = {} if kind in MOMENTS else {"for": LASTS}
    return {"fault": kind, "at": BEGIN, **lasts, **WORDS.get(kind, {}), "aim": {"ids": mock(kind)}}


def mock(kind: str) -> str:
    return f"f-{kind}"


@dataclass
class Heard:
    """A message that the subscriber got."""

    t: float  # Unix s
    topic: str
    payload: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.payload))


class Listener:
    """A subscriber of somebody else's make that keeps everything."""

    def __init__(self, port: int) -> None:
        self.heard: list[Heard] = []
        self._ready, self._is_marked = threading.Event(), threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.username_pw_set(USER, PASSWORD)
        self._client.on_connect = lambda *_: self._client.subscribe([("#", 1)])
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(60)

    def _take(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        if message.topic == MARK:
            self._is_marked.set()
        else:
            self.heard.append(Heard(time.time(), message.topic, message.payload))

    def flood(self, kind: str) -> None:
        count, size = FLOOD
        for _ in range(count):
            self._client.publish(f"cmd/{mock(kind)}", b"x" * size)

    def close(self) -> None:
        """Leave, once everything that the broker took before has come."""
        self._client.publish(MARK, b"", qos=1)
        assert self._is_marked.wait(60)
        self._client.disconnect()
        self._client.loop_stop()


@dataclass
class Evidence:
    """What the broker, the subscriber and the road between saw, beside the tower's own records."""

    epoch: float
    log: str
    heard: list[Heard]
    proxy: Proxy
    records: list[dict[str, Any]]
    show: Show = field(repr=False)

    def of(self, kind: str) -> list[Heard]:
        """What arrived of a kind's mock on its own topic, in order."""
        return [each for each in self.heard if each.topic == f"out/{mock(kind)}"]

    def during(self, kind: str) -> tuple[float, float]:
        """When its fault is in force for certain, Unix s: two clocks are not quite the same."""
        words = fault(kind)
        begin = self.epoch + words["at"]
        return begin + CLOCKS, begin + words.get("for", 0.0) - CLOCKS

    def sends(self, kind: str) -> list[dict[str, Any]]:
        rows = [row for row in self.records if row["id"] == mock(kind) and row["event"] == "send"]
        return sorted(rows, key=lambda row: row["sent"])

    def talks(self, kind: str) -> list[Talk]:
        return self.proxy.of(mock(kind))

    def wills(self, kind: str) -> list[Heard]:
        return [each for each in self.heard if each.topic == f"status/{mock(kind)}"]

    def logged(self, kind: str) -> list[str]:
        """The broker's lines on a mock."""
        return [line for line in self.log.splitlines() if mock(kind) in line]


def gather(folder: Path) -> Evidence:
    """Run all kinds of faults at once, and return what was seen."""
    log = folder / "broker.log"
    (folder / "passwords").write_text(password_line(USER, PASSWORD))
    broker = Broker(
        folder,
        "allow_anonymous false",
        f"password_file {folder}/passwords",
        f"max_packet_size {MOST}",
        f"log_dest file {log}",
        "log_type all",
    )
    try:
        listener = Listener(broker.port)
        evidence = uvloop.run(asyncio.wait_for(_run(broker.port, listener), 300.0))
        listener.close()
    finally:
        broker.stop()
    evidence.log = log.read_text()
    return evidence


async def _run(port: int, listener: Listener) -> Evidence:
    proxy, show = Proxy(port), Show()
    target = await proxy.start()
    given = assignment(target)
    is_due = iter([True])

    def flood(_show: Show) -> None:
        if time.time() > given.epoch + BEGIN + CLOCKS and next(is_due, False):
            listener.flood("slow_reader")

    show.each.append(flood)
    await show.run(given)
    assert show.last().error == ""
    await proxy.close()
    tables = [pq.read_table(io.BytesIO(chunk.data)).to_pylist() for chunk in show.chunks]
    rows = [row for table in tables for row in table]
    return Evidence(given.epoch, "", listener.heard, proxy, rows, show)


def assignment(port: int) -> Assignment:
    kinds = "kind\n" + "\n".join(KINDS) + "\n"
    lot = Lot.model_validate(
        {
            "duration": DURATION,
            "parts": [Part(name="Sensor", document=yaml.safe_load(SENSOR), count=len(KINDS))],
            "target": MqttTarget(
                host="127.0.0.1",
                port=port,
                keep_alive=5,
                will=Will(topic="status/{id}", payload="gone", qos=1, retain=True),
            ),
            "faults": [fault(kind) for kind in KINDS],
        }
    )
    return Assignment(
        shard="a",
        lot=lot,
        part=0,
        first=0,
        count=len(KINDS),
        epoch=time.time() + 0.5,
        datasets={"kinds.csv": read_dataset("kinds.csv", kinds.encode())},
        secrets=Credentials(username=USER, password=PASSWORD),
    )


def password_line(user: str, password: str) -> str:
    """A line of a password file, as Mosquitto's format 7 (PBKDF2-SHA512) has it."""
    salt, turns = b"0123456789ab", 101
    digest = pbkdf2_hmac("sha512", password.encode(), salt, turns)
    return f"{user}:$7${turns}${b64encode(salt).decode()}${b64encode(digest).decode()}\n"
