"""The way of a message out of a fleet: made of a sample, sent now or kept, sent later.

Rule: everything that mocks send goes through here, so all of it is held against buffers and births,
whether its rhythm, a reply or a status asked for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.document import Definition
from simulator.fleet.backlog import ENDED, Backlog, buffers_of
from simulator.fleet.due import Batch, Due, Found
from simulator.fleet.edge import UNBORN, Edge
from simulator.fleet.links import Links
from simulator.fleet.outgoing import Outgoing, Taken
from simulator.fleet.population import DRAIN, Population
from simulator.fleet.readings import Readings
from simulator.generators.base import Cast
from simulator.randomness import FloatArray, IntArray


class Delivery:
    """Sends what the mocks of a population have to say."""

    def __init__(
        self,
        definition: Definition,
        cast: Cast,
        *,
        mocks: Population,
        readings: Readings,
        links: Links,
        outgoing: Sequence[Outgoing],
    ) -> None:
        """Make it.

        Args:
            definition: A sound one.
            cast: Whom it is for.
            mocks: The population.
            readings: What it reads.
            links: Its connections; who has none keeps what it would send, where it has a buffer.
            outgoing: The messages of the definition, in its order.
        """
        self._mocks = mocks
        self._links = links
        self._outgoing = outgoing
        self.backlog = Backlog(buffers_of(definition, cast.statuses), cast.count)
        self.edge: Edge | None = None  # only of mocks that speak Sparkplug
        if definition.sparkplug is not None:
            self.edge = Edge(
                definition.sparkplug,
                mocks=mocks,
                readings=readings,
                outgoing=dict(zip(definition.messages, outgoing, strict=True)),
                is_kept=self._is_kept,
            )

    def send(self, outgoing: Outgoing, taken: Taken, found: Found) -> None:
        """Make a message of a sample and send it."""
        self._emit(self._made(outgoing, taken), found)

    def send_now(self, message: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send a message beside its rhythm."""
        outgoing = self._outgoing[message]
        self.send(outgoing, outgoing.sampler.take(self._mocks, rows, times), found)

    def answer(
        self,
        outgoing: Outgoing,
        rows: IntArray,
        times: FloatArray,
        came: Mapping[str, NDArray[Any]],
        found: Found,
    ) -> None:
        """Send an answer, which knows what came."""
        taken = outgoing.sampler.take(self._mocks, rows, times)
        taken.readings.update(came)
        self.send(outgoing, taken, found)

    def drain(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send what waits in the buffers of mocks that are connected; others wait on."""
        may = self._is_ready[rows] & self._mocks.wanted[rows] & self.backlog.waits(rows)
        rows, times = rows[may], times[may]
        released = self.backlog.release(rows, times)
        found.sends += map(self.edge.stamped, released) if self.edge else released
        left = self.backlog.waits(rows)
        gaps = self.backlog.gaps(rows[left])
        self._mocks.timers.start(rows[left], DRAIN, times[left] + gaps)

    def begin_draining(self, rows: IntArray, times: FloatArray) -> None:
        """Let what waits be sent from a time on, where nothing of it is planned yet."""
        if not len(self.backlog):
            return
        idle = np.isinf(self._mocks.timers.planned[rows, DRAIN]) & self.backlog.waits(rows)
        online = idle & self._mocks.wanted[rows] & self._links.is_up[rows]
        if online.any():
            self._mocks.timers.start(rows[online], DRAIN, times[online])

    def lost(self, rows: IntArray) -> None:
        """Take note of connections that are lost."""
        if self.edge:
            self.edge.lost(rows)

    def settle(self, due: Due, t: float) -> None:
        """Note whose connection goes with this call, and empty the buffers of who has ended."""
        if due.ended:
            self._links.lost(np.array(due.ended, dtype=np.int64))
        if self.backlog.is_used and len(self.backlog):
            due.drops.extend((batch, ENDED) for batch in self.backlog.clear(due.ended))
            rows = np.arange(len(self._mocks.status))
            self.begin_draining(rows, np.full(len(rows), t))

    def clear(self) -> list[Batch]:
        """Take out all messages that wait in buffers."""
        return self.backlog.clear(range(len(self._mocks.status)))

    def _made(self, outgoing: Outgoing, taken: Taken) -> Batch:
        """Return a message of mocks, by whoever makes it."""
        if self.edge and outgoing.name in self.edge.names:
            return self.edge.batch(outgoing, taken)
        return outgoing.batch(self._mocks, taken)

    def _is_kept(self, rows: IntArray, codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return whose messages wait in their buffers, by the statuses that these are sent in."""
        if not self.backlog.is_used:
            return np.zeros(len(rows), dtype=bool)
        return self.backlog.to_keep(rows, codes, wanted=self._mocks.wanted, is_up=self._is_ready)

    @property
    def _is_ready(self) -> NDArray[np.bool_]:
        """Who can send data now; an Edge Node not before its birth."""
        return self._links.is_up & self.edge.is_born if self.edge else self._links.is_up

    def _emit(self, batch: Batch, found: Found) -> None:
        """Let a batch be sent now, but for those mocks whose buffers keep it."""
        if self.backlog.is_used:
            kept = self._is_kept(batch.rows, batch.statuses)
            if kept.any():
                found.drops += self.backlog.keep(batch.only(kept))
                batch = batch.only(~kept)
        if self.edge and batch.message in self.edge.names:
            early = ~self.edge.is_born[batch.rows]
            if early.any():
                found.drops.append((batch.only(early), UNBORN))
                batch = batch.only(~early)
            batch = self.edge.stamped(batch)
        if len(batch):
            found.sends.append(batch)
