"""Where a message goes, and what it is: the options that make a resource's address and format.

Rule: what the options cannot carry is refused here, before a datagram is made.
Source: RFC 7252, sections 5.10.1, 6.4 and 12.3.
"""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from simulator.errors import DefinitionError
from simulator.protocols.coap.options import (
    CONTENT_FORMAT,
    URI_HOST,
    URI_PATH,
    URI_QUERY,
    Option,
    uint,
)

MAX_VALUE = 255  # bytes of a segment, of a query, of a host
MAX_PARTS = 50  # segments and queries of one address
KEPT = 4_096  # addresses kept in memory, for one with {seq} in it must not fill it

# Media type, content coding -> number. Source: IANA's registry of CoAP Content-Formats.
FORMATS = {
    ("text/plain", ""): 0,
    ("application/link-format", ""): 40,
    ("application/xml", ""): 41,
    ("application/octet-stream", ""): 42,
    ("application/json", ""): 50,
    ("application/cbor", ""): 60,
    ("application/senml+json", ""): 110,
    ("application/senml+cbor", ""): 112,
    ("application/json", "deflate"): 11_050,
    ("application/cbor", "deflate"): 11_060,
}


def content_format(media_type: str, coding: str) -> int | None:
    """Return the number of a format; None when it has none, and no option is sent."""
    return FORMATS.get((media_type.partition(";")[0].strip().lower(), coding.strip().lower()))


def host_option(host: str) -> str:
    """Return the Uri-Host for a target: its name, or none when it is an address of numbers."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower()
    return ""


@lru_cache(maxsize=KEPT)
def resource_options(prefix: str, path: str, *, host: str = "") -> tuple[Option, ...]:
    """Return the options of an address below the target's prefix, both percent-encoded as in a URL.

    Args:
        prefix: ``/v1?key=7``; its queries come after the path's own.
        path: Of the message: ``/up?a=b&c=d``.
        host: Uri-Host; empty: none.

    Raises:
        DefinitionError: A segment or query that no option can carry, or too many.
    """
    above, _, common = prefix.partition("?")
    below, _, own = path.partition("?")
    parts = [part for each in (above, below) if (part := each.strip("/"))]
    segments = [_text("path segment", each) for each in "/".join(parts).split("/") if parts]
    if b"." in segments or b".." in segments:
        raise DefinitionError(f"path must not have . or .. as a segment, got {path[:80]!r}")
    queries = [_text("query", each) for each in (*own.split("&"), *common.split("&")) if each]
    if len(segments) + len(queries) > MAX_PARTS:
        raise DefinitionError(f"path and query have at most {MAX_PARTS} parts together")
    options = [(URI_HOST, _text("Uri-Host", host))] if host else []
    options += [(URI_PATH, each) for each in segments]
    return (*options, *((URI_QUERY, each) for each in queries))


def format_options(number: int | None) -> tuple[Option, ...]:
    """Return the Content-Format of a payload; none where it has no number."""
    return () if number is None else ((CONTENT_FORMAT, uint(number)),)


def _text(what: str, text: str) -> bytes:
    try:
        data = unquote_to_bytes(text)
        data.decode()
    except UnicodeError:
        raise DefinitionError(f"{what} has a character that UTF-8 cannot carry") from None
    if len(data) > MAX_VALUE:
        raise DefinitionError(f"{what} has at most {MAX_VALUE} bytes, got {len(data)}")
    return data
