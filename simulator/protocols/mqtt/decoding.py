"""From the bytes of one packet to its event: what a server of MQTT 3.1.1 may send, to the letter.

Rule: a pure table, first nibble -> decoder; whatever is not in it, or not right, is a violation.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from simulator.errors import ProtocolViolation, Refused
from simulator.protocols.mqtt.packets import (
    NAMES,
    ConnAck,
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
from simulator.protocols.mqtt.reasons import PACKET_TOO_LARGE, RETURN_CODES, Malformed, Violation

Decoders: TypeAlias = Mapping[int, Callable[[int, bytes], Event]]

FOREIGN = {  # first bytes that are no MQTT, but well known
    0x15: "the far side does not speak plain MQTT but TLS, it seems",  # a TLS alert
    0x48: "the far side does not speak MQTT but HTTP, it seems",  # the H of HTTP/1.1
}
FIRST = frozenset({2, 15})  # first nibbles of CONNACK, and of AUTH, whose decoder says why not
OTHER_VERSION = 0x84  # how a server of MQTT 5 alone may answer 3.1.1 (MQTT 5, section 3.1.2.2)


def frame(
    data: bytes, start: int, *, decoders: Decoders, most: int, is_first: bool = False
) -> tuple[int, int]:
    """Return where the body of the packet at ``start`` begins and ends.

    Args:
        most: Bytes that a whole packet may have.
        is_first: Whether only what answers a CONNECT may come. What does not speak MQTT at all is
            known by its first byte then: nobody waits for the rest of a packet that never comes.

    Returns:
        (0, n) when the fixed header is not complete and the packet has at least n bytes.

    Raises:
        ProtocolViolation: a type that no server sends, or not then; a packet above ``most``.
    """
    head = data[start]
    if head in FOREIGN:
        raise ProtocolViolation(FOREIGN[head])
    if head >> 4 not in decoders:
        raise Violation(f"unexpected {NAMES[head >> 4]} from the broker")
    if is_first and head >> 4 not in FIRST:
        raise Violation(f"unexpected {NAMES[head >> 4]} from the broker while connecting")
    length, shift, position = 0, 0, start + 1
    while position < len(data):
        group = data[position]
        length |= (group & 0x7F) << shift
        position += 1
        if position - start + length > most or (shift == 21 and group & 0x80):
            text = f"a packet longer than {most} bytes from the broker"
            raise Violation(text, PACKET_TOO_LARGE)
        if not group & 0x80:
            return position, position + length
        shift += 7
    return 0, position - start + 1


def _conn_ack(flags: int, body: bytes) -> ConnAck:
    if body[1:2] == bytes((OTHER_VERSION,)):
        raise Refused("broker refused: unsupported protocol version")
    plain("CONNACK", flags, body, 2)
    acknowledge_flags, code = body
    if code in RETURN_CODES and acknowledge_flags == 0:
        raise Refused(f"broker refused: {RETURN_CODES[code]}")
    if code or acknowledge_flags > 1:
        raise Violation(f"CONNACK with flags {acknowledge_flags} and return code {code}")
    return ConnAck(session_present=bool(acknowledge_flags))


def _publish(flags: int, body: bytes) -> Publish:
    topic, packet_id, payload_at = publish_head(flags, body)
    if not topic:
        raise Malformed("PUBLISH with an empty topic")
    return Publish(
        topic, body[payload_at:], flags >> 1 & 3, bool(flags & 1), bool(flags & 8), packet_id
    )


def publish_head(flags: int, body: bytes) -> tuple[str, int, int]:
    """Return the topic of a PUBLISH, its packet identifier, and where what follows them begins."""
    qos = flags >> 1 & 3
    if qos == 3:
        raise Malformed("PUBLISH at QoS 3")  # [MQTT-3.3.1-4]
    if flags & 8 and not qos:
        raise Malformed("PUBLISH at QoS 0 marked as a duplicate")  # [MQTT-3.3.1-2]
    start = 2 + int.from_bytes(body[:2])
    end = start + (2 if qos else 0)
    if len(body) < max(end, 2):
        raise Malformed(f"PUBLISH of {len(body)} bytes, its topic needs {end}")
    packet_id = int.from_bytes(body[start:end])
    if qos and not packet_id:
        raise Violation(f"PUBLISH at QoS {qos} with packet identifier 0")  # [MQTT-2.3.1-1]
    return _topic(body[2:start]), packet_id, end


def _topic(name: bytes) -> str:
    try:
        topic = name.decode()
    except UnicodeDecodeError:
        raise Malformed("PUBLISH with a topic that is not UTF-8") from None
    if not {"+", "#", "\0"}.isdisjoint(topic):
        raise Malformed("PUBLISH with a topic that has +, # or U+0000")
    return topic


def _pub_ack(flags: int, body: bytes) -> PubAck:
    plain("PUBACK", flags, body, 2)
    return PubAck(int.from_bytes(body), None)


def _pub_rec(flags: int, body: bytes) -> PubRec:
    plain("PUBREC", flags, body, 2)
    return PubRec(int.from_bytes(body), None)


def _pub_rel(flags: int, body: bytes) -> PubRel:
    if flags != 2 or len(body) != 2:
        raise Malformed(f"PUBREL must have flags 2 and 2 bytes, got {flags} and {len(body)}")
    return PubRel(int.from_bytes(body))


def _pub_comp(flags: int, body: bytes) -> PubComp:
    plain("PUBCOMP", flags, body, 2)
    return PubComp(int.from_bytes(body), None)


def _sub_ack(flags: int, body: bytes) -> SubAck:
    if flags or len(body) < 3:
        raise Malformed(f"SUBACK with flags {flags} and {len(body)} bytes")
    return SubAck(int.from_bytes(body[:2]), body[2:])


def _unsub_ack(flags: int, body: bytes) -> UnsubAck:
    plain("UNSUBACK", flags, body, 2)
    return UnsubAck(int.from_bytes(body))


def ping_resp(flags: int, body: bytes) -> PingResp:
    """Read a PINGRESP, which is the same in both versions."""
    plain("PINGRESP", flags, body, 0)
    return PingResp()


def plain(name: str, flags: int, body: bytes, length: int) -> None:
    """
    Raises:
        Malformed: a packet without flags has some, or not ``length`` bytes.
    """
    if flags or len(body) != length:
        raise Malformed(f"{name} must have flags 0 and {length} bytes, got {flags} and {len(body)}")


DECODERS: Final[Decoders] = {
    2: _conn_ack,
    3: _publish,
    4: _pub_ack,
    5: _pub_rec,
    6: _pub_rel,
    7: _pub_comp,
    9: _sub_ack,
    11: _unsub_ack,
    13: ping_resp,
}
