"""Edge Nodes in virtual time, and all that they send, read by Google's protobuf library."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator import parse_document
from simulator.fleet import Batch, Fleet
from tests.simulator.fleet.lives import EPOCH
from tests.simulator.sparkplug.schema import Payload, read

SPARKPLUG = {
    "group": "plant",
    "node": "{id}",
    "every": "1s",
    "metrics": {
        "Temperature": "{temperature}",
        "Mode": {"value": "{mode}", "type": "String", "write": "mode"},
        "Limit": {"value": "{limit}", "type": "Int32", "write": "limit"},
    },
    "devices": {"press": {"metrics": {"Count": {"value": "{count}", "type": "Int64"}}}},
}


def device(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Line",
        "id": "line-{index}",
        "variables": {"mode": {"choice": ["auto"]}, "limit": {"choice": [7]}},
        "metrics": {"temperature": {"constant": 21.5}, "count": {"counter": {"start": 1}}},
        "sparkplug": {**SPARKPLUG, **changes.pop("sparkplug", {})},
        **changes,
    }


@dataclass
class Sent:
    t: float
    row: int
    kind: str  # NBIRTH ...
    topic: str
    payload: Any
    qos: int
    retain: bool

    @property
    def names(self) -> dict[str, Any]:
        return {metric.name: metric for metric in self.payload.metrics}


class Nodes:
    """A fleet of nodes, and a tower that asks for their wills."""

    def __init__(self, document: dict[str, Any] | None = None, *, count: int = 1) -> None:
        self.fleet = Fleet(parse_document(document or device()), count=count, epoch=EPOCH)
        self.sent: list[Sent] = []
        self.wills: list[Any] = []

    def run(self, *times: float, connect: bool = True) -> list[Sent]:
        """Live until each of some times; return what was sent meanwhile."""
        before = len(self.sent)
        for t in times:
            while True:
                due = self.fleet.due(t)
                self.sent += [each for batch in due.sends for each in _read(batch)]
                if connect:
                    self.connect(due.connect, t)
                if self.fleet.next_due() > t:
                    break
        return self.sent[before:]

    def connect(self, rows: list[int], t: float) -> None:
        for row in rows:
            self.wills.append(self.fleet.will(row))
        self.fleet.connected(rows, t)


def _read(batch: Batch) -> Iterator[Sent]:
    for i, row in enumerate(batch.rows.tolist()):
        topic = batch.addresses[i]
        yield Sent(
            float(batch.scheduled[i]),
            row,
            topic.split("/")[2],
            topic,
            read(batch.payloads[i]),
            batch.qos,
            batch.retain,
        )


def command(**values: Any) -> bytes:
    payload = Payload(timestamp=1)
    for name, value in values.items():
        metric = payload.metrics.add(name=name.replace("__", "/").replace("_", " "))
        kind = {bool: "boolean_value", int: "int_value", str: "string_value"}[type(value)]
        setattr(metric, kind, value)
    return payload.SerializeToString()
