"""MQTT 3.1.1, the client's side, without input or output. What is spoken: docs/reference/mqtt.md.

Rule: names are those of the specification; a session is a table and ``receive(data) -> events``.
"""

from simulator.protocols.mqtt.packets import (
    MAX_INCOMING,
    ConnAck,
    Ended,
    Event,
    PingResp,
    PubAck,
    Publish,
    SubAck,
    UnsubAck,
    encode_filter,
)
from simulator.protocols.mqtt.session import TRANSITIONS, Session, State

__all__ = [
    "MAX_INCOMING",
    "TRANSITIONS",
    "ConnAck",
    "Ended",
    "Event",
    "PingResp",
    "PubAck",
    "Publish",
    "Session",
    "State",
    "SubAck",
    "UnsubAck",
    "encode_filter",
]
