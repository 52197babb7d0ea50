"""An address that somebody pastes, ``mqtts://user:secret@broker:8883/path``, as a form's values.

Rule: what the address does not say is not in the result, so that the form's own defaults stay.
"""

import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from web.targets.protocols import PROTOCOLS

SCHEMES = {  # what people paste -> protocol, TLS
    "mqtt": ("mqtt", False),
    "tcp": ("mqtt", False),
    "mqtts": ("mqtt", True),
    "ssl": ("mqtt", True),
    "tls": ("mqtt", True),
    "http": ("http", False),
    "https": ("http", True),
}
LONGEST = 2_000  # characters; no broker's address is longer
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9.])?")


class AddressError(ValueError):
    """The pasted text is no address of a target; the text is a sentence for its author."""


def form_values(text: str) -> dict[str, Any]:
    """Return the form's fields that the address in ``text`` names.

    Returns:
        ``protocol``, ``host``, ``port`` and ``has_tls`` always; ``username``, ``password`` and
        ``path`` where they are there.

    Raises:
        AddressError: It has no known scheme, no host, or no port from 1 to 65535.
    """
    parts = _split(text.strip())
    protocol, has_tls = SCHEMES[parts.scheme.lower()]
    values: dict[str, Any] = {
        "protocol": protocol,
        "has_tls": has_tls,
        "host": host_of(parts.hostname or ""),
        "port": _port(parts) or PROTOCOLS[protocol].usual_port(has_tls=has_tls),
    }
    path = parts.path.rstrip("/") if protocol == "http" else ""
    said = {
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "path": path + (f"?{parts.query}" if path and parts.query else ""),
    }
    return values | {name: value for name, value in said.items() if value}


def host_of(text: str) -> str:
    """Return a host's name or address without blanks and brackets.

    Raises:
        AddressError: It holds what no host does, as a scheme, a port or a path.
    """
    host = text.strip().removeprefix("[").removesuffix("]")
    if not host:
        raise AddressError("The address has no host. Write it as mqtts://broker.example:8883.")
    if "://" in host or "/" in host:
        raise AddressError(
            "Only the host belongs here, as in broker.example. "
            "Paste a whole address into the field at the top."
        )
    if not NAME.fullmatch(host) and not _is_ip_address(host):
        raise AddressError(f"“{host[:60]}” is neither a host name nor an IP address.")
    return host


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


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
