"""What a token endpoint of OAuth 2.0 is asked, and what it answers.

Rule: neither secret nor token is in a text of an error. Source: RFC 6749, sections 2.3.1, 4.4, 5.
"""

import json
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from simulator.errors import DefinitionError, ProtocolViolation, Refused
from simulator.lot.oauth import OAuth
from simulator.protocols.http.fields import authorization
from simulator.protocols.http.path import encoded_path
from simulator.protocols.http.request import Request
from simulator.protocols.http.response import Answer

MAX_GRANT = 65_536  # bytes of an answer; tokens of some services have 10 kB
MAX_WORDS = 100  # characters of an error's code in a reason
MAX_LIFE = 86_400.0  # s; one that lasts longer is renewed daily
USUAL_LIFE = 3_600.0  # s, where the answer does not say (section 5.1)


class Grant(NamedTuple):
    """A token, and for how many seconds it is good."""

    token: str
    life: float


def token_request(oauth: OAuth, secret: str) -> bytes:
    """Return the whole request for a token.

    Raises:
        DefinitionError: client or endpoint that no request can carry.
    """
    form = {"grant_type": "client_credentials", "scope": oauth.scope, "audience": oauth.audience}
    username = password = ""
    if oauth.client_auth == "basic":
        username, password = quote_plus(oauth.client_id), quote_plus(secret)
    else:
        form |= {"client_id": oauth.client_id, "client_secret": secret}
    url = oauth.endpoint
    request = Request(
        url.netloc,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        username=username,
        password=password,
    )
    path = encoded_path((url.path or "/") + (f"?{url.query}" if url.query else ""))
    body = urlencode({name: value for name, value in form.items() if value})
    return request.encode("POST", path, body.encode())


def read_grant(answer: Answer) -> Grant:
    """Return the token that was granted.

    Raises:
        Refused: the endpoint said no, in the words of section 5.2.
        ProtocolViolation: its answer is not what section 5.1 says.
    """
    if len(answer.body) >= MAX_GRANT:  # more of it was not kept
        raise ProtocolViolation(f"token endpoint answered with {MAX_GRANT} bytes or more")
    said = _object(answer.body)
    if answer.status != 200:
        raise Refused(f"token endpoint answered {answer.status}{_code(said)}")
    token, kind = said.get("access_token"), said.get("token_type", "Bearer")
    if not isinstance(token, str) or not token:
        raise ProtocolViolation(f"token endpoint answered 200 without an access token{_code(said)}")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ProtocolViolation("token endpoint gave a token that is no bearer's")
    try:
        authorization("", "", token)
    except DefinitionError:
        raise ProtocolViolation("token endpoint gave a token that no header can carry") from None
    return Grant(token, _life(said.get("expires_in")))


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _code(said: dict[str, Any]) -> str:
    """The error's code, as section 5.2 has it; nothing when there is none."""
    code = said.get("error")
    if not isinstance(code, str) or not code:
        return ""
    return ": " + "".join(c if c.isprintable() else "?" for c in code[:MAX_WORDS])


def _life(expires_in: Any) -> float:
    """Some servers give the number as a text."""
    try:
        life = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return USUAL_LIFE
    return min(life, MAX_LIFE) if life > 0 else USUAL_LIFE
