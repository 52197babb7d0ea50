"""Where a broker sends a mock, and whether the mock goes there.

Rule: only where the target says so, a few hops in a row, over the same kind of road.
"""

from urllib.parse import urlsplit

from simulator.lot import MqttTarget
from simulator.protocols import mqtt
from simulator.transports.line import Line

_NO_PLACE = "it is no host and port"
MAX_HOPS = 3  # one after the other without a connection between; more is a ring


def follow(line: Line, redirected: mqtt.Redirected, target: MqttTarget) -> str:
    """Have the line's next connection go where the broker says; return why it does not.

    A reference is ``host``, ``host:port``, ``[::1]:1883`` or a list of these, of which the first is
    taken (MQTT 5, section 4.11); a scheme before it must be the target's own.
    """
    if line.hops >= MAX_HOPS:
        return f", not followed: {MAX_HOPS} redirects in a row"
    words = redirected.reference.split()
    if not words:
        return ", not followed: it names no server"
    try:
        place = _place(words[0], target)
    except ValueError as error:
        return f", not followed: {error}"
    line.detour = place
    line.hops += 1
    line.is_moved = redirected.is_for_good
    return ""


def _place(word: str, target: MqttTarget) -> tuple[str, int]:
    """
    Raises:
        ValueError: it has another scheme, or is no address.
    """
    scheme, found, rest = word.partition("://")
    if found and scheme.lower() != scheme_of(target):
        raise ValueError(f"it is not {scheme_of(target)}://")
    try:
        parts = urlsplit(f"//{rest if found else word}")
        port = parts.port
    except ValueError:  # whose text quotes what the broker said, however long it is
        raise ValueError(_NO_PLACE) from None
    is_more = parts.path.rstrip("/") or parts.query or parts.username is not None
    if not parts.hostname or not parts.hostname.isprintable() or is_more:
        raise ValueError(_NO_PLACE)
    return parts.hostname, port or target.port


def scheme_of(target: MqttTarget) -> str:
    """Return the word of a target's road: ``mqtt``, ``mqtts``, ``ws`` or ``wss``."""
    plain = "ws" if target.websocket else "mqtt"
    return f"{plain}s" if target.tls else plain
