"""All mocks of a shard: what is due, when, with which payload.

Rule: told the time, it asks nobody. The events of a mock happen in order of time, and its draws are
counted by them, so neither the steps in which ``due`` is called nor the shards that a run is cut
into can show in what is sent.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator.behaviour.commands import Received
from simulator.behaviour.plan import Exit, Plan
from simulator.datasets import Dataset
from simulator.definition.arithmetic import truth
from simulator.definition.document import Definition
from simulator.definition.payload import count_values
from simulator.fleet import checkpoint
from simulator.fleet.backlog import ENDED, Backlog, buffers_of
from simulator.fleet.due import Batch, Due, Found
from simulator.fleet.inbox import Inbox
from simulator.fleet.links import Links
from simulator.fleet.outgoing import Taken, checks, outgoing, watched
from simulator.fleet.population import DRAIN, EXITS, INBOX, SWITCH_ON, Population
from simulator.fleet.readings import Readings
from simulator.generators.base import Cast
from simulator.payloads.addresses import Protocol as Speech
from simulator.payloads.document import plain_line
from simulator.randomness import FloatArray, IntArray

MAX_EVENTS = 50_000  # in one call of ``due``; about 0.2 s of work, then the tower breathes
MAX_VALUES = 2_000_000  # in one call, bulks unrolled; some 20 MB of payloads

_Condition = tuple[int, list[tuple[int, Exit]]]


class Remembering(Protocol):
    """A part of a fleet that a checkpoint has to hold."""

    def state(self) -> dict[str, NDArray[Any]]: ...
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None: ...


class Fleet:
    """``count`` mocks of one definition, numbered from ``first`` in a run of ``total``.

    Nothing is due before t = 0. A mock is switched on at ``ramp · number / total`` s and then asks
    to be connected; its life begins when ``connected`` is said, or at once when its first status is
    one without a connection.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        first: int = 0,
        count: int = 1,
        total: int | None = None,
        seed: int = 1,
        epoch: float = 0.0,
        ramp: float = 0.0,
        rate: float | None = None,
        datasets: Mapping[str, Dataset] | None = None,
        protocol: Speech | None = "mqtt",
    ) -> None:
        """Put ``count`` mocks in place.

        Args:
            definition: A sound one, from ``parse``.
            first: Number of the mock in row 0.
            count: Mocks, 1 or more.
            total: Mocks of the run, which the ramp is spread over; ``first + count`` if not given.
            seed: 0 to 2**63 - 1; with a mock's number it fixes all that the mock draws.
            epoch: Unix time of t = 0, s.
            ramp: s from the first to the last mock's switching on.
            rate: Messages/s of each mock, over all messages of a status, in place of their own.
            datasets: By the names in the definition.
            protocol: Whether addresses are topics or paths; None: as each message has it.

        Raises:
            DatasetError: A dataset is not there, or not what the definition needs.
        """
        cast = Cast(
            first=first,
            count=count,
            seed=seed,
            epoch=epoch,
            datasets=datasets or {},
            total=total or first + count,
            statuses=tuple(definition.statuses),
        )
        self.statuses = tuple(definition.statuses)
        self._readings = Readings(definition, cast)
        self.identities = self._readings.identities
        self._plan = Plan.of(definition, rate=rate)
        self._mocks = Population(self._plan, cast, messages=tuple(definition.messages))
        self._outgoing = outgoing(definition, self._plan, self._readings, protocol)
        self._watched = [watched(self._plan, i) for i in range(len(self._outgoing))]
        self._checks = checks(self._plan, self._readings)
        self._filters = _filters(self._plan, self._readings)
        self._inbox = Inbox()
        self._links = Links(count)
        self._backlog = Backlog(buffers_of(definition, self.statuses), count)
        self._reached = 0.0
        self._limit = _limit(definition)
        self._of = _description(definition, cast, ramp=ramp, rate=rate)
        numbers = cast.numbers.astype(np.float64)
        switched_on = ramp * numbers / (total or first + count)
        self._mocks.timers.start(np.arange(count), SWITCH_ON, switched_on)

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
    def live(self) -> int:
        """How many mocks have not ended."""
        return self._mocks.live

    def due(self, t: float) -> Due:
        """Return everything up to ``t``, or the earliest part of it that is bounded.

        At most ``MAX_EVENTS`` events are done in one call. What is left stays due: ``next_due`` is
        then not above ``t``, and the next call goes on.
        """
        self._reached = max(self._reached, t)
        found = Found(self._mocks.wanted)
        left = self._limit
        while left > 0:
            events = self._mocks.timers.pop(t, left)
            if not events.taken:
                break
            left -= events.taken
            for kind, chosen in _groups(events.kinds):
                self._do(kind, events.rows[chosen], events.times[chosen], found)
        due = found.due(self._mocks.ended)
        self._settle_links(due)
        return due

    def next_due(self) -> float:
        """Return a time before which nothing is due, in s; inf when nothing is planned.

        ``connected`` and ``received`` may make it earlier.
        """
        return self._mocks.timers.next_due()

    def connected(self, rows: Sequence[int], t: float) -> None:
        """Take note that mocks are connected. The first time starts a mock's life at ``t``."""
        mocks = np.unique(np.asarray(rows, dtype=np.int64))
        born = self._mocks.born[mocks]
        new = mocks[np.isnan(born) & self._mocks.wanted[mocks]]
        if len(new):
            self._mocks.start(new, np.full(len(new), max(t, self._reached)))
        self._links.made(mocks)
        self._begin_draining(mocks, t)

    def disconnected(self, rows: Sequence[int], t: float) -> None:  # noqa: ARG002
        """Take note that connections are lost at ``t``, or could not be made.

        What these mocks send until ``connected`` waits in their buffers, where they have one.
        """
        self._links.lost(np.unique(np.asarray(rows, dtype=np.int64)))

    def backlog(self) -> list[Batch]:
        """Take out all messages that wait in buffers; to be called once nothing more is sent."""
        return self._backlog.clear(range(len(self.identities)))

    def received(self, row: int, topic: str, payload: bytes, t: float) -> None:
        """Take note of a message to a mock. What it does is done by the next ``due``."""
        mocks = self._mocks
        if not self._filters or np.isnan(mocks.born[row]) or mocks.ended[row]:
            return
        message = Received(max(t, self._reached), topic, payload)
        if self._inbox.put(row, message):
            mocks.timers.start(np.array([row]), INBOX, np.array([message.t]))

    def subscriptions(self, row: int) -> tuple[str, ...]:
        """Return the topic filters whose messages a mock waits for, in any status, each once."""
        return tuple(dict.fromkeys(texts[row] for texts in self._filters.values()))

    def state(self) -> bytes:
        """Return all that the fleet needs to go on elsewhere; between two calls of ``due``.

        A fleet that is made with the same arguments and takes it by ``restore`` sends the same
        bytes from here on. See ``fleet/checkpoint.py`` for the layout.
        """
        memory = {"reached": np.array([self._reached])}
        for name, part in self._parts().items():
            memory |= checkpoint.under(name, part.state())
        return checkpoint.pack(self._of, memory)

    def restore(self, state: bytes) -> None:
        """Go on where the fleet was that gave ``state``; to be called before anything else.

        Connections do not move along: whoever takes the fleet over connects ``wanted``, and says
        ``disconnected`` of those in it that are not connected at once.

        Raises:
            ValueError: It is damaged, or of another version, definition or slice of a run. The
                fleet is then not to be used.
        """
        memory = checkpoint.unpack(state, self._of)
        try:
            for name, part in self._parts().items():
                part.restore(checkpoint.part_of(memory, name))
            self._reached = float(memory["reached"][0])
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"checkpoint lacks what this fleet remembers: {error!r}") from None

    @property
    def wanted(self) -> list[int]:
        """The rows of the mocks that are to be connected now."""
        return np.flatnonzero(self._mocks.wanted).tolist()

    def _parts(self) -> dict[str, Remembering]:
        """Return everything that remembers something, by the name it has in a checkpoint."""
        return {
            "mocks": self._mocks,
            "readings": self._readings,
            "inbox": self._inbox,
            "links": self._links,
            "backlog": self._backlog,
        }

    def _do(self, kind: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Do one kind of event of some mocks, none twice."""
        self._mocks.turn(rows)
        if kind >= self._mocks.first_message:
            self._send(kind - self._mocks.first_message, rows, times, found)
        elif kind == SWITCH_ON:
            self._switch_on(rows, times, found)
        elif kind == INBOX:
            self._read(rows, times, found)
        elif kind == DRAIN:
            self._drain(rows, times, found)
        elif kind == self._mocks.check:
            self._check(rows, times, found)
        else:
            self._leave_in_time(kind - EXITS, rows, times, found)

    def _switch_on(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        found.touch(rows)
        if self._plan.statuses[0].is_connected and not self._plan.statuses[0].is_end:
            self._mocks.wanted[rows] = True
        else:
            self._mocks.start(rows, times)

    def _send(self, message: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        mocks, outgoing = self._mocks, self._outgoing[message]
        taken = outgoing.sampler.take(mocks, rows, times)
        gone = self._leave_by_reading(self._watched[message], taken, found)
        if gone is None:
            mocks.send_later(message, rows, times)
        else:
            mocks.send_later(message, rows[~gone], times[~gone])
            # Whoever went sends what it read only if its new status sends this message too.
            kept = ~gone | (self._plan.intervals[mocks.status[rows], message] < np.inf)
            taken = taken.only(kept)
            outgoing.sampler.renew(mocks, taken)
        if len(taken.rows):
            self._emit(outgoing.batch(mocks, taken), found)

    def _emit(self, batch: Batch, found: Found) -> None:
        """Let a batch be sent now, but for those mocks whose buffers keep it."""
        if self._backlog.is_used:
            kept = self._backlog.to_keep(batch, wanted=self._mocks.wanted, is_up=self._links.is_up)
            if kept.any():
                found.drops += self._backlog.keep(batch.only(kept))
                batch = batch.only(~kept)
        if len(batch):
            found.sends.append(batch)

    def _drain(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send what waits in the buffers of mocks that are connected; others wait on."""
        may = self._links.is_up[rows] & self._mocks.wanted[rows] & self._backlog.waits(rows)
        rows, times = rows[may], times[may]
        found.sends += self._backlog.release(rows, times)
        left = self._backlog.waits(rows)
        gaps = self._backlog.gaps(rows[left])
        self._mocks.timers.start(rows[left], DRAIN, times[left] + gaps)

    def _begin_draining(self, rows: IntArray, t: float) -> None:
        """Let what waits be sent from ``t`` on, where nothing of it is planned yet."""
        if not len(self._backlog):
            return
        idle = np.isinf(self._mocks.timers.planned[rows, DRAIN]) & self._backlog.waits(rows)
        online = rows[idle & self._mocks.wanted[rows] & self._links.is_up[rows]]
        if len(online):
            times = np.full(len(online), max(t, self._reached))
            self._mocks.timers.start(online, DRAIN, times)

    def _settle_links(self, due: Due) -> None:
        """Note whose connection goes with this call, and empty the buffers of who has ended."""
        self._links.lost(np.array([*due.disconnect, *due.ended], dtype=np.int64))
        if self._backlog.is_used:
            due.drops.extend((batch, ENDED) for batch in self._backlog.clear(due.ended))
            self._begin_draining(np.arange(len(self.identities)), self._reached)

    def _check(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Look at the conditions of statuses that send nothing."""
        for code, chosen in _groups(self._mocks.status[rows]):
            exits = self._plan.statuses[code].waiting("when")
            taken = self._checks[code].take(self._mocks, rows[chosen], times[chosen])
            gone = self._leave_by_reading([(code, exits)], taken, found)
            stayed = slice(None) if gone is None else ~gone
            self._mocks.check_later(taken.rows[stayed], taken.times[stayed])

    def _leave_by_reading(
        self, conditions: Sequence[_Condition], taken: Taken, found: Found
    ) -> NDArray[np.bool_] | None:
        """Let mocks go whose conditions hold; return who went, or None when nobody did."""
        gone: NDArray[np.bool_] | None = None
        statuses = self._mocks.status[taken.rows] if conditions else None
        for code, exits in conditions:
            for _, leaving in exits:
                assert leaving.trigger.when is not None
                holds = truth(leaving.trigger.when.evaluate(taken.readings))
                if not holds.any():
                    continue
                gone = np.zeros(len(taken.rows), dtype=bool) if gone is None else gone
                open_to = np.flatnonzero(holds & ~gone & (statuses == code))
                went = self._leave(leaving, taken.rows[open_to], taken.times[open_to], found)
                gone[open_to[went]] = True
        return gone

    def _leave_in_time(
        self, position: int, rows: IntArray, times: FloatArray, found: Found
    ) -> None:
        """Let mocks go whose time is over: elapsed, on the clock, or drawn by chance."""
        for code, chosen in _groups(self._mocks.status[rows]):
            leaving = self._plan.statuses[code].exits[position]
            went = self._leave(leaving, rows[chosen], times[chosen], found)
            stayed = rows[chosen][~went]
            if len(stayed):
                self._mocks.await_again(leaving, stayed, position, times[chosen][~went])

    def _read(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let each mock read the oldest message that came to it."""
        for index, row in enumerate(rows.tolist()):
            message = self._inbox.take(row)
            one = slice(index, index + 1)
            for _, leaving in self._plan.statuses[self._mocks.status[row]].waiting("on"):
                assert leaving.trigger.on is not None
                if not message.answers(self._filters[leaving.name][row], leaving.trigger.on.where):
                    continue
                cause = f"{leaving.cause} {message.topic}"
                if self._leave(leaving, rows[one], times[one], found, cause=cause).any():
                    break
            if self._mocks.ended[row]:
                self._inbox.empty(row)
            elif (following := self._inbox.next_at(row)) is not None:
                self._mocks.timers.start(rows[one], INBOX, np.array([following]))

    def _leave(
        self,
        leaving: Exit,
        rows: IntArray,
        times: FloatArray,
        found: Found,
        *,
        cause: str | None = None,
    ) -> NDArray[np.bool_]:
        """Let mocks of one status take an exit; return who did, and not who stayed by chance."""
        if leaving.is_sure or not len(rows):
            chosen = np.zeros(len(rows), dtype=np.int64)
        else:
            share = self._mocks.drawn(f"{leaving.name}.choice", rows)
            chosen = np.searchsorted(leaving.shares, share, side="right")
        for option, target in enumerate(leaving.targets):
            going = chosen == option
            if going.any():
                before = int(self._mocks.status[rows[going][0]])
                found.move(rows[going], times[going], before, target, cause or leaving.cause)
                self._mocks.enter(rows[going], times[going], target)
        return chosen < len(leaving.targets)


def _filters(plan: Plan, readings: Readings) -> dict[str, list[str]]:
    """Return, for each exit that waits for a message, each mock's topic filter."""
    rows = np.arange(len(readings.identities))
    return {
        leaving.name: plain_line(leaving.trigger.on.topic).texts(readings.fixed, rows)
        for status in plan.statuses
        for leaving in status.exits
        if leaving.trigger.on is not None
    }


def _groups(codes: NDArray[Any]) -> list[tuple[int, slice | NDArray[np.bool_]]]:
    """Return each code that is there, rising, with where it is."""
    if not len(codes):
        return []
    same = codes == codes[0]
    if same.all():  # the common case: no copy of anything
        return [(int(codes[0]), slice(None))]
    return [(code, codes == code) for code in np.flatnonzero(np.bincount(codes)).tolist()]


def _limit(definition: Definition) -> int:
    values = [count_values(message.json_) for message in definition.messages.values()]
    return max(1, min(MAX_EVENTS, MAX_VALUES // max(values, default=1)))


def _description(
    definition: Definition, cast: Cast, *, ramp: float, rate: float | None
) -> dict[str, Any]:
    """Return what two fleets have in common that can go on from each other's checkpoints."""
    document = orjson.dumps(definition.source, option=orjson.OPT_NON_STR_KEYS)
    return {
        "definition": blake2b(document, digest_size=8).hexdigest(),
        "first mock": cast.first,
        "mocks": cast.count,
        "mocks of the run": cast.total,
        "seed": cast.seed,
        "epoch": cast.epoch,
        "ramp": ramp,
        "rate": rate,
    }
