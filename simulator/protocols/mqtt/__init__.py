"""MQTT 3.1.1 and 5, the client's side, without input or output. What of it: docs/reference/mqtt.md.

Rule: names are those of the specification; a session is a table and ``receive(data) -> events``.
"""

from typing import Any, Final

from simulator.protocols.mqtt.fields import encode_filter
from simulator.protocols.mqtt.memory import NOBODY, Memory
from simulator.protocols.mqtt.opening import NEVER, Opening
from simulator.protocols.mqtt.packets import (
    MAX_INCOMING,
    ConnAck,
    Dropped,
    Ended,
    Event,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    SubAck,
    Terms,
    UnsubAck,
)
from simulator.protocols.mqtt.properties import encode as encode_properties
from simulator.protocols.mqtt.reasons import Redirected
from simulator.protocols.mqtt.session import MAX_IN_FLIGHT, Session
from simulator.protocols.mqtt.session5 import Session5
from simulator.protocols.mqtt.states import TRANSITIONS, State

SESSIONS: Final[dict[str, type[Session[Any]]]] = {"3.1.1": Session, "5": Session5}  # by version

__all__ = [
    "MAX_INCOMING",
    "MAX_IN_FLIGHT",
    "NEVER",
    "NOBODY",
    "SESSIONS",
    "TRANSITIONS",
    "ConnAck",
    "Dropped",
    "Ended",
    "Event",
    "Memory",
    "Opening",
    "PingResp",
    "PubAck",
    "PubComp",
    "PubRec",
    "Publish",
    "Redirected",
    "Session",
    "Session5",
    "State",
    "SubAck",
    "Terms",
    "UnsubAck",
    "encode_filter",
    "encode_properties",
]
