"""One message of a definition at work: a sample of readings becomes a batch that is ready to send.

Rule: everything that can be put together once for a fleet is; per batch there is one sample, one
payload format, one list of addresses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.exits import Exit
from simulator.behaviour.plan import Plan
from simulator.definition.behaviour.nesting import levels
from simulator.definition.carrying import target_problems
from simulator.definition.document import Definition
from simulator.definition.messages.message import Message
from simulator.errors import DefinitionError
from simulator.fleet.due import Batch
from simulator.fleet.population import Population
from simulator.fleet.readings import Need, Readings, only
from simulator.payloads import body
from simulator.payloads.addresses import Address
from simulator.payloads.beside import Beside
from simulator.payloads.line import Bulk
from simulator.randomness import FloatArray, IntArray
from simulator.speech import Speech


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample that was taken for a message, with those of its bulks, oldest first."""

    rows: IntArray
    times: FloatArray
    readings: dict[str, Any]
    histories: list[list[dict[str, Any]]]

    def only(self, kept: NDArray[np.bool_]) -> "Taken":
        """Return it for some of the mocks."""
        return Taken(
            self.rows[kept],
            self.times[kept],
            only(self.readings, kept),
            [[only(readings, kept) for readings in history] for history in self.histories],
        )


class Sampler:
    """Takes samples of some readings for mocks of a population."""

    def __init__(
        self, readings: Readings, names: frozenset[str], bulks: Sequence[Bulk[Any]]
    ) -> None:
        inner = frozenset().union(*(bulk.names for bulk in bulks))
        self._readings = readings
        self._need = readings.need(names | inner)
        # Bulks at the same moments are of the same samples, so that their values belong together.
        self._moments = [(bulk.count, bulk.step) for bulk in bulks]
        self._pasts = {
            moments: readings.need(
                frozenset().union(
                    *(bulk.names for bulk in bulks if (bulk.count, bulk.step) == moments)
                )
            )
            for moments in dict.fromkeys(self._moments)
        }

    def take(self, mocks: Population, rows: IntArray, times: FloatArray) -> Taken:
        """Draw a sample, and before it the older ones of each bulk."""
        pasts = {
            moments: self._past(mocks, rows, times, moments, need)
            for moments, need in self._pasts.items()
        }
        readings = self._draw(mocks, rows, times, self._need)
        histories = [[*pasts[moments], readings] for moments in self._moments]
        return Taken(rows, times, readings, histories)

    def _past(
        self,
        mocks: Population,
        rows: IntArray,
        times: FloatArray,
        moments: tuple[int, float],
        need: Need,
    ) -> list[dict[str, Any]]:
        """Return the samples of a bulk but the last, which is the message's own."""
        count, step = moments
        ages = [step * age for age in range(count - 1, 0, -1)]
        return [self._draw(mocks, rows, times - age, need) for age in ages]

    def _draw(
        self, mocks: Population, rows: IntArray, times: FloatArray, need: Need
    ) -> dict[str, Any]:
        return self._readings.draw(need, mocks.view(rows, times))

    def renew(self, mocks: Population, taken: Taken) -> None:
        """Put the present status into a sample that was taken before mocks went into it."""
        self._readings.renew(self._need, mocks.view(taken.rows, taken.times), taken.readings)


class Outgoing:
    """A message of all mocks of a population."""

    def __init__(
        self,
        name: str,
        message: Message,
        *,
        conditions: frozenset[str],
        readings: Readings,
        speech: Speech | None,
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        """Make it; ``left_out`` are the metrics that may be ``LEFT_OUT``.

        Raises:
            DefinitionError: The dataset of its schema is missing, or does not fit.
        """
        count = len(readings.identities)
        kind = speech.addresses if speech else None
        address = Address.of(topic=message.topic, path=message.path, kind=kind)
        self.name = name
        self._message = message
        fixed = {**readings.fixed, "message": name}
        made = body(message, left_out, datasets=readings.datasets)
        self._body = made.bound(fixed, count)
        self._beside = Beside.of(
            message, content_type=made.content_type, content_encoding=made.content_encoding
        ).bound(fixed, count)
        self._address = address.bound(fixed, count)
        names = self._body.names | self._address.names | self._beside.names | conditions
        # Takes what the message, and the conditions of the statuses that send it, must know.
        self.sampler = Sampler(readings, names, self._body.bulks)

    def batch(self, mocks: Population, taken: Taken) -> Batch:
        """Return what is sent; each mock's sequence goes up by one."""
        rows = taken.rows
        mocks.sequence[rows] += 1
        beside = self._beside.extras(taken.readings, rows)
        return Batch(
            message=self.name,
            qos=self._message.qos,
            retain=self._message.retain,
            method=self._message.method,
            rows=rows,
            scheduled=taken.times,
            sequences=mocks.sequence[rows],
            statuses=mocks.status[rows],
            addresses=self._address.texts(taken.readings, rows),
            payloads=self._body.payloads(taken.readings, rows, taken.histories),
            headers=beside.headers,
            properties=beside.properties,
            response_topics=beside.response_topics,
            correlations=beside.correlations,
        )


def watched(plan: Plan, message: int) -> list[tuple[int, list[Exit]]]:
    """Return the statuses that send a message and wait for conditions, with these exits."""
    return [
        (code, status.waiting("when"))
        for code, status in enumerate(plan.statuses)
        if status.waiting("when") and any(sending.message == message for sending in status.sends)
    ]


def counted(plan: Plan, message: int) -> list[tuple[int, list[Exit]]]:
    """Return the statuses that send a message and wait for a number of sends, with these exits."""
    return [
        (code, status.waiting("sends"))
        for code, status in enumerate(plan.statuses)
        if status.waiting("sends") and any(sending.message == message for sending in status.sends)
    ]


def outgoing(
    definition: Definition, plan: Plan, readings: Readings, speech: Speech | None
) -> list[Outgoing]:
    """Return every message of a definition, in its order.

    Raises:
        DefinitionError: A message needs what the protocol cannot carry.
    """
    problems = target_problems(definition, speech) if speech else ()
    if problems:
        raise DefinitionError(*problems)
    left_out = _left_out(definition)
    return [
        Outgoing(
            name,
            message,
            conditions=_names([e for _, exits in watched(plan, i) for e in exits]),
            readings=readings,
            speech=speech,
            left_out=left_out,
        )
        for i, (name, message) in enumerate(definition.messages.items())
    ]


def answers(
    definition: Definition, readings: Readings, speech: Speech | None
) -> Callable[[str, Message], Outgoing]:
    """Return what makes a message that a reply sends ready; it gets the reply's name."""
    left_out = _left_out(definition)
    return lambda name, message: Outgoing(
        name,
        message,
        conditions=frozenset(),
        readings=readings,
        speech=speech,
        left_out=left_out,
    )


def _left_out(definition: Definition) -> frozenset[str]:
    """Return the metrics that may be left out, in whatever status."""
    inner = (level.status.metrics for level in levels(definition.statuses).values())
    return frozenset(
        name
        for metrics in (definition.metrics, *inner)
        for name, metric in metrics.items()
        if metric.may_be_left_out
    )


def checks(plan: Plan, readings: Readings) -> dict[int, Sampler]:
    """Return, for each status that looks at its conditions by itself, what it reads for them."""
    return {
        code: Sampler(readings, _names(status.waiting("when")), ())
        for code, status in enumerate(plan.statuses)
        if status.needs_checks
    }


def _names(exits: list[Exit]) -> frozenset[str]:
    """Return what the conditions of some exits read."""
    return frozenset().union(*(e.trigger.when.names for e in exits if e.trigger.when is not None))
