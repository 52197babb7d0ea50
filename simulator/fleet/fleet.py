"""All mocks of a shard: what is due, when, with which payload.

Rule: told the time, it asks nobody. The events of a mock happen in order of time, and its draws are
counted by them, so neither the steps in which ``due`` is called nor the shards that a run is cut
into can show in what is sent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.datasets import Dataset
from simulator.definition.behaviour.nesting import leaves, nested
from simulator.definition.document import Definition
from simulator.definition.position import position_names
from simulator.errors import DefinitionError
from simulator.fleet import checkpoint
from simulator.fleet.brood import Brood, brood_of
from simulator.fleet.continuing import Continuing
from simulator.fleet.departures import groups
from simulator.fleet.due import Batch, Due, Found
from simulator.fleet.events import Events
from simulator.fleet.happenings import BORN, DELIVERED, FAILED, LOST, MADE
from simulator.fleet.parts import Parts
from simulator.fleet.population import SWITCH_ON
from simulator.fleet.ramping import switched_on
from simulator.fleet.readings import Seen
from simulator.fleet.steering import Steering
from simulator.fleet.tampering import Tampering
from simulator.generators.base import Cast
from simulator.lot import Parting
from simulator.lot.pace import Pace
from simulator.randomness import IntArray
from simulator.speech import MQTT_3, Speech

AT_ONCE = Pace()
MAX_EVENTS = 50_000  # in one call of ``due``; about 0.2 s of work, then the tower breathes
MAX_VALUES = 2_000_000  # in one call, bulks unrolled; some 20 MB of payloads


class Fleet(Continuing):
    """``count`` mocks of one definition, numbered from ``first`` in a run of ``total``.

    Nothing is due before t = 0. A mock is switched on when the pace's ramp reaches its number and
    then asks to be connected; its life begins when ``connected`` is said, or at once when its first
    status is one without a connection.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        first: int = 0,
        count: int = 1,
        total: int | None = None,
        base: int = 0,
        size: int | None = None,
        before: int = 0,
        seed: int = 1,
        epoch: float = 0.0,
        pace: Pace = AT_ONCE,
        rate: float | None = None,
        datasets: Mapping[str, Dataset] | None = None,
        speech: Speech | None = MQTT_3,
        is_instant: bool = False,
    ) -> None:
        """Put ``count`` mocks in place.

        Args:
            definition: A sound one, from ``parse``.
            first: Number of the mock in row 0.
            count: Mocks, 1 or more.
            total: Mocks of the lot, which the pace is spread over; ``first + count`` if not given.
                Mocks with higher numbers are off until ``steering`` has them on.
            base: Number of the first mock of this definition in the run.
            size: Mocks of this definition in the run; all from ``base`` on if not given.
            before: Mocks of this definition that the run has numbered before ``base``.
            seed: 0 to 2**63 - 1; with a mock's number it fixes all that the mock draws.
            epoch: Unix time of t = 0, s.
            pace: When mocks are switched on, and how their first messages are spread; its rates
                and what it says of lateness are whoever sends'.
            rate: Messages/s of each mock, over all messages of a status, in place of their own.
            datasets: By the names in the definition.
            speech: What the target's protocol carries; None: addresses are as messages have them.
            is_instant: Whether connections are taken as made the moment that they are asked for,
                as a preview does; ``connected`` is not to be called then.

        Raises:
            DatasetError: A dataset is not there, or not what the definition needs.
            DefinitionError: The protocol cannot carry a message; gateways have too many children.
        """
        cast = Cast(
            first=first,
            count=count,
            seed=seed,
            epoch=epoch,
            datasets=datasets or {},
            total=size or (total or first + count) - base,
            base=base,
            before=before,
            statuses=leaves(definition.statuses),
        )
        self._parts = Parts(
            definition, cast, rate=rate, speech=speech, pace=pace, is_instant=is_instant
        )
        self._brood = self._brood_of(definition, cast, speech=speech, pace=pace)
        self._take_up(definition, cast, pace=pace, rate=rate)
        self._switch_on(cast, pace, total or first + count)

    def _take_up(
        self, definition: Definition, cast: Cast, *, pace: Pace, rate: float | None
    ) -> None:
        """Open the doors to what there is, and note what never changes."""
        parts, brood = self._parts, self._brood
        self._mocks, self._readings, self._links = parts.mocks, parts.readings, parts.links
        self._incoming, self._delivery = parts.incoming, parts.delivery
        self._events = Events(parts)
        self.messages = tuple(definition.messages)  # their names
        self.tampering = Tampering(parts, brood)
        self.steering = Steering(parts, brood, first=cast.first, messages=self.messages)
        self.position = position_names(definition)  # the readings that say where a mock is
        self.nested = nested(definition.statuses)  # status -> those in it that a mock can be in
        self.identities = parts.readings.identities
        self.statuses: tuple[str, ...] = cast.statuses + (brood.fleet.statuses if brood else ())
        self.of = checkpoint.description(definition, cast, pace=pace, rate=rate)
        self._reached = 0.0
        self._limit = _limit(definition)

    def _brood_of(
        self, definition: Definition, cast: Cast, *, speech: Speech | None, pace: Pace
    ) -> Brood | None:
        """Return the devices behind the mocks; None: they have none."""
        return brood_of(
            definition,
            cast,
            Fleet,
            plan=self._parts.plan,
            datasets=cast.datasets,
            speech=speech,
            pace=Pace(start_within=pace.start_within),
        )

    def _switch_on(self, cast: Cast, pace: Pace, planned: int) -> None:
        """Plan when mocks are switched on: those of the lot; others only when it is ordered."""
        moments = switched_on(pace, cast.numbers, total=planned, seed=cast.seed)
        self._mocks.timers.start(np.arange(cast.count), SWITCH_ON, moments)
        if cast.first + cast.count > planned:
            self.steering.keep_on(planned, 0.0)

    @property
    def status(self) -> NDArray[np.uint8]:
        """Position in ``statuses`` of each mock's status; not to be written."""
        return self._mocks.status

    @property
    def sequence(self) -> IntArray:
        """How many messages each mock has sent; not to be written."""
        return self._mocks.sequence

    @property
    def fixed(self) -> Mapping[str, Any]:
        """What never changes: a value, or an array with one entry a mock; not to be written."""
        return self._readings.fixed

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of all readings; a metric with parts has one for each: ``position.lat``."""
        return tuple(self._readings.names)

    def watch(self, seen: Seen) -> None:
        """Tell ``seen`` of every sample of readings, for charts; from now on."""
        self._readings.seen = seen

    @property
    def live(self) -> int:
        """How many mocks have not ended."""
        return self._mocks.live

    def due(self, t: float) -> Due:
        """Return everything up to ``t``, or the earliest part of it that is bounded.

        At most ``MAX_EVENTS`` events are done in one call. What is left stays due: ``next_due`` is
        then not above ``t``, and the next call goes on.
        """
        self._reached = max(self._reached, t)
        if self.steering.is_still:
            return Due()
        found = Found(self._mocks.wanted)
        left = self._limit
        while left > 0:
            events = self._mocks.timers.pop(t, left)
            if not events.taken:
                break
            left -= events.taken
            for kind, chosen in groups(events.kinds):
                self._events.do(kind, events.rows[chosen], events.times[chosen], found)
        return self._told(found, t)

    def ordered(self, do: Callable[[Found], int], t: float) -> tuple[Due, int]:
        """Return what an order leads to at ``t``, and what ``do`` says: how many mocks it met.

        ``do`` is a method of ``steering`` that notes what it finds; the fleet was asked for
        everything up to ``t``.
        """
        found = Found(self._mocks.wanted)
        met = do(found)
        return self._told(found, t), met

    def _told(self, found: Found, t: float) -> Due:
        """Return what was found, with what follows of it for buffers and children."""
        due = found.due(self._mocks.ended)
        self._delivery.settle(due, self._reached)
        if self._brood:
            if self._links.is_instant:
                self._brood.catch_up(self._links.is_up, self._mocks.born)
            # What is left of the gateways goes before what their children do after it.
            self._brood.follow(due, min(t, np.nextafter(self._mocks.timers.next_due(), 0.0)))
        return due

    def next_due(self) -> float:
        """Return a time before which nothing is due, in s; inf when nothing is planned.

        ``connected`` and ``received`` may make it earlier.
        """
        if self.steering.is_still:
            return np.inf
        own = self._mocks.timers.next_due()
        return min(own, self._brood.fleet.next_due()) if self._brood else own

    def connected(self, rows: Sequence[int], t: float) -> None:
        """Take note that mocks are connected. The first time starts a mock's life at ``t``."""
        mocks = np.unique(np.asarray(rows, dtype=np.int64))
        born = self._mocks.born[mocks]
        new = mocks[np.isnan(born) & self._mocks.wanted[mocks]]
        if len(new):
            # Nothing is sent yet: the messages of their entry wait for the next call of ``due``.
            nothing = Found(self._mocks.wanted)
            self._parts.departures.start(new, np.full(len(new), self._clock(t)), nothing)
        made = self._links.made(mocks)
        self._incoming.tell(new, BORN, self._clock(t))
        self._incoming.tell(made[~np.isin(made, new)], MADE, self._clock(t))
        self._delivery.begin_draining(mocks, np.full(len(mocks), self._clock(t)))
        if self._brood:
            self._brood.connected(mocks[self._mocks.wanted[mocks]], self._clock(t))

    def disconnected(self, rows: Sequence[int], t: float) -> None:
        """Take note that connections are lost at ``t``, or could not be made.

        What these mocks send until ``connected`` waits in their buffers, where they have one.
        """
        lost = self._links.lost(np.unique(np.asarray(rows, dtype=np.int64)))
        self._delivery.lost(lost)
        if self._brood:
            self._brood.disconnected(lost, self._clock(t))
        self._incoming.tell(lost, LOST, self._clock(t))

    def failed(self, rows: Sequence[int], t: float) -> None:
        """Take note that a send of each of these mocks failed; a row may stand there again.

        Only fleets whose ``counts_results`` is true need to be told.
        """
        self._incoming.tell(np.asarray(rows, dtype=np.int64), FAILED, self._clock(t))

    def delivered(self, rows: Sequence[int], t: float) -> None:
        """Take note that a send of each of these mocks went well; see ``failed``."""
        self._incoming.tell(np.asarray(rows, dtype=np.int64), DELIVERED, self._clock(t))

    @property
    def counts_results(self) -> bool:
        """Whether a transition waits for sends that fail."""
        return self._incoming.counts_results

    def backlog(self) -> list[Batch]:
        """Take out all messages that wait in buffers; to be called once nothing more is sent."""
        own = self._delivery.clear()
        return own + self._brood.backlog() if self._brood else own

    def received(self, row: int, topic: str, payload: bytes, t: float) -> None:
        """Take note of a message to a mock. What it does is done by the next ``due``.

        While the time of mocks stands still they read nothing.
        """
        if self.steering.is_still:
            return
        self._incoming.received(row, topic, payload, self._clock(t))
        if self._brood:
            self._brood.received(row, topic, payload, self._clock(t))

    def inject(self, metric: str, anomaly: str, rows: Sequence[int], until: float) -> None:
        """Begin an anomaly by hand, from each mock's next reading until ``until`` (s).

        Raises:
            DefinitionError: The metric has no anomaly of this name.
        """
        mocks = np.unique(np.asarray(rows, dtype=np.int64))
        if not self._readings.inject(metric, anomaly, mocks, until):
            raise DefinitionError(f"the metric {metric!r} has no anomaly named {anomaly!r}")

    def subscriptions(self, row: int) -> tuple[str, ...]:
        """Return the topic filters whose messages a mock waits for, in any status, each once."""
        edge = self._delivery.edge
        filters = edge.subscriptions(row) if edge else ()
        filters += self._incoming.subscriptions(row)
        if self._brood:
            filters += self._brood.subscriptions(row)
        return tuple(dict.fromkeys(filters))

    def will(self, row: int) -> Parting | None:
        """Return what the broker is to publish when the mock's next connection is lost.

        To be asked once before each connection; None when the definition says nothing of it.
        """
        return self._delivery.edge.will(row) if self._delivery.edge else None

    @property
    def leaves_wills(self) -> bool:
        """Whether ``will`` says something."""
        return self._delivery.edge is not None

    def _clock(self, t: float) -> float:
        """Return the mocks' own time at ``t``, which never goes back."""
        return self._parts.standing.clock(max(t, self._reached))


def _limit(definition: Definition) -> int:
    values = [message.sizes[1] for message in definition.messages.values()]
    return max(1, min(MAX_EVENTS, MAX_VALUES // max(values, default=1)))
