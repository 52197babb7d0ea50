"""Headers that sign a request.

Rule: what is signed is what is sent, byte by byte; the key is in no text of an error.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error, unhexlify
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from simulator.errors import DefinitionError
from simulator.lot.signature import Signature, pieces
from simulator.protocols.http.fields import checked_name, checked_value

_STAMPS: dict[str, Callable[[float], str]] = {
    "unix": lambda now: str(int(now)),
    "unix_ms": lambda now: str(int(now * 1_000)),
    "iso": lambda now: f"{_utc(now):%Y-%m-%dT%H:%M:%SZ}",
    "iso_basic": lambda now: f"{_utc(now):%Y%m%dT%H%M%SZ}",
    "http": lambda now: format_datetime(_utc(now).replace(microsecond=0), usegmt=True),
}
_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "body_sha256": lambda body: hashlib.sha256(body).hexdigest().encode(),
    "body_sha256_base64": lambda body: b64encode(hashlib.sha256(body).digest()),
}


class Signer:
    """Signs the requests of one mock."""

    __slots__ = ("_algorithm", "_digests", "_fixed", "_is_hex", "_key", "_lines", "_sign", "_stamp",
                 "names")  # fmt: skip

    def __init__(self, signature: Signature, *, key: str, host: str, identity: str) -> None:
        """
        Args:
            key: As ``signature.key_encoding`` says.
            host: As in the header ``Host``.
            identity: The mock's id.

        Raises:
            DefinitionError: no key, or one of another encoding; a header that cannot be.
        """
        self._key = _key_bytes(key, signature.key_encoding)
        self._algorithm = signature.algorithm
        self._is_hex = signature.encoding == "hex"
        self._stamp = _STAMPS[signature.timestamp]
        said = {signature.header: signature.value, **signature.headers}
        self.names = frozenset(checked_name(name).lower() for name in said)
        if len(self.names) < len(signature.headers) + 1:
            raise DefinitionError("a header of the signature is given twice")
        for name, template in said.items():
            checked_value(name, "".join([*pieces(template)[::2], identity]).strip() or "-")
        self._lines = [
            (f"{name}: ".encode(), _compiled(template), b"\r\n") for name, template in said.items()
        ]
        self._sign = _compiled(signature.sign)
        used = {name for _, names, _ in self._lines for _, name in names} | {
            name for _, name in self._sign
        }
        self._digests = [(name, make) for name, make in _DIGESTS.items() if name in used]
        self._fixed = {"host": host.encode(), "id": identity.encode(), "": b""}

    def lines(self, method: str, path: bytes, body: bytes, *, now: float) -> bytes:
        """Return the headers of one request, each line with its end. ``now`` is Unix time, s."""
        values = {
            **self._fixed,
            "method": method.encode(),
            "path": path,
            "body": body,
            "timestamp": self._stamp(now).encode(),
        }
        for name, make in self._digests:
            values[name] = make(body)
        digest = hmac.digest(self._key, _filled(self._sign, values), self._algorithm)
        values["signature"] = digest.hex().encode() if self._is_hex else b64encode(digest)
        return b"".join(
            start + _filled(template, values) + end for start, template, end in self._lines
        )


def _compiled(template: str) -> list[tuple[bytes, str]]:
    """Texts, each with the name of the placeholder behind it; the last one's is empty."""
    split = [*pieces(template), ""]
    return [(split[at].encode(), split[at + 1]) for at in range(0, len(split), 2)]


def _filled(template: list[tuple[bytes, str]], values: Mapping[str, bytes]) -> bytes:
    return b"".join(text + values[name] for text, name in template)


def _key_bytes(key: str, encoding: str) -> bytes:
    if not key:
        raise DefinitionError("a signature needs its key, hmac_key in the credentials")
    try:
        if encoding == "text":
            return key.encode()
        return b64decode(key, validate=True) if encoding == "base64" else unhexlify(key)
    except (Error, ValueError):
        raise DefinitionError(f"hmac_key must be {encoding}, got something else") from None


def _utc(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)
