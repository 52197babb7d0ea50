"""What MQTT 5 says beside a payload: the properties of a parcel's PUBLISH.

Rule: what most parcels do not have costs nothing.
"""

from simulator.lot import MqttTarget
from simulator.protocols import mqtt
from simulator.transports.parcel import Parcel


def said(parcel: Parcel, target: MqttTarget) -> bytes:
    """Return the properties of a PUBLISH, without their length, if it may have some.

    The content type is that of the parcel's headers; of these no other is MQTT's. Payloads are said
    to be UTF-8 when the target asks for it and they are.

    Raises:
        DefinitionError: a text is too long, or is none that MQTT can carry.
    """
    headers, own = parcel.headers, parcel.properties
    return mqtt.encode_properties(
        payload_format=1 if target.payload_format and _is_text(parcel.payload) else None,
        message_expiry=target.message_expiry,
        content_type=headers.get("Content-Type") if headers else None,
        response_topic=parcel.response_topic or None,
        correlation=parcel.correlation.encode() if parcel.correlation else None,
        user_property=own.items() if own else (),
    )


def says_always(target: MqttTarget) -> bool:
    """Whether every message has properties."""
    return target.payload_format or target.message_expiry is not None


def _is_text(payload: bytes) -> bool:
    if payload.isascii():
        return True
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
