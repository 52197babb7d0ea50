"""The request of one mock, compiled once: only path, length and body differ between messages.

Rule: what it is compiled of was checked; nothing that is written later can split a line.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from simulator.errors import DefinitionError
from simulator.protocols.http import fields as headers_of

CHUNK = 16_384  # bytes of a chunk at most; as many as a record of TLS takes

Framing: TypeAlias = Literal["length", "chunked", "none"]
_ENDS: dict[Framing, str] = {
    "length": "Content-Length: ",
    "chunked": "Transfer-Encoding: chunked",
    "none": "",
}


class Request:
    """What every request of one mock has in common."""

    __slots__ = ("_extra", "_fields", "_framing", "_head", "_merged", "_method", "_path", "_start")

    def __init__(
        self,
        host: str,
        *,
        headers: Mapping[str, str],
        username: str = "",
        password: str = "",
        token: str = "",
        framing: Framing = "length",
    ) -> None:
        """
        Args:
            host: Host and port as in a URL; the port left out when it is the scheme's own.
            headers: Any but those that say where a message ends.
            username: With ``password`` for basic authentication; ``token`` is a bearer's.
            framing: How a body ends; "none": there are no bodies, and no headers of theirs.

        Raises:
            DefinitionError: a name or value that no header can carry; the text has no secret.
        """
        fields = {"Host": host, "User-Agent": "mocklot", "Content-Type": "application/json"}
        for name, value in headers.items():
            headers_of.set_field(fields, name, value)
        authorization = headers_of.authorization(username, password, token)
        if authorization:
            if headers_of.has_field(headers, "authorization"):
                raise DefinitionError("header Authorization and credentials are given, keep one")
            fields["Authorization"] = authorization
        self._framing: Framing = framing
        self._fields = fields
        self._head = self._compiled(fields)
        self._extra: Mapping[str, str] = {}
        self._merged = b""
        self._method = ""  # of the request before, as its path and what both begin with
        self._path = b""
        self._start = b""

    def encode(
        self,
        method: str,
        path: bytes,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        lines: bytes = b"",
    ) -> bytes:
        """Return one whole request. ``path`` comes from ``target_path``; 0.2 µs for the method and
        path of the request before, 0.4 µs for others.

        ``headers`` are this request's own and go over those that all have in common; the same ones
        as of the request before cost 0.1 µs more, others 4 µs. ``lines`` are headers as they are
        written, each with its end; whoever gives them has checked them.

        Raises:
            DefinitionError: a header that cannot be, or ``Authorization`` beside credentials.
        """
        if not headers and not lines and self._framing == "length":
            if path is not self._path or method is not self._method:
                self._method, self._path = method, path
                self._start = b"%b %b%b" % (method.encode(), path, self._head)
            return b"%b%d\r\n\r\n%b" % (self._start, len(body), body)
        head = self._head if not headers else self._with(headers)
        if self._framing == "length":
            start = (method.encode(), path, head, len(body), lines, body)
            return b"%b %b%b%d\r\n%b\r\n%b" % start
        if self._framing == "chunked":
            return b"%b %b%b\r\n%b\r\n%b" % (method.encode(), path, head, lines, chunks(body))
        return b"%b %b%b%b\r\n" % (method.encode(), path, head, lines)

    def _with(self, headers: Mapping[str, str]) -> bytes:
        if headers != self._extra:
            fields = dict(self._fields)
            for name, value in headers.items():
                if name.lower() == "authorization" and "Authorization" in fields:
                    text = "header Authorization is given by the target, leave it out"
                    raise DefinitionError(text)
                headers_of.set_field(fields, name, value)
            self._extra, self._merged = dict(headers), self._compiled(fields)
        return self._merged

    def _compiled(self, fields: Mapping[str, str]) -> bytes:
        """Return the lines of a request between its path and the length of its body."""
        kept = [
            (name, value)
            for name, value in fields.items()
            if self._framing != "none" or not name.lower().startswith("content-")
        ]
        return (" HTTP/1.1\r\n" + headers_of.lines(kept) + _ENDS[self._framing]).encode()


def chunks(body: bytes) -> bytes:
    """Return a body in chunks, the last and empty one included (RFC 9112, section 7.1)."""
    pieces = (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
