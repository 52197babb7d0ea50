"""Where a connection stands, and which packets a server may send there: the protocol as a table.

Rule: what the table does not list is a violation.
"""

from enum import Enum, auto

from simulator.protocols.mqtt.packets import (
    ConnAck,
    Disconnect,
    Event,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    UnsubAck,
)


class State(Enum):
    """Where a connection stands."""

    NEW = auto()
    CONNECTING = auto()
    CONNECTED = auto()
    CLOSED = auto()


TRANSITIONS: dict[State, dict[type[Event], State]] = {
    State.NEW: {},
    State.CONNECTING: {ConnAck: State.CONNECTED},
    State.CONNECTED: {
        Publish: State.CONNECTED,
        PubAck: State.CONNECTED,
        PubRec: State.CONNECTED,
        PubRel: State.CONNECTED,
        PubComp: State.CONNECTED,
        SubAck: State.CONNECTED,
        UnsubAck: State.CONNECTED,
        PingResp: State.CONNECTED,
        Disconnect: State.CLOSED,
    },
    State.CLOSED: {},  # nothing is read any more
}
