"""The packets of MQTT 3.1.1 as values and bytes: what a client writes, and the events it reads.

Rule: one function or class a packet, with its section; nothing here remembers anything.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from simulator.errors import DefinitionError, TargetError
from simulator.lot import Parting, Will

MAX_INCOMING = (
    256 * 1024
)  # bytes of one packet's remaining length; AWS and Azure allow 128 and 256 KiB
MAX_REMAINING = 268_435_455  # bytes; four groups of seven bits (section 2.2.3)
MAX_STRING = 65_535  # bytes; two bytes of length (section 1.5.3)
MAX_PACKET_ID = 65_535  # section 2.3.1; 0 is not an identifier

CONNECT, CONNACK, PUBLISH, PUBACK = 0x10, 0x20, 0x30, 0x40
SUBSCRIBE, SUBACK, UNSUBACK = 0x82, 0x90, 0xB0
PINGRESP = 0xD0
PINGREQ_BYTES = b"\xc0\x00"  # section 3.12
DISCONNECT_BYTES = b"\xe0\x00"  # section 3.14

REFUSALS = {  # CONNACK return codes (section 3.2.2.3), in words
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorised",
}
SUBSCRIPTION_REFUSED = 0x80  # SUBACK return code (section 3.9.3)


class ConnAck(NamedTuple):
    """The connection is accepted (section 3.2)."""


class Publish(NamedTuple):
    """A message for us (section 3.3). ``packet_id`` is 0 at QoS 0; at QoS 1 it must be acknowledged
    with ``Session.acknowledge``."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    packet_id: int


class PubAck(NamedTuple):
    """Our message has arrived (section 3.4). ``token`` is what ``Session.publish`` was given."""

    packet_id: int
    token: Any


class SubAck(NamedTuple):
    """The answer to a SUBSCRIBE (section 3.9): 0 or 1, the QoS granted, for each of its filters."""

    packet_id: int
    codes: bytes


class UnsubAck(NamedTuple):
    """The answer to an UNSUBSCRIBE (section 3.11), which we never send."""

    packet_id: int


class PingResp(NamedTuple):
    """The answer to a PINGREQ (section 3.13)."""


class Ended(NamedTuple):
    """The session is over by the far side's fault: a ``Refused`` or a ``ProtocolViolation``.

    Always the last event; the caller closes the connection without a DISCONNECT.
    """

    error: TargetError


Event = ConnAck | Publish | PubAck | SubAck | UnsubAck | PingResp | Ended


def encode_remaining_length(length: int) -> bytes:
    """Encode ``length`` as an MQTT variable byte integer.

    Args:
        length: Bytes that follow the fixed header, 0 to 268_435_455.

    Returns:
        1 to 4 bytes, seven bits each, least significant group first.

    Raises:
        ValueError: ``length`` does not fit into four bytes.

    Source: MQTT 3.1.1, section 2.2.3. Its table 2.4 is the test.
    """
    if not 0 <= length <= MAX_REMAINING:
        raise ValueError(f"length must be from 0 to {MAX_REMAINING}, got {length}")
    groups = bytearray()
    while length > 0x7F:
        groups.append(length & 0x7F | 0x80)
        length >>= 7
    groups.append(length)
    return bytes(groups)


def encode_connect(
    client_id: str, *, username: str, password: str, will: Will | Parting | None, keep_alive: int
) -> bytes:
    """Return a CONNECT with a clean session (section 3.1); an empty user name sends none.

    Raises:
        DefinitionError: a text is too long or no MQTT string, or a password has no user name
            ([MQTT-3.1.2-22]).
    """
    if password and not username:
        raise DefinitionError("a password needs a user name (MQTT 3.1.1)")
    flags, fields = 0x02, [_string(client_id, "client id")]
    if will:
        flags |= 0x04 | will.qos << 3 | will.retain << 5
        will_payload = will.payload if isinstance(will.payload, bytes) else will.payload.encode()
        fields += [encode_topic(will.topic, "will topic"), _sized(will_payload, "will")]
    if username:
        flags |= 0x80
        fields.append(_string(username, "user name"))
    if password:
        flags |= 0x40
        fields.append(_sized(password.encode(), "password"))
    head = b"\x00\x04MQTT\x04" + bytes((flags,)) + keep_alive.to_bytes(2)
    return _packet(CONNECT, head + b"".join(fields))


def encode_subscribe(packet_id: int, filters: Sequence[str]) -> bytes:
    """Return a SUBSCRIBE for at least one filter, each at QoS 1 (section 3.8).

    Raises:
        DefinitionError: no filter, or one that is not valid (section 4.7).
    """
    if not filters:
        raise DefinitionError("a subscription needs at least one topic filter")
    body = b"".join(encode_filter(text) + b"\x01" for text in filters)
    return _packet(SUBSCRIBE, packet_id.to_bytes(2) + body)


def encode_puback(packet_id: int) -> bytes:
    """Return the PUBACK that acknowledges a message at QoS 1 (section 3.4)."""
    return b"\x40\x02" + packet_id.to_bytes(2)


def encode_topic(topic: str, what: str = "topic") -> bytes:
    """Return a topic to publish on, with its two bytes of length (section 4.7).

    Raises:
        DefinitionError: it is empty, longer than 65,535 bytes, or has a wildcard or U+0000.
    """
    if not topic or "+" in topic or "#" in topic:
        raise DefinitionError(f"{what} must be a name without + and #, got {topic[:80]!r}")
    return _string(topic, what)


def encode_filter(text: str) -> bytes:
    """Return a topic filter with its two bytes of length (section 4.7).

    Raises:
        DefinitionError: it is empty, longer than 65,535 bytes, or a wildcard is out of place.
    """
    levels = text.split("/")
    misplaced = any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]
    if not text or misplaced or any("+" in level and level != "+" for level in levels):
        raise DefinitionError(
            f"topic filter must have + and # as whole levels, # as the last, got {text[:80]!r}"
        )
    return _string(text, "topic filter")


def _string(text: str, what: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise DefinitionError(f"{what} has a character that UTF-8 cannot carry") from None
    if b"\0" in data:
        raise DefinitionError(f"{what} must not have U+0000 (MQTT 3.1.1, section 1.5.3)")
    return _sized(data, what)


def _sized(data: bytes, what: str) -> bytes:
    if len(data) > MAX_STRING:
        raise DefinitionError(f"{what} must have at most {MAX_STRING} bytes, got {len(data)}")
    return len(data).to_bytes(2) + data


def _packet(head: int, body: bytes) -> bytes:
    return bytes((head,)) + encode_remaining_length(len(body)) + body
