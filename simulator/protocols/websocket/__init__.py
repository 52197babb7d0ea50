"""WebSocket, the client's side, without input or output: its opening, frames and messages.

Rule: told bytes, answers events; every misdeed of the far side ends it with one ``Ended`` event.
Source: RFC 6455. No extension is ever offered, so none may be used.

A ``Session`` is one connection. Write what its methods return, hand in what was read::

    session = Session("example.org:8080", "/telemetry", subprotocols=("mqtt",), headers={})
    transport.write(session.connect())
    for event in session.receive(data): ...

Its events are ``Accepted(subprotocol)`` once, then ``Message(payload, is_text)``, ``Ping(payload)``
(write ``session.pong(payload)``), ``Pong(payload)`` and as the last one
``Ended(error, farewell)``: write ``farewell`` where it is not empty, then close. Once accepted,
``session.binary(payload)``, ``session.text(payload)``, ``session.ping(payload)`` and
``session.close()`` return the bytes to write. ``is_stream=True`` is for a protocol whose own
packets do not care for messages, as MQTT: each binary frame is told as it comes, and text is an
illegal answer. ``check_opening(...)`` raises what ``Session`` would, for a target as it is read.
``presigned(...)`` signs the path of an opening for AWS.
"""

from simulator.protocols.websocket.closing import ABNORMAL, NORMAL, close_reason
from simulator.protocols.websocket.events import Accepted, Ended, Event, Message, Ping, Pong
from simulator.protocols.websocket.frames import BINARY, MAX_CONTROL, encode_frame
from simulator.protocols.websocket.opening import check_opening
from simulator.protocols.websocket.presigning import Signing, presigned, region_of
from simulator.protocols.websocket.session import MAX_MESSAGE, Session, State

__all__ = [
    "ABNORMAL",
    "BINARY",
    "MAX_CONTROL",
    "MAX_MESSAGE",
    "NORMAL",
    "Accepted",
    "Ended",
    "Event",
    "Message",
    "Ping",
    "Pong",
    "Session",
    "Signing",
    "State",
    "check_opening",
    "close_reason",
    "encode_frame",
    "presigned",
    "region_of",
]
