"""WebSocket as a stream: a protocol to the connection below, a transport to the wire above.

Rule: what the wire above writes goes into one binary frame each, what the frames that come hold is
handed up as bytes; the wire does not see that it is not alone with its connection.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from simulator.errors import TargetError, Unreachable
from simulator.protocols.websocket import (
    BINARY,
    Accepted,
    Ended,
    Message,
    Ping,
    Session,
    State,
    encode_frame,
)
from simulator.transports import reasons

_OPEN = State.OPEN


class WebSocketStream(asyncio.Transport, asyncio.Protocol):
    """A connection that speaks WebSocket. The wire is made once the far side has accepted.

    Whoever made it waits for ``opened``, which fails with ``Unreachable``; whoever does not wait to
    the end cuts the connection with ``abort``.
    """

    __slots__ = ("_above", "_below", "_factory", "_session", "_why", "opened")

    def __init__(self, session: Session, factory: Callable[[], asyncio.Protocol]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._session = session
        self._factory = factory
        self._above: asyncio.Protocol | None = None
        self._below: asyncio.Transport | None = None
        self._why: Exception | None = None  # the far side's last words

    # To the connection below it is a protocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._below = cast(asyncio.Transport, transport)
        self._below.write(self._session.connect())

    def data_received(self, data: bytes) -> None:
        parts, ping = [], None
        for event in self._session.receive(data):
            kind = type(event)
            if kind is Message:
                parts.append(event.payload)  # type: ignore[union-attr]
            elif kind is Accepted:
                self._accepted()
            elif kind is Ping:
                ping = event.payload  # type: ignore[union-attr]
            elif kind is Ended:
                self._hand_up(parts)  # what came before it
                self._ended(cast(Ended, event))
                return
        self._hand_up(parts)
        if ping is not None:
            self._transport.write(self._session.pong(ping))

    def connection_lost(self, exc: Exception | None) -> None:
        why = self._why or exc
        if self._above:
            self._above.connection_lost(why)
        elif not self.opened.done():
            self.opened.set_exception(_not_opened(why))

    def pause_writing(self) -> None:
        if self._above:
            self._above.pause_writing()

    def resume_writing(self) -> None:
        if self._above:
            self._above.resume_writing()

    def _accepted(self) -> None:
        if self.opened.done():  # cancelled: nobody waits for it
            self.abort()
            return
        self._above = self._factory()
        self._above.connection_made(self)
        self.opened.set_result(None)

    def _hand_up(self, parts: list[bytes]) -> None:
        """Hand up what one read held, at once: twenty acknowledgements come in twenty frames."""
        if self._above and parts:
            self._above.data_received(b"".join(parts))
            parts.clear()

    def _ended(self, event: Ended) -> None:
        """Close; the wire is told why with the end of the connection, at the next turn."""
        self._why = event.error
        if self._transport.get_write_buffer_size():  # it may never read the rest
            self._transport.abort()
            return
        if event.farewell:
            self._transport.write(event.farewell)
        self._transport.close()

    # To the wire above it is a transport.

    @property
    def _transport(self) -> asyncio.Transport:
        assert self._below is not None, "not connected"
        return self._below

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Send bytes; after the end they are dropped, as by any transport."""
        if self._session.state is _OPEN:
            self._below.write(encode_frame(BINARY, data))  # type: ignore[union-attr]  # it is open

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        """Close in order: the far side answers our closing frame and then hangs up.

        Whoever waits for that has to ``abort`` in the end.
        """
        farewell = self._session.close()
        if farewell:
            self._transport.write(farewell)
        else:
            self._transport.close()

    def abort(self) -> None:
        if self._below:
            self._below.abort()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._above = cast(asyncio.Protocol, protocol)

    def is_closing(self) -> bool:
        return self._session.state is not _OPEN or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high=high, low=low)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()


def _not_opened(error: Exception | None) -> Unreachable:
    if isinstance(error, TargetError):
        return Unreachable(str(error))
    words = reasons.reason(error)
    if words in {reasons.CLOSED, "connection reset"}:
        words = "closed by the far side in the opening, it may not speak WebSocket"
    return Unreachable(f"WebSocket: {words}")
