"""Messages of one mock as those of WebSocket.

Rule: what frames, fragments and closing are is decided in ``protocols/websocket``.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from math import isnan, nan
from typing import Any, ClassVar
from urllib.parse import quote

from simulator.errors import DefinitionError
from simulator.lot import WebSocketTarget
from simulator.protocols import websocket
from simulator.transports.answered import AnsweredWire
from simulator.transports.filling import filled
from simulator.transports.line import Line
from simulator.transports.parcel import Identity, shown
from simulator.transports.wire import CLOSE_WITHIN, Office

PONG_WITHIN = 20.0  # s for the answer to a ping


class WebSocketWire(AnsweredWire[WebSocketTarget]):
    """A mock is connected once the far side has accepted the opening."""

    __slots__ = ("heard_at", "pinged_at", "session")

    joins_writes: ClassVar[bool] = True

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        target, identity = self.target, line.identity
        path = target.path if identity.path is None else identity.path
        self.session = websocket.Session(
            target.authority,
            filled(path, identity, partial(quote, safe="")),
            subprotocols=(target.subprotocol,) if target.subprotocol else (),
            headers=_headers(target, identity),
        )
        self.heard_at = nan  # s
        self.pinged_at = nan  # s; nan: no ping waits for its pong

    def start(self) -> None:
        self.transport.write(self.session.connect())

    def encode(self, payload: bytes) -> bytes:
        if self.target.frames == "binary":
            return self.session.binary(payload)
        try:
            payload.decode()
        except UnicodeDecodeError:
            text = "payload is not UTF-8, which a text message of WebSocket must be"
            raise DefinitionError(text) from None
        return self.session.text(payload)

    def say(self, data: bytes) -> None:
        self.transport.write(data)

    def awaited(self) -> str:
        return "answer to the opening"

    def read(self, data: bytes) -> None:
        self.heard_at, self.pinged_at = self.office.clock(), nan
        for event in self.session.receive(data):
            if self.is_over:
                return
            _HANDLERS[type(event)](self, event)

    def sweep_open(self, now: float) -> None:
        super().sweep_open(now)
        keep_alive = self.target.keep_alive
        if self.is_over or not (self.is_ready and keep_alive):
            return
        if isnan(self.pinged_at) and now - self.heard_at >= keep_alive:
            self.pinged_at = now
            self.transport.write(self.session.ping())
        elif now - self.pinged_at >= PONG_WITHIN:
            self.end(f"no answer to a ping within {PONG_WITHIN:g} s")

    def close(self) -> None:
        """Say goodbye; the far side answers with its own and hangs up (RFC 6455, section 7.1.1)."""
        farewell = self.session.close()
        if not farewell:
            super().close()
            return
        self.transport.write(farewell)
        self.is_over = True
        self.close_by = self.office.clock() + CLOSE_WITHIN

    def _accepted(self, _event: websocket.Accepted) -> None:
        self.become_ready()

    def _message(self, event: websocket.Message) -> None:
        self.heard(event.payload)

    def _ping(self, event: websocket.Ping) -> None:
        if not self.is_paused:
            self.transport.write(self.session.pong(event.payload))

    def _pong(self, _event: websocket.Pong) -> None:
        """Whatever comes is a sign of life."""

    def _ended(self, event: websocket.Ended) -> None:
        if event.farewell:
            self.transport.write(event.farewell)
        self.end(str(event.error))


def _headers(target: WebSocketTarget, identity: Identity) -> Mapping[str, str]:
    """Return the headers of a mock's opening, with what shows who it is.

    Raises:
        DefinitionError: ``Authorization`` is said twice, or a user name has a colon.
    """
    given = target.headers if identity.headers is None else identity.headers
    headers = {name: filled(value, identity) for name, value in given.items()}
    authorization = _authorization(target, identity)
    if not authorization:
        return headers
    if any(name.lower() == "authorization" for name in headers):
        raise DefinitionError("header Authorization and credentials are given, keep one")
    return {**headers, "Authorization": authorization}


def _authorization(target: WebSocketTarget, identity: Identity) -> str:
    """Return the value of the header; empty where path or headers show the secret themselves."""
    texts = " ".join((target.path, *target.headers.values()))
    token = "" if "{token}" in texts else shown(identity.token)
    if token:
        return f"Bearer {token}"
    password = "" if "{password}" in texts else shown(identity.password)
    if not password:
        return ""
    if ":" in identity.username:
        raise DefinitionError("user name must not have a colon (RFC 7617, section 2)")
    return "Basic " + b64encode(f"{identity.username}:{password}".encode(errors="replace")).decode()


_HANDLERS: dict[type[websocket.Event], Callable[[WebSocketWire, Any], None]] = {
    websocket.Accepted: WebSocketWire._accepted,
    websocket.Message: WebSocketWire._message,
    websocket.Ping: WebSocketWire._ping,
    websocket.Pong: WebSocketWire._pong,
    websocket.Ended: WebSocketWire._ended,
}
