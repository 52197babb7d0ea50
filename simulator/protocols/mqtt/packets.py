"""The packets of MQTT as numbers and values: what each is called, and the events that are read.

Rule: one class an event, the same for 3.1.1 and 5; nothing here remembers anything.
"""

from typing import Any, Final, NamedTuple

from simulator.errors import TargetError
from simulator.protocols.mqtt.properties import NO_PROPERTIES, Properties

MAX_INCOMING = 256 * 1024  # bytes of one packet; AWS and Azure allow 128 and 256 KiB
MAX_PACKET_ID = 65_535  # section 2.2.1; 0 is not an identifier

# First bytes: type, and the flags that each must have (section 2.1).
CONNECT, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 0x10, 0x30, 0x40, 0x50, 0x62, 0x70
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, DISCONNECT = 0x82, 0x90, 0xA2, 0xB0, 0xE0
DUP, RETAIN = 0x08, 0x01  # flags of PUBLISH
PINGREQ_BYTES: Final = b"\xc0\x00"  # section 3.12
DISCONNECT_BYTES: Final = b"\xe0\x00"  # section 3.14; in MQTT 5 a normal disconnection

NAMES: Final = (
    "reserved packet 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
    "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT",
    "reserved packet 15",
)  # fmt: skip


class Terms(NamedTuple):
    """What a server allows on a connection (MQTT 5, section 3.2.2.3); 3.1.1 has the defaults."""

    session_expiry: int | None = None  # s, in place of what we asked for
    receive_maximum: int = 65_535  # our messages above QoS 0 without their last acknowledgement
    maximum_qos: int = 2
    retain_available: bool = True
    maximum_packet_size: int | None = None  # bytes of a whole packet
    assigned_client_id: str = ""
    topic_alias_maximum: int = 0
    wildcard_available: bool = True
    shared_available: bool = True
    server_keep_alive: int | None = None  # s, in place of ours


DEFAULT_TERMS: Final = Terms()


class ConnAck(NamedTuple):
    """The connection is accepted (section 3.2)."""

    session_present: bool = False
    terms: Terms = DEFAULT_TERMS


class Publish(NamedTuple):
    """A message for us (section 3.3). ``packet_id`` is 0 at QoS 0; the session answers the others.
    ``topic`` is whole: an alias is resolved."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    packet_id: int
    properties: Properties = NO_PROPERTIES


class PubAck(NamedTuple):
    """Our message at QoS 1 has arrived (section 3.4), or was refused for a ``reason``. ``token`` is
    what ``Session.publish`` was given."""

    packet_id: int
    token: Any
    reason: str = ""


class PubRec(NamedTuple):
    """Our message at QoS 2 was received (section 3.5). As an event: it was refused."""

    packet_id: int
    token: Any
    reason: str = ""


class PubRel(NamedTuple):
    """The server releases the identifier of a message to us (section 3.6). Never an event."""

    packet_id: int


class PubComp(NamedTuple):
    """Our message at QoS 2 has arrived exactly once (section 3.7)."""

    packet_id: int
    token: Any
    reason: str = ""


class Dropped(NamedTuple):
    """Our message is not to be acknowledged any more: the new connection cannot take it up."""

    token: Any
    reason: str


class SubAck(NamedTuple):
    """The answer to a SUBSCRIBE (section 3.9): a code for each of its filters."""

    packet_id: int
    codes: bytes
    reason: str = ""  # the server's own


class UnsubAck(NamedTuple):
    """The answer to an UNSUBSCRIBE (section 3.11): in MQTT 5 a code for each of its filters."""

    packet_id: int
    codes: bytes = b""
    reason: str = ""  # the server's own


class PingResp(NamedTuple):
    """The answer to a PINGREQ (section 3.13)."""


class Disconnect(NamedTuple):
    """The server ends the connection (MQTT 5, section 3.14). As an event it is an ``Ended``."""

    error: TargetError


class Ended(NamedTuple):
    """The far side ended it, by fault or wish: a ``Refused`` or a ``ProtocolViolation``.

    Always the last event; the caller writes ``farewell`` if there is one, and closes.
    """

    error: TargetError
    farewell: bytes = b""


Event = (
    ConnAck | Publish | PubAck | PubRec | PubRel | PubComp | Dropped | SubAck | UnsubAck | PingResp
    | Disconnect | Ended
)  # fmt: skip
