"""Where a redirect leads, and whether it is followed.

Rule: only to the scheme, host and port that the request went to. Load must not be led to others who
never asked for it, and what authorises a mock is never shown to them. Source: RFC 9110, 15.4.
"""

from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from simulator.errors import DefinitionError
from simulator.protocols.http.path import encoded_path
from simulator.protocols.http.reasons import reason
from simulator.protocols.http.response import Answer

_PORTS = {"http": 80, "https": 443}
_KEEP_METHOD = {301, 302, 307, 308}
_FOLLOWED = _KEEP_METHOD | {303}


class Hop(NamedTuple):
    """The request that a redirect asks for; one with ``GET`` has no body."""

    method: str
    path: bytes


def is_redirect(answer: Answer) -> bool:
    """Whether the answer names another place to go to."""
    return answer.status in _FOLLOWED and bool(answer.location)


def next_hop(answer: Answer, *, origin: str, method: str, path: bytes) -> Hop | str:
    """Return what a redirect asks for, or why it is not followed.

    Args:
        origin: Scheme, host and port of the request: ``https://api.example``.
        method: Of the request, like ``path``, which begins with a slash.
    """
    try:
        here = urlsplit(origin)
        there = urlsplit(urljoin(origin + path.decode("latin-1"), answer.location))
        if _place(there) != _place(here):
            return f"{reason(answer)}, not followed: another host"
        query = f"?{there.query}" if there.query else ""
        target = encoded_path((there.path or "/") + query, "latin-1")
    except (ValueError, DefinitionError):
        return f"{reason(answer)}, not followed: not a valid address"
    return Hop(_method_after(answer.status, method), target)


def _method_after(status: int, method: str) -> str:
    """The method of the next request: 301 and 302 turn a POST into a GET, as clients always did
    (sections 15.4.2 and 15.4.3), 303 turns anything into one."""
    if status == 303 or (status in (301, 302) and method == "POST"):
        return "GET"
    return method


def _place(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
