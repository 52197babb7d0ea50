"""Mocks as Edge Nodes of Sparkplug: their births and deaths, what they report, what they obey.

Rule: a payload gets its sequence number at the moment it leaves, so what waits in a buffer has none
yet, and none is missing or doubled between two births.

Source: Sparkplug 3.0.0, chapters 5 and 6. The STATE of a primary host is not followed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator import sparkplug as wire
from simulator.behaviour.commands import Received
from simulator.definition.expressions.template import Template
from simulator.definition.sparkplug import DEVICE_DATA, NODE_DATA, Sparkplug, topic_of
from simulator.fleet.checkpoint import objects
from simulator.fleet.due import Batch, Found
from simulator.fleet.outgoing import Outgoing, Taken
from simulator.fleet.population import Population
from simulator.fleet.readings import Readings
from simulator.fleet.reporting import Reporting
from simulator.generators.base import check_state
from simulator.lot import Parting
from simulator.payloads.document import plain_line
from simulator.randomness import FloatArray, IntArray
from simulator.sparkplug.encoding import HISTORICAL, milliseconds

REBIRTH = "Node Control/Rebirth"
SEQUENCES = 256  # numbers of messages, and of births, go round after 255
UNBORN = "not sent: the node has given no birth since it was connected last"
BIRTH, DEVICE_BIRTH, DEATH = "NBIRTH", "DBIRTH", "NDEATH"

# Which mocks' messages are to be kept and not sent: rows, codes of statuses -> yes or no.
IsKept: TypeAlias = Callable[[IntArray, NDArray[np.uint8]], NDArray[np.bool_]]


class Edge:
    """The Edge Nodes of a population."""

    def __init__(
        self,
        sparkplug: Sparkplug,
        *,
        mocks: Population,
        readings: Readings,
        outgoing: Mapping[str, Outgoing],
        is_kept: IsKept,
    ) -> None:
        """Make it.

        Args:
            sparkplug: A sound one.
            mocks: Whom it is for.
            readings: What they read; commands set variables among it.
            outgoing: The messages of the definition, by name.
            is_kept: Whose messages wait in a buffer.
        """
        count, fixed = len(mocks.status), readings.fixed
        self._sparkplug = sparkplug
        self._mocks = mocks
        self._is_kept = is_kept
        self._readings = readings
        self._reports: dict[str, Reporting] = {}
        alias = 1
        for name, device, metrics in sparkplug.groups():
            self._reports[name] = Reporting(
                device, metrics, first_alias=alias, fixed=fixed, count=count
            )
            alias += len(metrics)
        self._samplers = {name: outgoing[name].sampler for name in self._reports}
        devices = [each.device for each in self._reports.values() if each.device]
        self._topics = {
            (kind, device): self._texts(topic_of(sparkplug, kind, device), fixed, count)
            for kind, device in [
                *((kind, "") for kind in (BIRTH, DEATH, "NCMD", *(["DCMD"] if devices else []))),
                *((DEVICE_BIRTH, device) for device in devices),
            ]
        }
        self._has_devices = bool(devices)
        self._births: IntArray = np.full(count, -1, dtype=np.int64)  # bdSeq; -1: no connection yet
        self._next: IntArray = np.zeros(count, dtype=np.int64)  # the next message's number
        self.is_born: NDArray[np.bool_] = np.zeros(count, dtype=bool)  # on this connection

    @property
    def names(self) -> frozenset[str]:
        """The messages of data that it makes."""
        return frozenset(self._reports)

    def will(self, row: int) -> Parting:
        """Return the NDEATH to be left for the next connection; each has the next bdSeq."""
        self._births[row] = (self._births[row] + 1) % SEQUENCES
        return Parting(self._topics[DEATH, ""][row], self._death(row), qos=1, retain=False)

    def subscriptions(self, row: int) -> tuple[str, ...]:
        """Return the topic filters of its commands."""
        own = (self._topics["NCMD", ""][row],)
        return (*own, f"{self._topics['DCMD', ''][row]}/#") if self._has_devices else own

    def give_birth(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send NBIRTH, and a DBIRTH for each device, of mocks that are connected."""
        self.is_born[rows] = True
        self._births[rows] = np.maximum(self._births[rows], 0)
        for name in (NODE_DATA, *(name for name in self._reports if name != NODE_DATA)):
            parts = self._born_metrics(name, rows, times)
            if name == NODE_DATA:
                parts = [self._own_metrics(rows, times), *parts]
            device = self._reports[name].device if name in self._reports else ""
            kind = DEVICE_BIRTH if device else BIRTH
            each = list(zip(*parts, strict=True)) if parts else [()] * len(rows)
            batch = self._batch(kind, device, rows, times, each)
            found.sends.append(self.stamped(batch))

    def batch(self, outgoing: Outgoing, taken: Taken) -> Batch:
        """Return what is reported of a sample; without those mocks that have nothing to report."""
        report = self._reports[outgoing.name]
        values = report.values(taken.readings, taken.rows)
        told = report.changed(values, taken.rows, every=self._sparkplug.report == "all")
        some: NDArray[np.bool_] = np.any(told, axis=0)
        if not some.any():
            return _nothing(outgoing.name)
        if not some.all():
            taken, told = taken.only(some), told[:, some]
            values = [[v for v, kept in zip(each, some, strict=True) if kept] for each in values]
        batch = outgoing.batch(self._mocks, taken)
        kept = self._is_kept(batch.rows, batch.statuses)
        moments = milliseconds(self._readings.shown(batch.rows, batch.scheduled))
        marks = [HISTORICAL if old else b"" for old in kept.tolist()]
        columns = report.data(values, told, moments, marks)
        report.remember(values, told, batch.rows)
        payloads = [
            wire.payload(t, parts)
            for t, parts in zip(moments, zip(*columns, strict=True), strict=True)
        ]
        return replace(batch, payloads=payloads)

    def stamped(self, batch: Batch) -> Batch:
        """Return a batch that leaves now with its sequence numbers; any other one as it is."""
        if batch.message not in self._reports and batch.message not in (BIRTH, DEVICE_BIRTH):
            return batch
        if batch.message == BIRTH:
            self._next[batch.rows] = 0
        numbers = self._next[batch.rows]
        self._next[batch.rows] = (numbers + 1) % SEQUENCES
        fields = map(wire.sequence_field, numbers.tolist())
        payloads = [a + b for a, b in zip(batch.payloads, fields, strict=True)]
        return replace(batch, payloads=payloads)

    def lost(self, rows: IntArray) -> None:
        """Note connections that are gone: the broker publishes their will."""
        self.is_born[rows] = False

    def part(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send the NDEATH of mocks that let their connection go, in which case no will is."""
        alive = self.is_born[rows]
        rows, times = rows[alive], times[alive]
        self.is_born[rows] = False
        if not len(rows):
            return
        payloads = [self._death(row) for row in rows.tolist()]
        batch = self._batch(DEATH, "", rows, times, [()] * len(rows))
        found.sends.append(replace(batch, payloads=payloads, qos=1))

    def hear(self, row: IntArray, time: FloatArray, message: Received, found: Found) -> None:
        """Let one mock obey a command, if this message is one."""
        place = int(row[0])
        if message.topic == self._topics["NCMD", ""][place]:
            device = ""
        elif self._has_devices and message.topic.startswith(f"{self._topics['DCMD', ''][place]}/"):
            device = message.topic.rpartition("/")[2]
        else:
            return
        for command in wire.commands(message.payload):
            if not device and command.name == REBIRTH:
                if command.value is True:
                    self.give_birth(row, time, found)
                continue
            name = f"{DEVICE_DATA} {device}" if device else NODE_DATA
            report = self._reports.get(name)
            written = report.written(command) if report else None
            if written is not None:
                self._write(*written, row, time)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers."""
        memory = {"births": self._births, "next": self._next, "born": self.is_born}
        found = {name: values.copy() for name, values in memory.items()}
        for name, report in self._reports.items():
            found |= {f"{name}.{n}": last.copy() for n, last in enumerate(report.last)}
        return found

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same definition gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state(state, self.state())
        self._births[:], self._next[:] = state["births"], state["next"]
        self.is_born[:] = state["born"]
        for name, report in self._reports.items():
            report.last = [state[f"{name}.{n}"].copy() for n in range(len(report.last))]

    def _write(self, name: str, value: Any, row: IntArray, time: FloatArray) -> None:
        """Set a variable of one mock, as a command wants it."""
        self._readings.changeable.set(name, row, objects([value]))
        self._mocks.send_anew(frozenset({name}), row, time)

    def _born_metrics(self, name: str, rows: IntArray, times: FloatArray) -> list[list[bytes]]:
        if name not in self._reports:
            return []
        report = self._reports[name]
        taken = self._samplers[name].take(self._mocks, rows, times)
        values = report.values(taken.readings, rows)
        report.remember(values, np.ones((len(values), len(rows)), dtype=bool), rows)
        return report.births(values, milliseconds(self._readings.shown(rows, times)))

    def _own_metrics(self, rows: IntArray, times: FloatArray) -> list[bytes]:
        """Return what every node has in its birth: bdSeq, and the switch for a rebirth."""
        moments = milliseconds(self._readings.shown(rows, times))
        return [
            b"".join(
                wire.metrics([("bdSeq", "Int64", number), (REBIRTH, "Boolean", False)], moment)
            )
            for number, moment in zip(self._births[rows].tolist(), moments, strict=True)
        ]

    def _death(self, row: int) -> bytes:
        """Return an NDEATH: bdSeq alone, without sequence number and without time.

        A will is written before its connection is made, so its time would be no time of death.
        """
        number = max(0, int(self._births[row]))
        return wire.payload(None, wire.metrics([("bdSeq", "Int64", number)], None))

    def _batch(
        self,
        kind: str,
        device: str,
        rows: IntArray,
        times: FloatArray,
        parts: Iterable[Iterable[bytes]],
    ) -> Batch:
        self._mocks.sequence[rows] += 1
        moments = milliseconds(self._readings.shown(rows, times))
        topics = self._topics[kind, device]
        return Batch(
            message=kind,
            qos=0,
            retain=False,
            method=None,
            rows=rows,
            scheduled=times,
            sequences=self._mocks.sequence[rows],
            statuses=self._mocks.status[rows],
            addresses=[topics[row] for row in rows.tolist()],
            payloads=[wire.payload(t, each) for t, each in zip(moments, parts, strict=True)],
        )

    @staticmethod
    def _texts(text: str, fixed: Mapping[str, Any], count: int) -> list[str]:
        return list(plain_line(Template.read(text)).texts(fixed, np.arange(count)))


def _nothing(name: str) -> Batch:
    """Return a message of no mock."""
    none = np.empty(0, dtype=np.int64)
    return Batch(
        message=name,
        qos=0,
        retain=False,
        method=None,
        rows=none,
        scheduled=np.empty(0),
        sequences=none,
        statuses=np.empty(0, dtype=np.uint8),
        addresses=[],
        payloads=[],
    )
