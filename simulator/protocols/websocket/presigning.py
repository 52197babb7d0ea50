"""Query parameters that sign the opening for AWS: Signature Version 4.

Rule: pure functions of keys and the time; no text of an error shows a key.

Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request"; AWS IoT
Core Developer Guide, "Device communication protocols", for what is behind the signature.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from simulator.errors import DefinitionError

ALGORITHM = "AWS4-HMAC-SHA256"
NO_PAYLOAD = hashlib.sha256(b"").hexdigest()
_UNRESERVED = "-._~"  # beside letters and digits: RFC 3986, section 2.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """With what, and for what, a request is signed. ``token`` is that of a session, or empty."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    region: str
    service: str
    expires: int  # s from its moment on that the signature is good for


def presigned(
    target: str, signing: Signing, *, host: str, now: float, payload: str = NO_PAYLOAD
) -> str:
    """Return a path with its query, and behind them what signs a GET of it.

    The token of a session is not signed and stands last, as AWS IoT Core wants it.

    Args:
        target: Path and query, percent-encoded.
        host: As in the header ``Host``, which is signed too.
        now: Unix time, s.
        payload: SHA-256 of the body in hexadecimal, or what the service takes in its place.
    """
    moment = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    scope = f"{moment[:8]}/{signing.region}/{signing.service}/aws4_request"
    path, _, query = target.partition("?")
    pairs = [*_pairs(query), *_parameters(signing, scope, moment)]
    told = _canonical(sorted(pairs))
    request = f"GET\n{path}\n{told}\nhost:{host.lower()}\n\nhost\n{payload}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _hmac(_key(signing, moment[:8]), f"{ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()
    token = f"&X-Amz-Security-Token={quote(signing.token, safe='')}" if signing.token else ""
    return f"{path}?{_canonical(pairs)}&X-Amz-Signature={signature}{token}"


def region_of(host: str) -> str:
    """Return the region in the name of an endpoint, ``a1b2-ats.iot.eu-west-1.amazonaws.com``.

    Raises:
        DefinitionError: It has none.
    """
    before, domain, _ = host.lower().partition(".amazonaws.com")
    labels = before.split(".")
    if not domain or len(labels) < 2 or labels[-1].count("-") < 2:
        raise DefinitionError(f"is needed: the host {host} does not name it")
    return labels[-1]


def _parameters(signing: Signing, scope: str, moment: str) -> list[tuple[str, str]]:
    return [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", _encoded(f"{signing.access_key}/{scope}")),
        ("X-Amz-Date", moment),
        ("X-Amz-Expires", str(signing.expires)),
        ("X-Amz-SignedHeaders", "host"),
    ]


def _pairs(query: str) -> list[tuple[str, str]]:
    """Return the names and values of a query, encoded as they are signed."""
    cut = (each.partition("=") for each in query.split("&") if each)
    return [(_encoded(unquote(name)), _encoded(unquote(value))) for name, _, value in cut]


def _canonical(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def _encoded(text: str) -> str:
    return quote(text, safe=_UNRESERVED)


def _key(signing: Signing, day: str) -> bytes:
    key = f"AWS4{signing.secret_key}".encode()
    for text in (day, signing.region, signing.service, "aws4_request"):
        key = _hmac(key, text)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
