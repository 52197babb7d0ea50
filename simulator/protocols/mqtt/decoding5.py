"""From the bytes of one packet to its event: what a server of MQTT 5 may send, to the letter.

Rule: a pure table like that of 3.1.1; what both have in common is read there.
"""

from typing import Any, Final, TypeVar

from simulator.errors import Refused
from simulator.protocols.mqtt import properties
from simulator.protocols.mqtt.decoding import Decoders, ping_resp, publish_head
from simulator.protocols.mqtt.packets import (
    ConnAck,
    Disconnect,
    Event,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Terms,
    UnsubAck,
)
from simulator.protocols.mqtt.properties import Properties
from simulator.protocols.mqtt.reasons import (
    NORMAL,
    RETURN_CODES,
    SERVER_MOVED,
    USE_ANOTHER_SERVER,
    Malformed,
    Redirected,
    Violation,
    check_code,
    in_words,
    one_line,
    refusal,
)

Ack = TypeVar("Ack", PubAck, PubRec, PubComp)
List = TypeVar("List", SubAck, UnsubAck)


def _conn_ack(flags: int, body: bytes) -> ConnAck:
    if flags or len(body) < 2:
        raise Malformed(f"CONNACK with flags {flags} and {len(body)} bytes")
    if len(body) == 2 and body[1] in RETURN_CODES:
        # A server of 3.1.1 answers in its own words; to its first code, most often.
        raise Refused(f"broker refused: {RETURN_CODES[body[1]]}, it may speak only MQTT 3.1.1")
    acknowledge_flags, code = body[:2]
    if len(body) == 2:  # so does a server that takes any version for 3.1.1
        text = f"CONNACK with code 0x{code:02X} and no properties, it may speak only MQTT 3.1.1"
        raise Malformed(text)
    found = _whole("CONNACK", body, 2)
    check_code("CONNACK", code)
    if acknowledge_flags > 1 or (code and acknowledge_flags):
        raise Violation(f"CONNACK with flags {acknowledge_flags} and reason code 0x{code:02X}")
    if code:
        raise _no("broker refused", code, found)
    if "authentication_method" in found or "authentication_data" in found:
        raise Violation("CONNACK with enhanced authentication, which was not asked for")
    return ConnAck(bool(acknowledge_flags), _terms(found))


def _terms(found: Properties) -> Terms:
    return Terms(**{name: found[name] for name in Terms._fields if name in found})


def _no(who: str, code: int, found: Properties) -> Refused:
    """Return the error of a code that ends the connection."""
    text = f"{who}: {in_words(code, found.get('reason_string', ''))}"
    if code not in (USE_ANOTHER_SERVER, SERVER_MOVED):
        return Refused(text)
    reference = found.get("server_reference", "")
    named = one_line(reference)
    return Redirected(
        f"{text}: {named}" if named else text,
        reference=reference,
        is_for_good=code == SERVER_MOVED,
    )


def _publish(flags: int, body: bytes) -> Publish:
    topic, packet_id, at = publish_head(flags, body)
    found, at = properties.decode("PUBLISH", body, at)
    return Publish(
        topic, body[at:], flags >> 1 & 3, bool(flags & 1), bool(flags & 8), packet_id, found
    )


def _acknowledgement(name: str, flags: int, body: bytes) -> tuple[int, int, str]:
    """Return packet identifier, code and the server's reason of a PUBACK and its kin."""
    if flags != (2 if name == "PUBREL" else 0) or len(body) < 2:
        raise Malformed(f"{name} with flags {flags} and {len(body)} bytes")
    code = body[2] if len(body) > 2 else NORMAL
    found = _whole(name, body, 3) if len(body) > 3 else properties.NO_PROPERTIES
    check_code(name, code)
    return int.from_bytes(body[:2]), code, found.get("reason_string", "")


def _settling(name: str, kind: type[Ack]) -> Any:
    def decode(flags: int, body: bytes) -> Ack:
        packet_id, code, reason = _acknowledgement(name, flags, body)
        return kind(packet_id, None, refusal(code, reason))

    return decode


def _pub_rel(flags: int, body: bytes) -> PubRel:
    return PubRel(_acknowledgement("PUBREL", flags, body)[0])


def _listing(name: str, kind: type[List]) -> Any:
    def decode(flags: int, body: bytes) -> List:
        if flags or len(body) < 3:
            raise Malformed(f"{name} with flags {flags} and {len(body)} bytes")
        found, at = properties.decode(name, body, 2)
        for code in body[at:]:
            check_code(name, code)
        return kind(int.from_bytes(body[:2]), body[at:], found.get("reason_string", ""))

    return decode


def _disconnect(flags: int, body: bytes) -> Disconnect:
    if flags:
        raise Malformed(f"DISCONNECT with flags {flags} and {len(body)} bytes")
    code = body[0] if body else NORMAL
    found = _whole("DISCONNECT", body, 1) if len(body) > 1 else properties.NO_PROPERTIES
    check_code("DISCONNECT", code)
    return Disconnect(_no("broker disconnected", code, found))


def _auth(_flags: int, body: bytes) -> Event:
    found = properties.decode("AUTH", body, 1)[0] if len(body) > 1 else properties.NO_PROPERTIES
    method = one_line(found.get("authentication_method", "")) or "not named"
    raise Violation(
        f"unexpected AUTH from the broker: enhanced authentication is not spoken, method: {method}"
    )


def _whole(name: str, body: bytes, at: int) -> Properties:
    """Return the properties that end a packet."""
    found, end = properties.decode(name, body, at)
    if end != len(body):
        raise Malformed(f"{name} of {len(body)} bytes, its properties end at {end}")
    return found


DECODERS: Final[Decoders] = {
    2: _conn_ack,
    3: _publish,
    4: _settling("PUBACK", PubAck),
    5: _settling("PUBREC", PubRec),
    6: _pub_rel,
    7: _settling("PUBCOMP", PubComp),
    9: _listing("SUBACK", SubAck),
    11: _listing("UNSUBACK", UnsubAck),
    13: ping_resp,
    14: _disconnect,
    15: _auth,
}
