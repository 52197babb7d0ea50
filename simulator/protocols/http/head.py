"""The head of a response: what its status line and headers say of how it goes on.

Rule: whatever leaves in doubt where the body ends is a violation. Source: RFC 9112.
"""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from simulator.errors import ProtocolViolation

MAX_HEAD = 64 * 1024  # bytes of status line and headers; nginx and Node allow their clients less
MAX_HEADERS = 100  # lines; as Python's own http.client
MAX_BODY = 64 * 1024 * 1024  # bytes of an answer; they are counted and thrown away
MAX_DIGITS = 18  # of a content length
MAX_RETRY_AFTER = 86_400.0  # s; who asks for more gets a day

KNOWN_HEADS = 512  # heads that are remembered
MAX_KNOWN = 2_048  # bytes of each of them: a megabyte in all

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BODILESS = {204, 304}  # RFC 9112, section 6.3
_KEPT = {
    b"content-length", b"transfer-encoding", b"connection", b"location", b"retry-after", b"date",
}  # fmt: skip

_TLS_ALERT = 0x15  # first byte of what a server of TLS says to a request without it

CHUNKED = -1  # in the place of a length
UNTIL_CLOSE = -2
INTERIM = -3  # a 1xx: the answer itself is still to come


class Head(NamedTuple):
    """What is read from a head. ``length`` is the bytes of the body, or how else it ends.

    ``retry_after`` is in seconds, at most a day; None: nothing was asked for.
    """

    status: int
    length: int
    keep_alive: bool
    location: str = ""
    retry_after: float | None = None


def read_head(data: bytes) -> Head:
    """Return what a head says. ``data`` ends with its empty line; 0.3 µs for one seen before.

    Servers say the same head over and over, most of them the same one for a whole second, until
    the date in it changes: looking it up is 15 times faster than reading it again.

    Raises:
        ProtocolViolation: no head of HTTP/1.1, beyond a limit, or of doubtful length.
    """
    return _known_head(data) if len(data) <= MAX_KNOWN else _read(data)


def _read(data: bytes) -> Head:
    if len(data) > MAX_HEAD + 4:
        raise ProtocolViolation(f"a response head longer than {MAX_HEAD} bytes")
    lines = data[:-4].split(b"\r\n")
    breaks = len(lines) + 1  # a line break inside of a line would be read as two lines by others
    if data.count(b"\n") != breaks or data.count(b"\r") != breaks or b"\0" in data:
        raise ProtocolViolation(_why_not(data))
    minor, status = _status(lines[0])
    if len(lines) - 1 > MAX_HEADERS:
        raise ProtocolViolation(f"a response with more than {MAX_HEADERS} headers")
    headers = _headers(lines)
    if status < 200:
        if status == 101:
            raise ProtocolViolation("HTTP 101, but no other protocol was asked for")
        return Head(status, INTERIM, True)
    length = _length(minor, status, headers)
    return Head(
        status,
        length,
        _keeps_alive(minor, headers) and length != UNTIL_CLOSE,
        headers.get(b"location", b"").decode("latin-1"),
        _retry_after(headers.get(b"retry-after", b""), headers.get(b"date", b"")),
    )


_known_head = lru_cache(maxsize=KNOWN_HEADS)(_read)


def _why_not(data: bytes) -> str:
    if not data.startswith(b"HTTP/1."):
        return foreign(data)
    if b"\n\n" in data:
        return "a response head with LF instead of CR LF"
    return "a response head with a control character"


def foreign(data: bytes) -> str:
    """Return what is said of bytes that begin no answer of HTTP/1.1; there is at least one."""
    if data[0] == _TLS_ALERT:
        return "the far side does not speak plain HTTP but TLS, it seems"
    return "the far side does not speak HTTP/1.1"


def header_name(line: bytes) -> bytes:
    """Return the name, in lower case, of one header or one line of a trailer.

    Raises:
        ProtocolViolation: it is none.
    """
    name, colon, _ = line.partition(b":")
    name = _lower_name(name) if colon else b""
    if not name:
        raise ProtocolViolation("a response with a line that is no header")
    return name


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    """The headers that matter here, in lower case; those given more than once are joined."""
    found: dict[bytes, bytes] = {}
    for at in range(1, len(lines)):
        name = header_name(lines[at])
        if name in _KEPT:
            value = lines[at][len(name) + 1 :].strip(b" \t")
            found[name] = found[name] + b"," + value if name in found else value
    return found


def _length(minor: bytes, status: int, headers: dict[bytes, bytes]) -> int:
    """How the body ends (RFC 9112, section 6.3)."""
    encoding = headers.get(b"transfer-encoding")
    length = headers.get(b"content-length")
    if encoding is not None and encoding.lower() != b"chunked":
        raise ProtocolViolation("a transfer encoding other than chunked")
    if encoding is not None and minor == b"0":
        raise ProtocolViolation("a transfer encoding in HTTP/1.0")
    number = UNTIL_CLOSE if length is None else _content_length(length)
    if status in _BODILESS:
        return 0
    return number if encoding is None else CHUNKED


def _content_length(text: bytes) -> int:
    values = {value.strip(b" \t") for value in text.split(b",")}
    value = values.pop()
    if values or not value.isdigit() or len(value) > MAX_DIGITS:
        raise ProtocolViolation("a content length that is not one number")
    if int(value) > MAX_BODY:
        raise ProtocolViolation(f"an answer longer than {MAX_BODY} bytes")
    return int(value)


def _keeps_alive(minor: bytes, headers: dict[bytes, bytes]) -> bool:
    # With both, another reader may have taken the other one: RFC 9112, section 6.1, bids to close.
    if b"transfer-encoding" in headers and b"content-length" in headers:
        return False
    connection = headers.get(b"connection", b"")
    if not connection:
        return minor == b"1"
    options = {option.strip() for option in connection.lower().split(b",")}
    return b"close" not in options and (minor == b"1" or b"keep-alive" in options)


def _retry_after(text: bytes, date: bytes) -> float | None:
    """Seconds to wait; a moment counts from the answer's own date (RFC 9110, section 10.2.3)."""
    if not text:
        return None
    if text.isdigit():
        return min(float(text[:MAX_DIGITS]), MAX_RETRY_AFTER)
    until, now = _moment(text), _moment(date)
    if until is None or now is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), MAX_RETRY_AFTER)


def _moment(text: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.decode("latin-1"))
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else None


# A server says the same few names and status lines over and over: a look into a cache is six times
# faster than the pattern. Bounded, for a far side could say a new one each time.
@lru_cache(maxsize=1_024)
def _lower_name(name: bytes) -> bytes:
    """The name in lower case; empty when it is none."""
    return name.lower() if _NAME.fullmatch(name) else b""


@lru_cache(maxsize=256)
def _status(line: bytes) -> tuple[bytes, int]:
    """The minor version and the status code."""
    match = _STATUS.fullmatch(line)
    if not match:
        raise ProtocolViolation(foreign(line or b"?"))
    return match[1], int(match[2])
