"""Requests of ours to web servers that people name: the connection, its signature, what went wrong.

Rule: an address is held against what is allowed each time that a connection is made; nobody follows
a redirect. Source: RFC 9110; the signature is described in docs/drains.md.
"""

import hmac
import http.client
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

from web.platform.deadlines import within
from web.platform.destinations import PORTS, Address, connect
from web.platform.hosts import AddressError

CONNECT_WITHIN = 5.0  # s, for each address of the name
# What went wrong on the way, the first that fits.
WORDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "{place} did not answer in time."),
    (ssl.SSLError, "{place} does not speak TLS as we do."),
    (socket.gaierror, "There is no host of the name in {place}."),
    (ConnectionRefusedError, "{place} refuses connections."),
    (ConnectionError, "{place} ended the connection."),
    (http.client.HTTPException, "{place} did not answer as a web server does."),
)


class Connection(http.client.HTTPConnection):
    """A connection whose address is held against what is allowed each time it is made."""

    def __init__(
        self, address: Address, *, within: float, authorities: str = "", name: str = ""
    ) -> None:
        """
        Args:
            address: Of the server; its path is of no account here.
            within: s of each wait for it.
            authorities: PEM of those whose certificates are trusted; empty: the usual ones.
            name: That its certificate has to have; empty: the host.
        """
        super().__init__(address.host, address.port)
        self.default_port = PORTS[address.scheme]  # which the header Host leaves out
        self.address = address
        self.authorities = authorities
        self.name = name or address.host
        self.within = within
        self.is_cut = False

    def connect(self) -> None:
        raw = connect(self.address.host, self.address.port, timeout=within(CONNECT_WITHIN))
        raw.settimeout(within(self.within))
        if self.address.is_encrypted:
            context = ssl.create_default_context(cadata=self.authorities or None)
            raw = context.wrap_socket(raw, server_hostname=self.name)
        self.sock = raw

    def cut(self) -> None:
        """End what waits on the socket, from another thread."""
        self.is_cut = True
        sock = self.sock  # which the other thread may take away meanwhile
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


def signature(secret: str, body: bytes, *, at: datetime) -> str:
    """Return ``t=1700000000,v1=…``: HMAC-SHA-256 in hex over the time, a full stop and the body."""
    moment = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={signed}"


def waiting(text: str | None, *, now: datetime) -> float | None:
    """Return the s of a Retry-After: a number, or a date; None where it says nothing (RFC 9110)."""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def named(status: int) -> str:
    """Return ``429 Too Many Requests``."""
    return f"{status} {http.client.responses.get(status, '')}".strip()


def words_of(error: Exception, address: Address) -> str:
    """Return a sentence for what went wrong on the way to ``address``."""
    if isinstance(error, AddressError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {address.host} is not to be trusted: {error.verify_message}."
    place = f"{address.host}:{address.port}"
    for kind, words in WORDS:
        if isinstance(error, kind):
            return words.format(place=place)
    return f"{place} cannot be reached."
