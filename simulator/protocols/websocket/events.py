"""What a session tells of what it read.

Rule: plain values.
"""

from typing import NamedTuple

from simulator.errors import TargetError


class Accepted(NamedTuple):
    """The far side speaks WebSocket, and the subprotocol that it chose; empty: none was asked."""

    subprotocol: str


class Message(NamedTuple):
    """One whole message; of a stream, the payload of one frame."""

    payload: bytes
    is_text: bool


class Ping(NamedTuple):
    """To be answered with ``Session.pong``; of several in one read the last will do (5.5.3)."""

    payload: bytes


class Pong(NamedTuple):
    """The answer to a ping, or a sign of life that nobody asked for (section 5.5.3)."""

    payload: bytes


class Ended(NamedTuple):
    """The connection is over; always the last event.

    ``farewell`` is the closing frame to write before the connection is closed; it may be empty.
    """

    error: TargetError
    farewell: bytes


Event = Accepted | Message | Ping | Pong | Ended
