"""How a mock presents itself to an MQTT broker.

Rule: asked before each connection, for password and will may be other ones each time.
"""

from simulator.lot import MqttTarget
from simulator.protocols import mqtt
from simulator.transports.line import Line
from simulator.transports.parcel import shown


def opening_of(line: Line, target: MqttTarget) -> mqtt.Opening:
    """Return what the mock of a line says of itself now."""
    identity = line.identity
    own = identity.will() if callable(identity.will) else identity.will
    # What signs the opening of WebSocket is not said again inside.
    is_signed = target.websocket is not None and target.websocket.sigv4 is not None
    return mqtt.Opening(
        client_id=identity.client_id,
        username="" if is_signed else identity.username,
        password="" if is_signed else shown(identity.password),
        will=own or target.will,
        keep_alive=target.keep_alive,
        clean_start=target.clean_start,
        subscribe_qos=target.subscribe_qos,
        session_expiry=target.session_expiry,
        receive_maximum=target.receive_maximum,
        maximum_packet_size=target.maximum_packet_size,
        topic_aliases=target.topic_aliases,
        user_properties=tuple(target.user_properties.items()),
    )
