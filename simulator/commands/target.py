"""A target as a URL: ``mqtts://user:password@broker.example:8883``, ``https://host/prefix``.

Rule: what a URL can say and the protocol cannot is refused, never left out in silence.
"""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import ValidationError

from simulator.definition.refusals import text_of
from simulator.errors import DefinitionError
from simulator.lot import MAX_TEXT, Credentials, Target, Tls, target_of

# Scheme -> protocol, whether it is over TLS, port; 0: it has none of its own, the URL says one.
# Source: IANA's registry of port numbers.
SCHEMES = {
    "mqtt": ("mqtt", False, 1883),
    "mqtts": ("mqtt", True, 8883),
    "mqtt+ws": ("mqtt", False, 80),
    "mqtt+wss": ("mqtt", True, 443),
    "http": ("http", False, 80),
    "https": ("http", True, 443),
    "coap": ("coap", False, 5683),
    "ws": ("websocket", False, 80),
    "wss": ("websocket", True, 443),
    "tcp": ("tcp", False, 0),
    "tcps": ("tcp", True, 0),
    "udp": ("udp", False, 0),
    "kafka": ("kafka", False, 9092),
    "kafkas": ("kafka", True, 9093),
    "amqp": ("amqp", False, 5672),
    "amqps": ("amqp", True, 5671),
    "nats": ("nats", False, 4222),
    "nats+tls": ("nats", True, 4222),
    "kinesis": ("kinesis", True, 443),
}

PATHLESS = {  # protocols, and how people write them
    "mqtt": "MQTT", "tcp": "TCP", "udp": "UDP",
    "kafka": "Kafka", "nats": "NATS", "kinesis": "Kinesis",
}  # fmt: skip
WITH_QUERY = {"coap", "websocket"}
INSIDE_WEBSOCKET = {"mqtt+ws", "mqtt+wss"}  # schemes of MQTT whose packets go in frames


def read_target(url: str, *, ca: str = "", verify: bool = True) -> tuple[Target, Credentials]:
    """Return the target and its secrets that ``url`` names.

    Args:
        url: User name and password are percent-decoded; the path is the prefix of HTTP paths.
        ca: The only authorities to trust, as PEM text; empty: the system's.
        verify: Whether the far side must prove who it is.

    Raises:
        DefinitionError: The URL cannot be a target. Its text never shows the password.
    """
    parts, port = _split(url)
    protocol, is_tls, default_port = _scheme(parts)
    if not is_tls and (ca or not verify):
        raise DefinitionError(f"target: {parts.scheme}:// has no TLS, --ca and --insecure are none")
    if port is None and not default_port:
        raise DefinitionError(f"target: {parts.scheme}:// needs a port, {parts.scheme}://host:7000")
    secrets = _credentials(parts)
    try:
        target = target_of(
            {
                "protocol": protocol,
                "host": parts.hostname or "",
                "port": default_port if port is None else port,
                "tls": Tls(ca=ca, verify=verify) if is_tls else None,
                # A user name of Kafka has no use before it is said how it is shown.
                **({"sasl": "plain"} if protocol == "kafka" and secrets.username else {}),
                **_path(parts, protocol),
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise DefinitionError(f"target: {first['loc'][-1]}: {text_of(first)}") from None
    return target, secrets


def _scheme(parts: SplitResult) -> tuple[str, bool, int]:
    """Return the protocol that a URL's scheme says, whether it is over TLS, and its port."""
    if parts.scheme == "coaps":
        raise DefinitionError("target: CoAP is spoken without DTLS, write coap://")
    if parts.scheme not in SCHEMES:
        allowed = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise DefinitionError(f"target: must begin with {allowed}, got {parts.scheme!r}")
    return SCHEMES[parts.scheme]


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Return a URL's parts, and the port that it names.

    Raises:
        DefinitionError: It is none. The text shows nothing of it: what stands there for a port may
            be a password whose @ and host are missing.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise DefinitionError("target: not a URL, write mqtt://user:password@host:1883") from None
    try:
        return parts, parts.port
    except ValueError:
        text = "target: not a URL, a port is from 1 to 65,535: mqtt://user:password@host:1883"
        raise DefinitionError(text) from None


def _credentials(parts: SplitResult) -> Credentials:
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if len(username) > MAX_TEXT:
        raise DefinitionError(f"target: a user name has at most {MAX_TEXT:,} characters")
    return Credentials(username=username, password=password)


def _path(parts: SplitResult, protocol: str) -> dict[str, Any]:
    """Return the words of a target that the path says; the query belongs to it."""
    is_inside = parts.scheme in INSIDE_WEBSOCKET
    if parts.fragment or (parts.query and not (protocol in WITH_QUERY or is_inside)):
        raise DefinitionError("target: takes neither ?query nor #fragment")
    path = parts.path.rstrip("/")
    if path and protocol in PATHLESS and not is_inside:
        raise DefinitionError(f"target: {PATHLESS[protocol]} has no path, got {path}")
    if protocol == "websocket":
        path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    if any(character.isspace() or not character.isprintable() for character in path):
        raise DefinitionError(f"target: a path has no blanks, write %20 for one, got {path!r}")
    if protocol == "amqp":
        return {"virtual_host": unquote(path[1:])} if path else {}
    if is_inside:
        return {"websocket": {"path": path} if path else {}}
    return {} if protocol in PATHLESS else {"path": path}
