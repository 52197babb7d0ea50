"""How one mock makes its HTTP requests: what it keeps from one connection to the next.

Rule: what most targets do not ask for (compression, a signature, tokens) costs the others nothing.
"""

import gzip
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from simulator.errors import DefinitionError
from simulator.lot import HttpTarget
from simulator.protocols import http
from simulator.transports.oauth import Tokens
from simulator.transports.parcel import Identity, Parcel, shown

# Of 1 to 9, as zlib has them: level 6 makes a telling payload 2 % smaller for twice the time.
GZIP_LEVEL = 1


class Encode(Protocol):
    """Returns a whole request; raises DefinitionError or TargetError when there is none."""

    def __call__(
        self, method: str, path: bytes, body: bytes, headers: Mapping[str, str] | None
    ) -> bytes: ...


class Desk:
    """What one mock writes with. ``encode`` makes each of its requests."""

    __slots__ = ("_bare", "_identity", "_is_coded", "_request", "_signer", "_target", "_token",
                 "_tokens", "_wall", "base", "encode", "held_until", "since")  # fmt: skip

    def __init__(
        self,
        target: HttpTarget,
        identity: Identity,
        *,
        tokens: Tokens | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            tokens: Where the token comes from, when the target says ``oauth``.
            wall: Unix time, s.

        Raises:
            DefinitionError: a header, user name, token or key that HTTP cannot carry.
        """
        self._target = target
        self._tokens = tokens
        self._wall = wall
        self.base = target.path if identity.path is None else identity.path  # of every path
        self.held_until = 0.0  # s of the exchange's clock; the target asked to wait
        self.since: dict[Parcel, float] = {}  # s since when those waited that move to a new wire
        self.dress(identity)

    def dress(self, identity: Identity) -> None:
        """Take what the mock shows from its next connection on. Raises DefinitionError."""
        self._identity = identity
        self._token = shown(identity.token)
        if self._tokens and (self._token or identity.username):
            raise DefinitionError("target.oauth and another credential are given, keep one")
        fields = self._fields()
        self._is_coded = http.has_field(fields, "content-encoding")
        self._signer = self._make_signer(fields)
        self._compile()

    def _compile(self) -> None:
        self._bare: http.Request | None = None
        self._request = self._compiled("chunked" if self._target.chunked else "length")
        is_plain = not (self._signer or self._tokens or self._target.gzip)
        self.encode: Encode = self._request.encode if is_plain else self._elaborate

    def _compiled(self, framing: http.Framing) -> http.Request:
        return http.Request(
            self._target.authority,
            headers=self._fields(),
            username=self._identity.username,
            password=shown(self._identity.password),
            token=self._token,
            framing=framing,
        )

    def _fields(self) -> dict[str, str]:
        """The headers that all requests have, those of authentication left out."""
        target, own = self._target, self._identity.headers
        fields = dict(target.headers if own is None else own)
        kind = http.content_type(target.together) if target.together else ""
        if kind and not http.has_field(fields, "content-type"):
            fields["Content-Type"] = kind
        return fields

    def _make_signer(self, fields: Mapping[str, str]) -> http.Signer | None:
        target, identity = self._target, self._identity
        if target.signature is None:
            return None
        signer = http.Signer(
            target.signature,
            key=shown(identity.hmac_key),
            host=target.authority,
            identity=identity.id,
        )
        given = {name.lower() for name in fields}
        if identity.username or self._token or self._tokens:
            given.add("authorization")
        if doubles := sorted(given & signer.names):
            raise DefinitionError(f"header {doubles[0]} is given by the signature, leave it out")
        return signer

    def _elaborate(
        self, method: str, path: bytes, body: bytes, headers: Mapping[str, str] | None
    ) -> bytes:
        self._renew_token()
        lines = b""
        if self._target.gzip and not self._has_coding(headers):
            body, lines = gzip.compress(body, GZIP_LEVEL, mtime=0), b"Content-Encoding: gzip\r\n"
        lines += self._signature(method, path, body, headers)
        return self._request.encode(method, path, body, headers, lines)

    def encode_bare(self, method: str, path: bytes, headers: Mapping[str, str] | None) -> bytes:
        """Return a request without a body. Raises DefinitionError, TargetError."""
        self._renew_token()
        if self._bare is None:
            self._bare = self._compiled("none")
        return self._bare.encode(
            method, path, b"", headers, self._signature(method, path, b"", headers)
        )

    def doubt_token(self) -> None:
        """The target refused what authorises the mock."""
        if self._tokens:
            self._tokens.doubt(self._token)

    def _renew_token(self) -> None:
        if self._tokens and (token := self._tokens.shown()) != self._token:
            self._token = token
            self._compile()

    def _has_coding(self, headers: Mapping[str, str] | None) -> bool:
        return self._is_coded or bool(headers and http.has_field(headers, "content-encoding"))

    def _signature(
        self, method: str, path: bytes, body: bytes, headers: Mapping[str, str] | None
    ) -> bytes:
        if not self._signer:
            return b""
        for name in headers or ():
            if name.lower() in self._signer.names:
                raise DefinitionError(f"header {name} is given by the signature, leave it out")
        return self._signer.lines(method, path, body, now=self._wall())
