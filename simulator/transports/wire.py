"""One connection of one mock: what MQTT's and HTTP's have in common.

Rule: a wire owns its transport and the parcels handed to it; whatever happens, each of these is
settled exactly once. It is opened once; the next connection of the mock is another wire.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from math import inf, isnan, nan
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from simulator.lot import Target
from simulator.transports import reasons
from simulator.transports.alarms import Alarms
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel
from simulator.transports.traffic import Metered, Traffic

WRITE_LIMIT = 256 * 1024  # bytes that may wait for one target to read; about 1,000 messages
LINGER = 5.0  # s that a mock which disconnects waits for its last acknowledgements
CLOSE_WITHIN = 5.0  # s for the last bytes to leave, then the connection is cut

Kind = TypeVar("Kind", bound=Target)  # of the target that a wire speaks to
Orphan = tuple[Parcel, str]  # a parcel that lost its connection, and the reason for its record


class Office(Protocol):
    """What a wire needs of its exchange."""

    target: Target
    alarms: Alarms
    draw: Callable[[], float]  # from [0, 1), for waits
    traffic: Traffic
    common: Any  # what all wires of a protocol share, with ``close()``; None until one makes it

    def clock(self) -> float: ...
    def settled(self, parcel: Parcel, at: float, reason: str) -> None: ...
    def received(self, row: int, topic: str, payload: bytes) -> None: ...
    def wire_made(self, wire: "Wire[Any]") -> None: ...
    def wire_ready(self, wire: "Wire[Any]") -> None: ...
    def wire_follows(self, wire: "Wire[Any]") -> bool: ...
    def wire_idle(self, wire: "Wire[Any]", waiting: Sequence[Parcel]) -> None: ...
    def wire_lost(self, wire: "Wire[Any]", reason: str) -> None: ...
    def wire_gone(self, wire: "Wire[Any]") -> None: ...


class Wire(asyncio.Protocol, ABC, Generic[Kind]):
    """A connection from the wish to open it to its end; the loop calls it as a protocol."""

    __slots__ = (
        "close_by",
        "finish_by",
        "is_over",
        "is_paused",
        "line",
        "made_at",
        "office",
        "target",
        "transport",
        "waiting",
    )

    transport: asyncio.Transport
    # Whether bytes of several parcels may be put together into one write: see ``Cork``.
    joins_writes: ClassVar[bool] = False
    # Whether what it writes is counted by its transport; else it does so itself, 0.2 µs less.
    is_metered: ClassVar[bool] = True
    # Whether it is handed all parcels that its mock has at once: see ``send_all``.
    takes_all: ClassVar[bool] = False

    def __init__(self, office: Office, line: Line) -> None:
        """Raises DefinitionError when the mock's identity cannot be said in the protocol."""
        self.office = office
        self.target = cast(Kind, office.target)  # each kind of wire stands beside its target's
        self.line = line
        self.made_at = nan  # s; nan: no connection yet
        self.is_over = False  # nothing is sent or read any more
        self.is_paused = False  # the target reads too slowly
        self.finish_by = inf  # s; when a mock that disconnects waits no longer
        self.close_by = inf  # s; when a connection that is to close is cut
        self.waiting: deque[tuple[Parcel, float]] | None = None  # for their turn, since when (s)

    async def prepare(self) -> None:
        """Get what must be there before the connection is opened.

        Raises:
            Unreachable: it cannot be had now; the connection is tried again later.
        """

    @abstractmethod
    def send(self, parcel: Parcel) -> None:
        """Write the parcel, keep it for its turn, or settle it with the reason against it."""

    def send_all(self, parcels: Sequence[Parcel]) -> None:
        """Send several, in their order; only asked of a wire that ``takes_all``, and that does not
        make way for another one while it sends."""
        for parcel in parcels:
            self.send(parcel)

    @abstractmethod
    def start(self) -> None:
        """Speak first: the connection stands."""

    def renew(self) -> bool:
        """Show what the line's identity is now; False: that takes another connection."""
        return False

    def begin(self) -> None:
        """Speak, now that the connection before is gone: see ``Exchange.wire_follows``."""

    @abstractmethod
    def read(self, data: bytes) -> None:
        """Take what the target sent."""

    @abstractmethod
    def finish(self) -> None:
        """End in order: let what is in flight be answered for a moment, say goodbye, close."""

    @abstractmethod
    def orphans(self, why: str) -> list[Orphan]:
        """Hand out every parcel that is not settled, with the reason; called once, at the end."""

    @abstractmethod
    def sweep_open(self, now: float) -> None:
        """Once a second: end what waited too long, keep alive."""

    def connection_made(self, transport: Any) -> None:
        if self.is_metered:
            transport = Metered(transport, self.office.traffic)
        self.transport = transport = cast(asyncio.Transport, transport)
        if self.is_over:
            transport.abort()
            return
        self.made_at = self.office.clock()
        transport.set_write_buffer_limits(high=WRITE_LIMIT)
        self.office.wire_made(self)
        self.start()

    def data_received(self, data: bytes) -> None:
        self.office.traffic.read += len(data)
        if not self.is_over:
            self.read(data)

    def pause_writing(self) -> None:
        self.is_paused = True

    def resume_writing(self) -> None:
        self.is_paused = False

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.is_over:
            self.hung_up(reasons.reason(exc))
        if self.line.resumption:
            self.line.resumption.end()
        self.office.wire_gone(self)

    def hung_up(self, why: str) -> None:
        """The far side, or the road, ended the connection."""
        self.end(why)

    def end(self, why: str) -> None:
        """End at once, without goodbye: settle what is left, tell the exchange, cut."""
        if self.is_over:
            return
        self.is_over = True
        self.office.wire_lost(self, why)
        self.cut()

    def close(self) -> None:
        """Close once the last bytes have left, at the latest after ``CLOSE_WITHIN``."""
        self.is_over = True
        if not isnan(self.made_at):
            self.close_by = self.office.clock() + CLOSE_WITHIN
            self.transport.close()

    def cut(self) -> None:
        """Drop the connection, with what was not written."""
        if not isnan(self.made_at):
            self.transport.abort()

    def sweep(self, now: float) -> None:
        """Once a second, for every wire that has a connection."""
        if now >= self.close_by:
            self.cut()
        elif not self.is_over:
            self.sweep_open(now)

    def wait(self, parcel: Parcel, limit: int, why_not: str) -> None:
        """Keep the parcel for its turn, or settle it when ``limit`` of them wait already."""
        if self.waiting is None:
            self.waiting = deque()
        if len(self.waiting) >= limit:
            self.refuse(parcel, why_not)
        else:
            self.waiting.append((parcel, self.office.clock()))

    def expire_waiting(self, now: float, limit: float) -> None:
        """Settle what waited ``limit`` seconds without being written."""
        while self.waiting and now - self.waiting[0][1] >= limit:
            parcel, _ = self.waiting.popleft()
            self.office.settled(parcel, now, f"not sent within {limit:g} s: others are in flight")

    def waiting_orphans(self, why: str) -> list[Orphan]:
        """Hand out what was never written."""
        waiting, self.waiting = self.waiting or (), None
        how = "not connected" if isnan(self.made_at) else "connection lost before sending"
        return [(parcel, f"{how}: {why}") for parcel, _ in waiting]

    def refuse(self, parcel: Parcel, why: str) -> None:
        """Settle a parcel that is not sent."""
        self.office.settled(parcel, self.office.clock(), why)

    def too_slow(self) -> str:
        """The reason of a parcel that does not fit into the write buffer any more."""
        return f"target reads too slowly: {self.transport.get_write_buffer_size()} bytes wait"
