"""An address that somebody pastes, ``mqtts://user:secret@broker:8883/path``, as a form's values.

Rule: what the address does not say is not in the result, so that the form's own defaults stay.
"""

import json
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from web.platform.hosts import AddressError, host_of
from web.targets.protocols import PROTOCOLS

SCHEMES = {  # what people paste -> protocol, TLS
    "mqtt": ("mqtt", False),
    "mqtts": ("mqtt", True),
    "ssl": ("mqtt", True),  # as clients of MQTT write it
    "mqtt+ws": ("mqtt", False),
    "mqtt+wss": ("mqtt", True),
    "http": ("http", False),
    "https": ("http", True),
    "ws": ("websocket", False),
    "wss": ("websocket", True),
    "coap": ("coap", False),
    "tcp": ("tcp", False),
    "tcps": ("tcp", True),
    "udp": ("udp", False),
    "kafka": ("kafka", False),
    "kafkas": ("kafka", True),
    "amqp": ("amqp", False),
    "amqps": ("amqp", True),
    "nats": ("nats", False),
    "nats+tls": ("nats", True),
    "kinesis": ("kinesis", True),
}
MQTT_PORT = 1883  # tcp:// with it is a broker, as clients of MQTT write it
LONGEST = 2_000  # characters; no broker's address is longer


def form_values(text: str) -> dict[str, Any]:
    """Return the form's fields that the address in ``text`` names.

    Returns:
        ``protocol``, ``host``, ``port`` and ``has_tls`` always; ``username``, ``password`` and
        ``path`` or ``options`` where the address has a path.

    Raises:
        AddressError: It has no known scheme, no host, or no port from 1 to 65535.
    """
    parts = _split(text.strip())
    scheme = parts.scheme.lower()
    protocol, has_tls = SCHEMES["mqtt" if scheme == "tcp" and _port(parts) == MQTT_PORT else scheme]
    values: dict[str, Any] = {
        "protocol": protocol,
        "has_tls": has_tls,
        "host": host_of(parts.hostname or ""),
        "port": _port(parts) or usual_port(scheme, protocol, has_tls=has_tls),
    }
    said = {
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        **_path(parts, scheme, protocol),
    }
    return values | {name: value for name, value in said.items() if value}


def scheme_of(protocol: str, *, has_tls: bool, is_inside_websocket: bool = False) -> str:
    """Return the scheme that people write before a host."""
    if is_inside_websocket and protocol == "mqtt":
        return "mqtt+wss" if has_tls else "mqtt+ws"
    meant = (scheme for scheme, means in SCHEMES.items() if means == (protocol, has_tls))
    return next(meant, protocol)


def usual_port(scheme: str, protocol: str, *, has_tls: bool) -> int | None:
    """Return the port that an address means which names none; of WebSocket, that of HTTP."""
    word = "websocket" if scheme.startswith("mqtt+") else protocol
    return PROTOCOLS[word].usual_port(has_tls=has_tls)


def _path(parts: SplitResult, scheme: str, protocol: str) -> dict[str, Any]:
    """Return the field that the address's path belongs into; none where it says nothing."""
    path = parts.path.rstrip("/")
    path += f"?{parts.query}" if path and parts.query else ""
    if protocol == "http":
        return {"path": path}
    if scheme in ("mqtt+ws", "mqtt+wss"):
        return {"has_websocket": True, "websocket_path": path}
    if protocol in ("websocket", "coap") and path:
        return {"options": f"path: {json.dumps(path)}\n"}
    if protocol == "amqp" and path:  # amqp://host/lab names the virtual host "lab"
        return {"options": f"virtual_host: {json.dumps(unquote(path[1:]))}\n"}
    return {}


def _split(text: str) -> SplitResult:
    if len(text) > LONGEST:
        raise AddressError(f"The address is longer than {LONGEST} characters.")
    known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise AddressError(f"This is no address: {error}.") from error
    if parts.scheme.lower() not in SCHEMES or not parts.netloc:
        raise AddressError(f"The address must begin with one of {known}.")
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressError("The port must be a number from 1 to 65535.") from error
    if port == 0:
        raise AddressError("The port must be a number from 1 to 65535.")
    return port
