"""Virtual time, and a road and a listener that only write down what happens to them.

Rule: no socket and no waiting; an hour of it takes milliseconds.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.errors import Unreachable
from simulator.lot import target_of
from simulator.transports import Exchange, Identity, Parcel
from simulator.transports.wire import WRITE_LIMIT


class _Selector(selectors.SelectSelector):
    """Where a real one would block, this moves the loop's clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("nothing is planned any more: this would wait for ever")
        self.now += max(0.0, timeout)
        return super().select(0)


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` in a loop whose time is virtual, starting at 0 s."""
    selector = _Selector()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        loop.run_until_complete(main())
        assert asyncio.all_tasks(loop) == set()
    finally:
        loop.close()


class Socket:
    """A transport that remembers what was written. The test plays the far side."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self.protocol = protocol
        self.written: list[bytes] = []
        self.is_closed = self.is_cut = False
        self.is_stuck = False  # the far side reads nothing, so that the last bytes never leave
        self.high = 0
        self.is_reading = True
        self.unread: list[bytes] = []  # what the far side said meanwhile
        protocol.connection_made(self)  # type: ignore[arg-type]

    def set_write_buffer_limits(self, high: int) -> None:
        self.high = high

    def get_write_buffer_size(self) -> int:
        return WRITE_LIMIT + 1

    def write(self, data: bytes) -> None:
        assert not self.is_closed, "written after the close"
        self.written.append(data)

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        self.protocol = protocol

    def get_extra_info(self, name: str) -> None:
        """There is nothing more to know."""

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True
        while self.unread and self.is_reading:
            self.protocol.data_received(self.unread.pop(0))

    def sendto(self, data: bytes) -> None:
        """As of a socket of datagrams."""
        self.write(data)

    def close(self) -> None:
        if not self.is_stuck:
            self.hang_up()

    def abort(self) -> None:
        self.is_cut = True
        self.hang_up()

    def hang_up(self, error: Exception | None = None) -> None:
        """The connection ends, from whichever side."""
        if not self.is_closed:
            self.is_closed = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, error)

    def say(self, data: bytes) -> None:
        """The far side sends."""
        if self.is_reading:
            self.protocol.data_received(data)
        else:
            self.unread.append(data)


class Road:
    """Opens recording sockets, or fails as the test says."""

    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.failure = ""
        self.gate = asyncio.Event()  # cleared: nothing opens, as with a SYN that nobody answers
        self.gate.set()
        self.attempts: list[float] = []
        self.pending = 0

    async def open(
        self, factory: Callable[[], asyncio.Protocol], turn: int, line: object = None
    ) -> None:
        self.attempts.append(asyncio.get_running_loop().time())
        self.pending += 1
        try:
            await self.gate.wait()
        finally:
            self.pending -= 1
        if self.failure:
            raise Unreachable(self.failure)
        self.sockets.append(Socket(factory()))

    def close(self) -> None:
        """Nothing to let go."""


class Diary:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.opens: list[int] = []
        self.losses: list[tuple[int, str]] = []
        self.ends: list[tuple[Parcel, float, str]] = []
        self.messages: list[tuple[int, str, bytes]] = []

    def opened(self, row: int) -> None:
        self.opens.append(row)

    def lost(self, row: int, reason: str) -> None:
        self.losses.append((row, reason))

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        self.ends.append((parcel, at, reason))

    def received(self, row: int, topic: str, payload: bytes) -> None:
        self.messages.append((row, topic, payload))

    @property
    def reasons(self) -> list[str]:
        """How each parcel ended."""
        return [reason for _, _, reason in self.ends]


class Stage:
    """An exchange with its listener and its road, and a few words to play with them."""

    def __init__(self, **target: Any) -> None:
        self.target = target_of({"protocol": "mqtt", "host": "h", "port": 1, **target})
        self.diary, self.road = Diary(), Road()
        self.loop = asyncio.get_running_loop()
        self.exchange = Exchange(
            self.target,
            listener=self.diary,
            jitter=lambda: 0.5,
            clock=self.loop.time,
            road=self.road,  # type: ignore[arg-type]
        )

    @property
    def socket(self) -> Socket:
        """The connection that was made last."""
        return self.road.sockets[-1]

    def identity(self, row: int = 0, **fields: Any) -> Identity:
        """Who a mock is."""
        return Identity(**{"client_id": f"c{row}", **fields})

    async def connect_in_vain(self, row: int = 0) -> None:
        """Want a mock connected, whatever becomes of it."""
        self.exchange.connect(row, self.identity(row))
        await self.settle()

    async def connect(self, row: int = 0, **identity: Any) -> Socket:
        """Connect a mock until its connection stands; MQTT is accepted as well."""
        self.exchange.connect(row, self.identity(row, **identity))
        await self.settle()
        if self.target.protocol == "mqtt":
            self.socket.say(b"\x20\x02\0\0")
        return self.socket

    async def settle(self) -> None:
        """Let the loop do what is to be done now."""
        for _ in range(6):
            await asyncio.sleep(0)

    async def pass_time(self, seconds: float) -> None:
        """Let time go by, with a sweep each second."""
        end = self.loop.time() + seconds
        while self.loop.time() < end:
            await asyncio.sleep(min(1.0, end - self.loop.time()))
            self.exchange.sweep(self.loop.time())

    def send(self, row: int = 0, **fields: Any) -> Parcel:
        """Send one small message."""
        parcel = Parcel(**{"row": row, "address": "a", "payload": b"x", "qos": 1, **fields})
        self.exchange.send(row, parcel)
        return parcel
