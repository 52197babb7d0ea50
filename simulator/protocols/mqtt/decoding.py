"""From the bytes of one packet to its event: what a server may send, checked to the letter.

Rule: a pure table, first nibble -> decoder; whatever is not in it, or not right, is a violation.
"""

from collections.abc import Callable

from simulator.errors import ProtocolViolation, Refused
from simulator.protocols.mqtt.packets import (
    MAX_INCOMING,
    REFUSALS,
    ConnAck,
    Event,
    PingResp,
    PubAck,
    Publish,
    SubAck,
    UnsubAck,
)

NAMES = (
    "reserved packet 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
    "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT",
    "reserved packet 15",
)  # fmt: skip
FOREIGN = {  # first bytes that are no MQTT, but well known
    0x15: "the far side does not speak plain MQTT but TLS, it seems",  # a TLS alert
    0x48: "the far side does not speak MQTT but HTTP, it seems",  # the H of HTTP/1.1
}


def frame(data: bytes, start: int) -> tuple[int, int]:
    """Return where the body of the packet at ``start`` begins and ends.

    Returns:
        (0, n) when the fixed header is not complete and the packet has at least n bytes.

    Raises:
        ProtocolViolation: a type that no server sends, or a length above ``MAX_INCOMING``.
    """
    head = data[start]
    if head in FOREIGN:
        raise ProtocolViolation(FOREIGN[head])
    if head >> 4 not in DECODERS:
        raise ProtocolViolation(f"unexpected {NAMES[head >> 4]} from the broker")
    length, shift, position = 0, 0, start + 1
    while position < len(data):
        group = data[position]
        length |= (group & 0x7F) << shift
        position += 1
        if length > MAX_INCOMING or (shift == 21 and group & 0x80):
            raise ProtocolViolation(f"a packet longer than {MAX_INCOMING} bytes from the broker")
        if not group & 0x80:
            return position, position + length
        shift += 7
    return 0, position - start + 1


def decode(head: int, body: bytes) -> Event:
    """Return the event of one packet. ``PubAck.token`` is None: the session knows it.

    Raises:
        ProtocolViolation: the packet is not what the specification allows a server to send.
        Refused: a CONNACK that says no.
    """
    return DECODERS[head >> 4](head & 0x0F, body)


def _conn_ack(flags: int, body: bytes) -> ConnAck:
    _plain("CONNACK", flags, body, 2)
    session_present, code = body
    if code in REFUSALS and session_present == 0:
        raise Refused(f"broker refused: {REFUSALS[code]}")
    if code:
        raise ProtocolViolation(f"CONNACK with flags {session_present} and return code {code}")
    if session_present:  # [MQTT-3.2.2-1]: we ask for a clean session
        raise ProtocolViolation(f"CONNACK with flags {session_present} to a clean session")
    return ConnAck()


def _publish(flags: int, body: bytes) -> Publish:
    qos, dup = flags >> 1 & 3, bool(flags & 8)
    if qos > 1:
        raise ProtocolViolation(f"PUBLISH at QoS {qos}, asked for at most 1")
    if dup and not qos:
        raise ProtocolViolation("PUBLISH at QoS 0 marked as a duplicate")  # [MQTT-3.3.1-2]
    start = 2 + int.from_bytes(body[:2])
    payload_at = start + 2 * qos
    if len(body) < max(payload_at, 2):
        raise ProtocolViolation(f"PUBLISH of {len(body)} bytes, its topic needs {payload_at}")
    packet_id = int.from_bytes(body[start:payload_at])
    if qos and not packet_id:
        raise ProtocolViolation("PUBLISH at QoS 1 with packet identifier 0")  # [MQTT-2.3.1-1]
    return Publish(_topic(body[2:start]), body[payload_at:], qos, bool(flags & 1), dup, packet_id)


def _topic(name: bytes) -> str:
    try:
        topic = name.decode()
    except UnicodeDecodeError:
        raise ProtocolViolation("PUBLISH with a topic that is not UTF-8") from None
    if not topic or not {"+", "#", "\0"}.isdisjoint(topic):
        raise ProtocolViolation("PUBLISH with a topic that is empty or has +, # or U+0000")
    return topic


def _pub_ack(flags: int, body: bytes) -> PubAck:
    _plain("PUBACK", flags, body, 2)
    return PubAck(int.from_bytes(body), None)


def _sub_ack(flags: int, body: bytes) -> SubAck:
    if flags or len(body) < 3:
        raise ProtocolViolation(f"SUBACK with flags {flags} and {len(body)} bytes")
    return SubAck(int.from_bytes(body[:2]), body[2:])


def _unsub_ack(flags: int, body: bytes) -> UnsubAck:
    _plain("UNSUBACK", flags, body, 2)
    return UnsubAck(int.from_bytes(body))


def _ping_resp(flags: int, body: bytes) -> PingResp:
    _plain("PINGRESP", flags, body, 0)
    return PingResp()


def _plain(name: str, flags: int, body: bytes, length: int) -> None:
    if flags or len(body) != length:
        raise ProtocolViolation(
            f"{name} must have flags 0 and {length} bytes, got {flags} and {len(body)}"
        )


DECODERS: dict[int, Callable[[int, bytes], Event]] = {
    2: _conn_ack,
    3: _publish,
    4: _pub_ack,
    9: _sub_ack,
    11: _unsub_ack,
    13: _ping_resp,
}
