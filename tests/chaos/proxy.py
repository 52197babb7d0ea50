"""A fault proxy: passes connections on to a port of this machine, breaks them, or loses words.

Rule: a real socket on each side, in a thread of its own; it looks at no byte that passes.
"""

import asyncio
import socket
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, cast

import uvloop

BACKLOG = 4_096
STARTED_WITHIN = 60.0  # s
# Bytes that may wait for a side that reads slowly before the other side is read no more.
HIGH_WATER = 256 * 1024


class _End(asyncio.Protocol):
    """One side of a connection that is passed on."""

    def __init__(self, proxy: "Proxy", peer: "_End | None" = None) -> None:
        self.proxy = proxy
        self.peer = peer
        self.is_behind = peer is not None  # on the side of who answers
        self.transport: asyncio.Transport | None = None
        self.early: list[bytes] = []  # what came before it could be passed on
        self.is_full = False  # it takes no more for now

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(HIGH_WATER)
        self.proxy.joined(self)

    def data_received(self, data: bytes) -> None:
        if self.peer and self.peer.transport and not self.proxy.holds(self):
            self.peer.transport.write(data)
        else:
            self.early.append(data)
            self.proxy.regulate(self)

    def pass_on(self) -> None:
        """Give the other side what waited for it."""
        if self.peer and self.peer.transport:
            for data in self.early:
                self.peer.transport.write(data)
            self.early.clear()

    def pause_writing(self) -> None:
        self.is_full = True
        if self.peer:
            self.proxy.regulate(self.peer)

    def resume_writing(self) -> None:
        self.is_full = False
        if self.peer:
            self.proxy.regulate(self.peer)

    def connection_lost(self, error: Exception | None) -> None:
        self.proxy.left(self)
        if self.peer and self.peer.transport:
            if error is None:
                self.peer.transport.close()
            else:
                self.peer.transport.abort()


class Proxy:
    """Listens on ``port`` and passes on to ``behind``; start it, and close it in the end."""

    def __init__(self, behind: int, *, port: int = 0) -> None:
        self._behind = behind
        self._wanted = port
        self._ends: set[_End] = set()
        self._dials: set[asyncio.Task[None]] = set()
        self._is_silent = False
        self._is_mute = False
        self._loop = uvloop.new_event_loop()
        self._is_up = Event()
        self._server: asyncio.Server | None = None
        self._thread = Thread(target=self._run, name=f"proxy-{behind}", daemon=True)
        self.port = 0

    def start(self) -> int:
        """Listen, and return the port."""
        self._thread.start()
        if not self._is_up.wait(STARTED_WITHIN):
            raise OSError(f"the proxy before port {self._behind} did not start")
        return self.port

    def close(self) -> None:
        """Break everything and end the thread."""
        self._do(self._break)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STARTED_WITHIN)

    def refuse(self) -> None:
        """Break all connections, and refuse new ones until ``open``."""
        self._do(self._break)

    def silence(self) -> None:
        """Let nothing pass until ``open``; who connects is taken and hears nothing."""
        self._do(self._fall_silent)

    def mute(self) -> None:
        """Let everything pass that way, and no answer back, until ``open``."""
        self._do(self._fall_mute)

    def open(self) -> None:
        """Let everything pass again, also what waited."""
        self._do(self._open)

    # In the loop.

    def joined(self, end: _End) -> None:
        """Take in a side that has its socket; the first of two leads on to the second."""
        self._ends.add(end)
        self.regulate(end)
        if end.peer is None:
            dial = self._loop.create_task(self._dial(end))
            self._dials.add(dial)
            dial.add_done_callback(self._dials.discard)

    def left(self, end: _End) -> None:
        self._ends.discard(end)

    def regulate(self, end: _End) -> None:
        """Read a side, or leave it to wait: in silence, or while the other side is full."""
        if end.transport is None or end.transport.is_closing():
            return
        if self.holds(end) or (end.peer and end.peer.is_full):
            end.transport.pause_reading()
        else:
            end.pass_on()
            end.transport.resume_reading()

    def holds(self, end: _End) -> bool:
        """Whether nothing of this side may pass; asked for each piece, as a connection that was
        just made is read whatever was said before."""
        return self._is_silent or (self._is_mute and end.is_behind)

    async def _dial(self, end: _End) -> None:
        assert end.transport
        other = _End(self, end)
        try:
            await self._loop.create_connection(lambda: other, "127.0.0.1", self._behind)
        except OSError:
            end.transport.abort()
            return
        assert other.transport
        end.peer = other
        self.regulate(end)
        if end.transport.is_closing():
            other.transport.abort()

    async def _listen(self) -> None:
        listener = socket.create_server(
            ("127.0.0.1", self.port or self._wanted), backlog=BACKLOG, reuse_port=False
        )
        self.port = listener.getsockname()[1]
        self._server = await self._loop.create_server(
            lambda: _End(self), sock=listener, backlog=BACKLOG
        )

    async def _break(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for end in list(self._ends):
            if end.transport:
                end.transport.abort()

    async def _fall_silent(self) -> None:
        self._is_silent = True
        for end in self._ends:
            self.regulate(end)

    async def _fall_mute(self) -> None:
        self._is_mute = True
        for end in self._ends:
            self.regulate(end)

    async def _open(self) -> None:
        self._is_silent = self._is_mute = False
        if self._server is None:
            await self._listen()
        for end in self._ends:
            self.regulate(end)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._is_up.set()
        self._loop.run_forever()
        self._loop.close()

    def _do(self, what: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(what(), self._loop).result(STARTED_WITHIN)
