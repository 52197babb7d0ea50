"""All connections of one shard to one target: opened, kept, opened again, closed.

Rule: no task, timer or object graph per mock beyond its connection; one mock's failure costs one
mock. Tasks exist only while a connection is being opened, and one timer wakes all retries.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import isnan
from typing import Any

from simulator.errors import DefinitionError, Unreachable
from simulator.impairment import Impairment
from simulator.lot import Target
from simulator.transports.afflictions import Afflictions
from simulator.transports.alarms import Alarms
from simulator.transports.cork import Cork
from simulator.transports.detours import Detours
from simulator.transports.dialling import Dialling
from simulator.transports.impairments import Impairments
from simulator.transports.kinds import ROADS, WIRES
from simulator.transports.line import Line
from simulator.transports.parcel import Identity, Listener, Parcel
from simulator.transports.redial import LASTED
from simulator.transports.renewals import Renewals
from simulator.transports.road import Road, shared_road
from simulator.transports.sessions import Resting
from simulator.transports.traffic import Traffic
from simulator.transports.wire import CLOSE_WITHIN, Wire


class Exchange:
    """The connections of mocks, named by their row. Belongs to the loop that it was made in.

    A mock that is connected stays wanted: its connection is opened again after each loss, with
    exponential backoff, until ``disconnect``. Every parcel is settled exactly once.
    """

    def __init__(
        self,
        target: Target,
        *,
        listener: Listener,
        jitter: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.monotonic,
        road: Road | None = None,
    ) -> None:
        """
        Args:
            jitter: Draws from [0, 1) for the waits between attempts; by default a fixed seed.
            clock: Seconds; all times that the listener is told. The default is the loop's own
                clock, but not rounded to ms and not frozen for the length of a tick as uvloop's.
            road: What opens connections; by default the network.

        Raises:
            DefinitionError: the target's TLS authorities are no certificates.
        """
        self.target = target
        self.clock = clock
        self.settled = listener.settled  # bound once: both are called for each message
        self.received = listener.received
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._road = road or shared_road(target, ROADS.get(target.protocol, Road))
        self._detours = Detours(target)
        self.draw = jitter or random.Random(0).random
        self.alarms = Alarms(clock)
        self.traffic = Traffic()
        self.common: Any = None
        self._cork = Cork()
        self._lines: dict[int, Line] = {}
        self._wires: set[Wire[Any]] = set()  # those with a connection, closing ones included
        self._resting = Resting()
        self._impairments = Impairments()
        self._dialling = self._dialling_with(listener)
        self._renewals = Renewals(self._dialling.openings, clock)
        self._afflictions = self._afflictions_with(listener)
        self._emptied: asyncio.Event | None = None  # set when closing has nothing left

    def connect(self, row: int, identity: Identity) -> None:
        """Want the mock connected from now on; ``opened`` or ``lost`` follows.

        A mock that is wanted already is left as it is. An identity that the protocol cannot say
        is told as ``lost`` and not tried again.
        """
        if row not in self._lines:
            line = self._lines[row] = Line(row, identity)
            self._resting.wake(line)
            self._dialling.put(line)

    def renew(self, row: int, identity: Identity) -> bool:
        """Let a connected mock show something else without a gap: its connection goes on until
        another one can take over. False: no other one is needed for that."""
        line = self._lines.get(row)
        if line is None:
            return False
        line.identity = identity
        if not line.is_open or line.wire is None or line.wire.renew():
            return False
        self._renewals.begin(line)
        return True

    def limit_connects(self, rate: float, phase: float = 0.0) -> None:
        """Let at most ``rate`` connections begin in a second from now on, tries again included.

        ``phase`` is a moment of the clock, s, at which one may begin; see ``Valve``.
        """
        self._dialling.openings.limit(rate, phase)

    def disconnect(self, row: int) -> None:
        """Let the mock go in order; ``lost`` is not told.

        What is in flight may still be acknowledged for some seconds; then it is settled as failed.
        """
        line = self._lines.pop(row, None)
        if line is None:
            return
        self._resting.rest(line)
        self._renewals.drop(line)
        self._dialling.drop(line)
        wire, line.wire, line.is_open, line.is_wanted = line.wire, None, False, False
        if wire is None:
            self._settle_kept(line)
            return
        if wire in self._wires:
            wire.finish()
            return
        self._dialling.openings.cancel(wire)
        wire.is_over = True
        self._settle_orphans(wire, "the mock disconnected")

    def send(self, row: int, parcel: Parcel) -> None:
        """Send a parcel; it is settled now or later, with the reason when it failed."""
        line = self._lines.get(row)
        if line is None or not line.is_open:
            why = line.reason if line else "disconnected"
            self.settled(parcel, self.clock(), f"not connected: {why}")
            return
        if line.wire is None:
            if self._make_wire(line) is None:
                self.settled(parcel, self.clock(), f"not connected: {line.reason}")
                return
            self._dialling.put(line)
        line.wire.send(parcel)

    def send_all(self, row: int, parcels: Sequence[Parcel]) -> None:
        """Send several parcels of one mock, in their order, as one write where its wire can."""
        line = self._lines.get(row)
        wire = line.wire if line and line.is_open else None
        if wire is not None and wire.takes_all:
            wire.send_all(parcels)
            return
        is_joined = (
            wire is not None
            and wire.joins_writes
            and not isnan(wire.made_at)
            and self._cork.put(wire)
        )
        try:
            for parcel in parcels:
                self.send(row, parcel)
        finally:
            if is_joined:
                self._cork.pull()

    def sweep(self, now: float) -> None:
        """End what waited too long and keep connections alive; to be called once a second.

        0.7 µs a connection (tests/benchmarks/wire.py).
        """
        self._renewals.sweep(now)
        is_any, impairments = bool(self._impairments), self._impairments
        for wire in list(self._wires):
            if not is_any or not impairments.is_deaf(wire):
                wire.sweep(now)

    # Faults on purpose: see ``Afflictions``.

    def impair(self, row: int, impairment: Impairment | None) -> None:
        """Let something be wrong with a mock's connection from now on; None: nothing any more.

        It holds for its next connections too. One that is to be away is cut off; one that need not
        be away any more connects at once.
        """
        self._afflictions.impair(row, impairment)

    def break_off(self, row: int, why: str) -> None:
        """Cut a mock's connection without a word; it connects again as after any other loss."""
        self._afflictions.break_off(row, why)

    def redial(self, row: int, wait: float) -> None:
        """Have a mock that is not connected try again in ``wait`` s, and not when it would."""
        self._afflictions.redial(row, wait)

    def identify(self, row: int, identity: Identity) -> None:
        """Let a mock be somebody else from its next connection on."""
        self._afflictions.identify(row, identity)

    def scribble(self, row: int, data: bytes) -> bool:
        """Write bytes that mean nothing on a mock's connection; False: it has none."""
        return self._afflictions.scribble(row, data)

    # Going on elsewhere.

    def sessions(self, *, leave: bool = False) -> dict[int, Any]:
        """Return what of mocks' sessions outlives their connections, by row: see ``sessions``.

        ``leave``: they go on elsewhere from now on. What of them is not settled is the taker's;
        ``close``, which must follow, does not settle it, and ends the connections in order: a
        session that is to last stays with the target, and no will is published.
        """
        return self._resting.all(self._lines, self.clock(), leave=leave)

    def adopt(self, row: int, session: Any) -> None:
        """Let a mock's first connection go on with a session that ``sessions`` returned."""
        self._resting.adopt(row, session)

    async def close(self) -> None:
        """Disconnect every mock and end all that was begun, within twice ``CLOSE_WITHIN`` s."""
        self._impairments.close()
        for row in list(self._lines):
            self.disconnect(row)
        self._dialling.close()
        self._emptied = asyncio.Event()
        self._check_emptied()
        if not await _is_set(self._emptied, within=CLOSE_WITHIN):
            for wire in list(self._wires):
                self._settle_orphans(wire, "the mock disconnected")
                wire.is_over = True
                wire.cut()
            # What does not end by now, ends with the process.
            await _is_set(self._emptied, within=CLOSE_WITHIN)
        self.alarms.close()
        if self.common:
            self.common.close()
        self._road.close()
        self._detours.close()

    # What its wires tell it: see Office.

    def wire_made(self, wire: Wire[Any]) -> None:
        """The connection stands."""
        self._wires.add(wire)
        self._impairments.made(wire)

    def wire_ready(self, wire: Wire[Any]) -> None:
        """The mock can send."""
        line = wire.line
        if line.wire is wire and not line.is_open:
            line.is_open = True
            line.opened_at = self.clock()
            self._listener.opened(line.row)
        else:
            self._renewals.ready(wire)

    def wire_follows(self, wire: Wire[Any]) -> bool:
        """Let an heir take over before it is ready; False: it is none. See ``Renewals``."""
        return self._renewals.follow(wire)

    def wire_idle(self, wire: Wire[Any], waiting: Sequence[Parcel]) -> None:
        """The connection ended in order, between two messages; the next parcel opens another."""
        line = wire.line
        if line.wire is wire:
            line.wire = None
        for parcel in waiting:
            self.send(line.row, parcel)

    def wire_lost(self, wire: Wire[Any], reason: str) -> None:
        """The connection broke, or was never made: settle, tell, and plan the next attempt."""
        line, now = wire.line, self.clock()
        is_current = line.wire is wire
        if is_current:
            if line.is_open and now - line.opened_at >= LASTED:
                line.failures = 0
            line.wire, line.is_open, line.reason = None, False, reason
            self._renewals.drop(line)
            self._dialling.plan(line, now)
        else:
            self._renewals.failed(wire)
        self._settle_orphans(wire, reason)
        if is_current:
            self._listener.lost(line.row, reason)

    def wire_gone(self, wire: Wire[Any]) -> None:
        """The transport is closed for good."""
        self._wires.discard(wire)
        self._impairments.gone(wire)
        self._renewals.gone(wire)
        self._check_emptied()

    def _settle_orphans(self, wire: Wire[Any], why: str) -> None:
        for parcel, reason in wire.orphans(why):
            self.settled(parcel, self.clock(), reason)

    def _settle_kept(self, line: Line) -> None:
        """Settle what was kept for a connection that will not come."""
        for parcel in line.unsettled() if line.unsettled else ():
            why = f"connection lost before acknowledgement: {line.reason}"
            self.settled(parcel, self.clock(), why)

    def _check_emptied(self) -> None:
        if self._emptied and not self._wires and not self._dialling.openings:
            self._emptied.set()

    def _make_wire(self, line: Line) -> Wire[Any] | None:
        """Make the wire of the line's next connection; None: its identity cannot be said."""
        try:
            line.wire = WIRES[self.target.protocol](self, line)
        except DefinitionError as error:
            line.reason = str(error)
            self._loop.call_soon(self._listener.lost, line.row, line.reason)
        wire: Wire[Any] | None = line.wire
        return wire

    def _wire_to_open(self, line: Line) -> Wire[Any] | None:
        """Return the wire whose turn it is: the line's heir, or its own; None: there is none."""
        if not self._renewals.is_wanted(line):
            return line.wire or self._make_wire(line)
        return self._renewals.made(WIRES[self.target.protocol](self, line))

    async def _open(self, wire: Wire[Any]) -> None:
        try:
            await wire.prepare()
            line = wire.line
            road = self._detours.road(line.detour) if line.detour else self._road
            await road.open(lambda: wire, line.row + line.failures, line)
        except Unreachable as error:
            wire.end(str(error))

    def _dialling_with(self, listener: Listener) -> Dialling:
        return Dialling(
            make=self._wire_to_open,
            open_wire=self._open,
            ended=self._check_emptied,
            lost=listener.lost,
            impairments=self._impairments,
            draw=self.draw,
            clock=self.clock,
        )

    def _afflictions_with(self, listener: Listener) -> Afflictions:
        return Afflictions(
            lines=self._lines,
            wires=self._wires,
            dialling=self._dialling,
            impairments=self._impairments,
            traffic=self.traffic,
            lost=listener.lost,
            clock=self.clock,
        )


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    """Wait for an event; False: it was not there in so many s."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()
