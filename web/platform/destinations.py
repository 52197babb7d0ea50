"""Which addresses of web servers that people name we may send to; the one place that decides it.

Rule: an address is checked when it is saved and again at each connection, by what its name leads
to then; nobody follows a redirect. A refusal is a sentence for its author.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import simulator
from web.platform import reach
from web.platform.hosts import AddressError, host_of

LONGEST = 2_000  # characters
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a web server, in its parts."""

    scheme: str  # http or https
    host: str  # without brackets
    port: int
    path: str  # with its query; at least "/"

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def address_of(text: str) -> Address:
    """Return the parts of ``https://host:port/path``.

    Raises:
        AddressError: It is no such address, or one that nothing may be sent to.
    """
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable() or " " in text:
        raise AddressError(f"An address has at most {LONGEST} characters and no blanks.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"This is no address: {error}.") from error
    if parts.scheme not in PORTS:
        raise AddressError("The address begins with https:// or http://.")
    if parts.username or parts.password:
        raise AddressError("Leave user and password out of the address; there is a field for them.")
    if port == 0:
        raise AddressError("A port is from 1 to 65535.")
    host = host_of(parts.hostname or "")
    if why := reach.reach().trouble(host):
        raise AddressError(why)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, port or PORTS[parts.scheme], path)


def connect(host: str, port: int, *, timeout: float) -> socket.socket:
    """Return a connection to the first of a name's addresses that answers.

    Args:
        host: A name or an address without brackets.
        port: 1 to 65535.
        timeout: s for each of its addresses, and for each wait on the socket afterwards.

    Raises:
        AddressError: The name leads to where nothing may be sent.
        OSError: None of them answers, or there is no such name.
    """
    with _told(host):
        return reach.gate().connect(host, port, timeout=timeout)


def resolved(host: str, port: int) -> list[str]:
    """Return what a name leads to now, each allowed.

    Raises:
        AddressError: One of them is not allowed.
        OSError: There is no such name.
    """
    with _told(host):
        return reach.gate().resolved(host, port)


def hold(address: Address) -> None:
    """Refuse an address that is about to be saved by what its name stands for now.

    Raises:
        AddressError: Nothing may be sent there.
    """
    if why := reach.trouble(address.host, address.port):
        raise AddressError(why)


@contextmanager
def _told(host: str) -> Iterator[None]:
    """Turn the gate's refusal into a sentence."""
    try:
        yield
    except simulator.Forbidden as error:
        raise AddressError(reach.refusal(host, error)) from error
