"""TLS towards one target: contexts that mocks share, certificates of their own, sessions resumed.

Rule: a context is made once for all that show the same certificate; a session belongs to one mock
and is never another one's.
"""

import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from simulator.errors import DefinitionError, Problem, Unreachable
from simulator.lot import Tls

# Contexts of certificates that are kept for mocks that come back. Those of connections that stand
# live on as long as they do: 25 kB each.
MAX_CONTEXTS = 1_000

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Resumption:
    """The TLS session of one mock, from its last connection to its next.

    Python has no callback for a session ticket, and one of TLS 1.3 comes only with the first bytes
    that are read. So the connection itself is kept while it stands, and asked when it is over.
    """

    __slots__ = ("_connection", "_context", "_session")

    def __init__(self) -> None:
        self._connection: ssl.SSLObject | None = None
        self._session: ssl.SSLSession | None = None
        self._context: ssl.SSLContext | None = None  # that the session belongs to

    def begin(self, connection: ssl.SSLObject) -> None:
        """A connection is being made."""
        self._connection = connection

    def end(self) -> None:
        """The connection is over: keep its session, and let go of its buffers."""
        connection, self._connection = self._connection, None
        if connection is None or connection.version() is None:  # its handshake never ended
            return
        session = connection.session
        if session and session.has_ticket:
            self._session, self._context = session, connection.context

    def session_for(self, context: ssl.SSLContext) -> ssl.SSLSession | None:
        """The session to go on with; None: there is none, or the mock shows another certificate."""
        self.end()
        return self._session if self._context is context else None


# Whose session the connection resumes that is being made. Neither asyncio nor uvloop takes one,
# but both call ``wrap_bio`` in the context of the task that makes the connection.
resuming: ContextVar[Resumption | None] = ContextVar("resuming", default=None)


class Context(ssl.SSLContext):
    """A context that resumes the session of the mock whose connection it is."""

    def wrap_bio(  # type: ignore[override]
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | None = None,
    ) -> ssl.SSLObject:
        resumption = resuming.get()
        session = resumption.session_for(self) if resumption else None
        made = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if resumption:
            resumption.begin(made)
        return made


class Contexts:
    """The contexts of one target: its own, and one for each certificate that a mock shows."""

    def __init__(self, tls: Tls) -> None:
        """Raises DefinitionError when the target's own authorities are not PEM certificates."""
        self.most = MAX_CONTEXTS
        self._tls = tls
        self._own = make_context(tls)
        self._kept: OrderedDict[tuple[str, str], Context] = OrderedDict()

    def context(self, certificate: str = "", key: str = "") -> Context:
        """Return the context for a mock with that certificate and key, in PEM; empty: with none.

        Raises:
            Unreachable: they are no certificate and key, or not those of each other.
        """
        if not certificate:
            return self._own
        kept = self._kept.get((certificate, key))
        if kept is None:
            kept = make_context(self._tls, is_one_of_many=True)
            show_certificate(kept, certificate, key)
            self._kept[certificate, key] = kept
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        self._kept.move_to_end((certificate, key))
        return kept


def make_context(tls: Tls, *, is_one_of_many: bool = False) -> Context:
    """Return the client's side of ``tls``: at least TLS 1.2, verified unless told not to.

    Raises:
        DefinitionError: ``tls.ca`` has no PEM certificate.
    """
    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if tls.ca:
            context.load_verify_locations(cadata=tls.ca)
        elif is_one_of_many and (folder := _hashed_authorities()):
            context.load_verify_locations(capath=folder)
        else:
            context.load_default_certs()
    except (ssl.SSLError, ValueError):
        problem = Problem("target.tls.ca", "must be certificates in PEM, got something else")
        raise DefinitionError(problem) from None
    context.minimum_version = _VERSIONS[tls.minimum_version]
    if tls.alpn:
        context.set_alpn_protocols(tls.alpn)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@cache
def _hashed_authorities() -> str:
    """The folder in which OpenSSL finds one authority by its name's hash; empty: there is none.

    All authorities of a system in memory are 830 kB and 50 ms for each context.
    """
    folder = ssl.get_default_verify_paths().capath or ""
    is_hashed = folder and any(Path(folder).glob("[0-9a-f]" * 8 + ".0"))
    return folder if is_hashed else ""


def show_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Have the context show a certificate, with the chain that may follow it.

    Raises:
        Unreachable: PEM texts that are no certificate and key, or not those of each other.
    """
    with _file_of(f"{certificate}\n{key}\n") as path:
        try:
            # OpenSSL would ask a terminal for the password of an encrypted key.
            context.load_cert_chain(path, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise Unreachable(_pair_reason(error)) from None


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _pair_reason(error: Any) -> str:
    if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
        return "TLS: the mock's key is not the one of its certificate"
    if isinstance(error, ValueError) and "encrypted" in str(error):
        return "TLS: the mock's key is encrypted"
    return "TLS: the mock's certificate or key is not PEM"


@contextmanager
def _file_of(text: str) -> Iterator[str]:
    """A file with that text, which OpenSSL asks for; where there is one, only in memory."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("pem")
        try:
            os.write(file, text.encode())
            yield f"/proc/self/fd/{file}"
        finally:
            os.close(file)
        return
    with tempfile.TemporaryDirectory() as folder:  # nobody else may look into it
        path = Path(folder) / "pem"
        path.write_text(text)
        yield str(path)
