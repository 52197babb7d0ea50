"""The properties of MQTT 5: one table of them, written and read by it (section 2.2.2).

Rule: what the table does not allow at its place, or twice, or with that value, is a violation.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from simulator.protocols.mqtt import fields
from simulator.protocols.mqtt.fields import encode_remaining_length
from simulator.protocols.mqtt.reasons import Malformed, Violation

Properties = Mapping[str, Any]  # by name; user_property is a list of pairs
Pairs = Iterable[tuple[str, str]]
NO_PROPERTIES: Properties = {}


class Property(NamedTuple):
    """One property: its name here, its type, where it may stand, and which numbers it takes."""

    name: str
    kind: str
    packets: frozenset[str]
    least: int = 0
    most: int | None = None


def _of(packets: str) -> frozenset[str]:
    return frozenset(packets.split())


_MESSAGE = _of("PUBLISH WILL")
_AUTH = _of("CONNECT CONNACK AUTH")
_ACKS = "CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH"
_ALL = "CONNECT PUBLISH WILL SUBSCRIBE UNSUBSCRIBE " + _ACKS
_BOTH = _of("CONNECT CONNACK")
_CONNACK = _of("CONNACK")

TABLE: Final[dict[int, Property]] = {  # table 2-4
    0x01: Property("payload_format", "byte", _MESSAGE, most=1),
    0x02: Property("message_expiry", "four", _MESSAGE),
    0x03: Property("content_type", "string", _MESSAGE),
    0x08: Property("response_topic", "topic", _MESSAGE),
    0x09: Property("correlation", "binary", _MESSAGE),
    0x0B: Property("subscription_identifier", "variable", _of("PUBLISH SUBSCRIBE"), least=1),
    0x11: Property("session_expiry", "four", _of("CONNECT CONNACK")),
    0x12: Property("assigned_client_id", "string", _CONNACK),
    0x13: Property("server_keep_alive", "two", _CONNACK),
    0x15: Property("authentication_method", "string", _AUTH),
    0x16: Property("authentication_data", "binary", _AUTH),
    0x17: Property("request_problem_information", "byte", _of("CONNECT"), most=1),
    0x18: Property("will_delay", "four", _of("WILL")),
    0x19: Property("request_response_information", "byte", _of("CONNECT"), most=1),
    0x1A: Property("response_information", "string", _CONNACK),
    0x1C: Property("server_reference", "string", _of("CONNACK DISCONNECT")),
    0x1F: Property("reason_string", "string", _of(_ACKS)),
    0x21: Property("receive_maximum", "two", _BOTH, least=1),
    0x22: Property("topic_alias_maximum", "two", _BOTH),
    0x23: Property("topic_alias", "two", _of("PUBLISH"), least=1),
    0x24: Property("maximum_qos", "byte", _CONNACK, most=1),
    0x25: Property("retain_available", "byte", _CONNACK, most=1),
    0x26: Property("user_property", "pair", _of(_ALL)),
    0x27: Property("maximum_packet_size", "four", _BOTH, least=1),
    0x28: Property("wildcard_available", "byte", _CONNACK, most=1),
    0x29: Property("subscription_identifiers_available", "byte", _CONNACK, most=1),
    0x2A: Property("shared_available", "byte", _CONNACK, most=1),
}
IDENTIFIERS: Final = {each.name: identifier for identifier, each in TABLE.items()}


def _decode_pair(data: bytes, at: int) -> tuple[tuple[str, str], int]:
    name, at = fields.decode_string(data, at)
    value, at = fields.decode_string(data, at)
    return (name, value), at


def _decode_topic(data: bytes, at: int) -> tuple[str, int]:
    topic, at = fields.decode_string(data, at)
    if "+" in topic or "#" in topic:
        raise Violation("a response topic that has + or #")  # [MQTT-3.3.2-14]
    return topic, at


_DECODERS: dict[str, Callable[[bytes, int], tuple[Any, int]]] = {
    "byte": lambda data, at: fields.decode_integer(data, at, 1),
    "two": lambda data, at: fields.decode_integer(data, at, 2),
    "four": lambda data, at: fields.decode_integer(data, at, 4),
    "variable": fields.decode_remaining_length,
    "string": fields.decode_string,
    "topic": _decode_topic,
    "binary": fields.decode_binary,
    "pair": _decode_pair,
}
_ENCODERS: dict[str, Callable[[Any, str], bytes]] = {
    "byte": lambda value, _: value.to_bytes(1),
    "two": lambda value, _: value.to_bytes(2),
    "four": lambda value, _: value.to_bytes(4),
    "variable": lambda value, _: encode_remaining_length(value),
    "string": fields.encode_string,
    "topic": fields.encode_topic,
    "binary": fields.encode_binary,
    "pair": lambda pair, _: (
        fields.encode_string(pair[0], "user property")
        + fields.encode_string(pair[1], "user property")
    ),
}


def encode(**values: Any) -> bytes:
    """Return properties by name, without their length; None leaves one out.

    ``user_property`` is pairs of name and value, in order; a name may come several times.

    Raises:
        DefinitionError: a text is too long, or is none that MQTT can carry.
    """
    parts = []
    for name, value in values.items():
        identifier = IDENTIFIERS[name]
        encoder, what = _ENCODERS[TABLE[identifier].kind], name.replace("_", " ")
        for each in value if name == "user_property" else (value,):
            if each is not None:
                parts.append(bytes((identifier,)) + encoder(each, what))
    return b"".join(parts)


def block(properties: bytes) -> bytes:
    """Return properties with their length before them, as a packet has them."""
    return encode_remaining_length(len(properties)) + properties


def decode(packet: str, data: bytes, at: int) -> tuple[Properties, int]:
    """Return the properties of a packet that begin with their length at ``at``, and their end.

    Raises:
        Malformed: they are cut off, or one is unknown or stands in the wrong packet.
        Violation: one comes twice, or has a value that it must not have.
    """
    length, at = fields.decode_remaining_length(data, at)
    end = at + length
    if not length:
        return NO_PROPERTIES, end
    if end > len(data):
        raise Malformed(f"{packet} with properties that are cut off")
    found: dict[str, Any] = {}
    data = data[:end]
    while at < end:
        at = _decode_one(packet, data, at, found)
    return found, end


def _decode_one(packet: str, data: bytes, at: int, found: dict[str, Any]) -> int:
    """Read one property into ``found``; return where it ends."""
    identifier, at = fields.decode_remaining_length(data, at)
    known = TABLE.get(identifier)
    if known is None or packet not in known.packets:
        raise Malformed(f"{packet} with property 0x{identifier:02X}, which it does not have")
    value, at = _DECODERS[known.kind](data, at)
    words = known.name.replace("_", " ")
    if known.name in {"user_property", "subscription_identifier"}:
        found.setdefault(known.name, []).append(value)
    elif known.name in found:
        raise Violation(f"{packet} with its {words} twice")
    else:
        found[known.name] = value
    if isinstance(value, int) and (
        value < known.least or (known.most is not None and value > known.most)
    ):
        raise Violation(f"{packet} with {words} {value}")
    return at
