"""The packets that a client writes, besides PUBLISH, which its session writes itself.

Rule: one function a packet, with its section; the dialect says what a version has.
"""

from collections.abc import Sequence

from simulator.errors import DefinitionError
from simulator.lot import Parting, Will
from simulator.protocols.mqtt import packets, properties
from simulator.protocols.mqtt.dialect import Dialect
from simulator.protocols.mqtt.fields import (
    encode_binary,
    encode_filter,
    encode_remaining_length,
    encode_string,
    encode_topic,
)
from simulator.protocols.mqtt.opening import Opening

_USERNAME, _PASSWORD, _WILL, _CLEAN = 0x80, 0x40, 0x04, 0x02  # flags (section 3.1.2.3)


def encode_connect(opening: Opening, *, client_id: str, dialect: Dialect, is_clean: bool) -> bytes:
    """Return the CONNECT of ``opening`` (section 3.1); an empty user name sends none.

    Raises:
        DefinitionError: a text is too long or no MQTT string, or 3.1.1 has no such CONNECT: a
            password without a user name ([MQTT-3.1.2-22]), or a session that is to last without
            a client identifier ([MQTT-3.1.3-7]).
    """
    dialect.check(opening)
    flags = _CLEAN if is_clean else 0
    fields = [encode_string(client_id, "client id")]
    if will := opening.will:
        flags |= _WILL | will.qos << 3 | will.retain << 5
        fields += _will_fields(will, dialect)
    if opening.username:
        flags |= _USERNAME
        fields.append(encode_string(opening.username, "user name"))
    if opening.password:
        flags |= _PASSWORD
        fields.append(encode_binary(_bytes(opening.password), "password"))
    head = b"\0\4MQTT" + bytes((dialect.level, flags)) + opening.keep_alive.to_bytes(2)
    body = head + dialect.block(_properties(opening)) + b"".join(fields)
    return _packet(packets.CONNECT, body)


def encode_subscribe(
    packet_id: int, filters: Sequence[str], *, qos: int, dialect: Dialect
) -> bytes:
    """Return a SUBSCRIBE for at least one filter, each at ``qos`` (section 3.8).

    Raises:
        DefinitionError: no filter, or one that is not valid (section 4.7).
    """
    options = bytes((qos,))  # MQTT 5 has more of them, and we want what 3.1.1 does: zeroes
    return _listing(packets.SUBSCRIBE, packet_id, filters, options, dialect)


def encode_unsubscribe(packet_id: int, filters: Sequence[str], *, dialect: Dialect) -> bytes:
    """Return an UNSUBSCRIBE for at least one filter (section 3.10).

    Raises:
        DefinitionError: no filter, or one that is not valid (section 4.7).
    """
    return _listing(packets.UNSUBSCRIBE, packet_id, filters, b"", dialect)


def encode_ack(head: int, packet_id: int, code: bytes = b"") -> bytes:
    """Return a PUBACK, PUBREC, PUBREL or PUBCOMP (sections 3.4 to 3.7); no code says success."""
    return bytes((head, 2 + len(code))) + packet_id.to_bytes(2) + code


def _listing(
    head: int, packet_id: int, filters: Sequence[str], options: bytes, dialect: Dialect
) -> bytes:
    if not filters:
        raise DefinitionError("a subscription needs at least one topic filter")
    body = b"".join(encode_filter(text) + options for text in filters)
    return _packet(head, packet_id.to_bytes(2) + dialect.block(b"") + body)


def _packet(head: int, body: bytes) -> bytes:
    return bytes((head,)) + encode_remaining_length(len(body)) + body


def _properties(opening: Opening) -> bytes:
    """Return the properties of CONNECT; what is the default is not said."""
    return properties.encode(
        session_expiry=opening.session_expiry or None,
        receive_maximum=opening.receive_maximum,
        maximum_packet_size=opening.maximum_packet_size,
        topic_alias_maximum=opening.topic_aliases or None,
        user_property=opening.user_properties,
    )


def _will_fields(will: Will | Parting, dialect: Dialect) -> list[bytes]:
    """Return the will as CONNECT has it: properties, topic, payload (section 3.1.3)."""
    said = b""
    if isinstance(will, Will):
        said = properties.encode(
            will_delay=will.delay or None,
            payload_format=1 if will.payload_format else None,
            message_expiry=will.message_expiry,
            content_type=will.content_type or None,
            response_topic=will.response_topic or None,
            correlation=will.correlation.encode() or None,
            user_property=will.properties.items(),
        )
    payload = will.payload if isinstance(will.payload, bytes) else _bytes(will.payload)
    topic = encode_topic(will.topic, "will topic")
    return [dialect.block(said), topic, encode_binary(payload, "will")]


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise DefinitionError("password or will has a character that UTF-8 cannot carry") from None
