"""One response, read from bytes as they come: a table of states, and bounds on each of them.

Rule: the body is counted, not kept; whatever leaves in doubt where it ends is a violation.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from simulator.errors import ProtocolViolation

MAX_HEAD = 64 * 1024  # bytes of status line and headers; nginx and Node allow their clients less
MAX_HEADERS = 100  # lines; as Python's own http.client
MAX_INTERIM = 10  # 1xx answers before the real one
MAX_EXCERPT = 1_024  # bytes of the body that are kept, to say what the far side had against it
MAX_CHUNK_LINE = 256  # bytes: 16 hexadecimal digits and extensions
MAX_DIGITS = 18  # of a content length
MAX_LOCATION = 200  # characters of a redirect's address in a reason

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?")
_BODILESS = {204, 304}  # RFC 9112, section 6.3
_KEPT = {b"content-length", b"transfer-encoding", b"connection", b"location"}


class State(Enum):
    """What comes next."""

    HEAD = auto()
    LENGTH = auto()  # a body of a known length
    CHUNK_SIZE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILER = auto()
    UNTIL_CLOSE = auto()
    DONE = auto()


# Bound here once: an attribute of an enum costs as much as a method call.
_HEAD, _LENGTH, _CHUNKED, _DONE = State.HEAD, State.LENGTH, State.CHUNK_SIZE, State.DONE


class Answer(NamedTuple):
    """A response to its end. ``excerpt`` is the beginning of its body."""

    status: int
    keep_alive: bool
    location: str
    excerpt: bytes


class Response:
    """The parser of one response; a new one for the next. 3.3 µs for one with three headers
    (tests/benchmarks/wire.py)."""

    __slots__ = (
        "_body", "_buffer", "_interim", "_keep_alive", "_left", "_location", "_seen", "_status",
        "has_begun", "rest", "state",
    )  # fmt: skip

    def __init__(self) -> None:
        self.state = _HEAD
        self.has_begun = False  # at least one byte has come
        self.rest = b""  # what came after the end: it answers nothing that was asked
        self._buffer = b""  # an incomplete head or line, bounded by its limit and one read
        self._seen = 0  # bytes of the trailer
        self._left = 0  # bytes of the body or chunk that are to come
        self._interim = 0
        self._status = 0
        self._keep_alive = True
        self._location = ""
        self._body = b""

    def receive(self, data: bytes) -> Answer | None:
        """Take what was read; return the answer once it is whole.

        Raises:
            ProtocolViolation: no HTTP/1.1 response, beyond a limit, or of doubtful length.
        """
        self.has_begun = self.has_begun or bool(data)
        while self.state is not _DONE:
            following = _READERS[self.state](self, data)
            if following is None:
                return None
            data = following
        self.rest = data
        keep_alive = self._keep_alive and not data
        return Answer(self._status, keep_alive, self._location, self._body)

    def close(self) -> Answer | None:
        """The far side has ended the stream; return the answer if that is how its body ends."""
        if self.state is not State.UNTIL_CLOSE:
            return None
        self.state = State.DONE
        return Answer(self._status, False, self._location, self._body)

    def _head(self, data: bytes) -> bytes | None:
        data, self._buffer = self._buffer + data, b""
        end = data.find(b"\r\n\r\n")
        if end < 0:
            _refuse_early(data)
        if end > MAX_HEAD or (end < 0 and len(data) > MAX_HEAD):
            raise ProtocolViolation(f"a response head longer than {MAX_HEAD} bytes")
        if end < 0:
            self._buffer = data
            return None
        self._begin(data[:end].split(b"\r\n"))
        return data[end + 4 :]

    def _begin(self, lines: list[bytes]) -> None:
        minor, status = _status(lines[0])
        if len(lines) - 1 > MAX_HEADERS:
            raise ProtocolViolation(f"a response with more than {MAX_HEADERS} headers")
        headers = _headers(lines)
        if status < 200:
            self._skip_interim(status)
            return
        self._status = status
        self._location = headers.get(b"location", b"").decode("latin-1")
        self._keep_alive = _keeps_alive(minor, headers.get(b"connection", b""))
        self._choose_body(headers)

    def _skip_interim(self, status: int) -> None:
        self._interim += 1
        if status == 101:
            raise ProtocolViolation("HTTP 101, but no other protocol was asked for")
        if self._interim > MAX_INTERIM:
            raise ProtocolViolation(f"more than {MAX_INTERIM} interim responses")

    def _choose_body(self, headers: dict[bytes, bytes]) -> None:
        """Decide how the body ends (RFC 9112, section 6.3)."""
        encoding = headers.get(b"transfer-encoding", b"").strip().lower()
        length = headers.get(b"content-length")
        if self._status in _BODILESS:
            self.state = _DONE
        elif encoding == b"chunked":
            self._keep_alive = self._keep_alive and length is None
            self.state = _CHUNKED
        elif encoding:
            raise ProtocolViolation("a transfer encoding other than chunked")
        elif length is None:
            self.state = State.UNTIL_CLOSE
        else:
            self._left = _content_length(length)
            self.state = _LENGTH if self._left else _DONE

    def _counted(self, data: bytes) -> bytes | None:
        """A body of a known length, or one chunk of it."""
        taken = min(len(data), self._left)
        self._keep(data[:taken])
        self._left -= taken
        if self._left:
            return None
        self.state = State.DONE if self.state is State.LENGTH else State.CHUNK_END
        return data[taken:]

    def _until_close(self, data: bytes) -> None:
        self._keep(data)

    def _chunk_size(self, data: bytes) -> bytes | None:
        line, rest = self._line(data)
        if line is None:
            return None
        match = _CHUNK.fullmatch(line)
        if not match:
            raise ProtocolViolation("a chunk without its size")
        self._left = int(match[1], 16)
        self.state = State.CHUNK if self._left else State.TRAILER
        return rest

    def _chunk_end(self, data: bytes) -> bytes | None:
        line, rest = self._line(data)
        if line is None:
            return None
        if line:
            raise ProtocolViolation("a chunk longer than its size")
        self.state = State.CHUNK_SIZE
        return rest

    def _trailer(self, data: bytes) -> bytes | None:
        line, rest = self._line(data, MAX_HEAD)
        if line is None:
            return None
        self._seen += len(line) + 2
        if self._seen > MAX_HEAD:
            raise ProtocolViolation(f"a trailer longer than {MAX_HEAD} bytes")
        if not line:
            self.state = State.DONE
        return rest

    def _line(self, data: bytes, limit: int = MAX_CHUNK_LINE) -> tuple[bytes | None, bytes]:
        """The next line and what follows it; (None, b"") while it is not complete."""
        data, self._buffer = self._buffer + data, b""
        end = data.find(b"\r\n")
        if end > limit or (end < 0 and len(data) > limit + 1):
            raise ProtocolViolation(f"a line of a chunked body longer than {limit} bytes")
        if end < 0:
            self._buffer = data
            return None, b""
        return data[:end], data[end + 2 :]

    def _keep(self, data: bytes) -> None:
        if len(self._body) < MAX_EXCERPT:
            self._body += data[: MAX_EXCERPT - len(self._body)]


_READERS: dict[State, Callable[[Response, bytes], bytes | None]] = {
    State.HEAD: Response._head,
    State.LENGTH: Response._counted,
    State.CHUNK_SIZE: Response._chunk_size,
    State.CHUNK: Response._counted,
    State.CHUNK_END: Response._chunk_end,
    State.TRAILER: Response._trailer,
    State.UNTIL_CLOSE: Response._until_close,
}


def reason(answer: Answer) -> str:
    """Return why the answer is no acknowledgement; empty for 2xx.

    A redirect names where to, without user, query and fragment: they may hold secrets.
    """
    if 200 <= answer.status < 300:
        return ""
    if 300 <= answer.status < 400 and answer.location:
        return f"HTTP {answer.status}, redirects to {_public(answer.location)}"
    return f"HTTP {answer.status}"


def _public(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return "what is no address"
    host = parts.netloc.rpartition("@")[2]
    shown = parts._replace(netloc=host, query="", fragment="").geturl()
    return "".join(c if c.isprintable() else "?" for c in shown[:MAX_LOCATION])


def _refuse_early(data: bytes) -> None:
    """Do not wait for the end of a head that cannot be one."""
    if not (data.startswith(b"HTTP/1.") or b"HTTP/1.".startswith(data)):
        raise ProtocolViolation("the far side does not speak HTTP/1.1")
    if b"\n\n" in data:
        raise ProtocolViolation("a response head with LF instead of CR LF")


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    """The headers that matter here, in lower case; those given more than once are joined."""
    found: dict[bytes, bytes] = {}
    for at in range(1, len(lines)):
        name, colon, value = lines[at].partition(b":")
        name = _header_name(name) if colon else b""
        if not name:
            raise ProtocolViolation("a response with a line that is no header")
        if name in _KEPT:
            value = value.strip(b" \t")
            found[name] = found[name] + b"," + value if name in found else value
    return found


# A server says the same few names and status lines over and over: a look into a cache is six times
# faster than the pattern. Bounded, for a far side could say a new one each time.
@lru_cache(maxsize=1_024)
def _header_name(name: bytes) -> bytes:
    """The name in lower case; empty when it is none."""
    return name.lower() if _NAME.fullmatch(name) else b""


@lru_cache(maxsize=256)
def _status(line: bytes) -> tuple[bytes, int]:
    """The minor version and the status code."""
    match = _STATUS.fullmatch(line)
    if not match:
        raise ProtocolViolation("the far side does not speak HTTP/1.1")
    return match[1], int(match[2])


def _keeps_alive(minor: bytes, connection: bytes) -> bool:
    if not connection:
        return minor == b"1"
    options = {option.strip() for option in connection.lower().split(b",")}
    return b"close" not in options and (minor == b"1" or b"keep-alive" in options)


def _content_length(text: bytes) -> int:
    values = {value.strip() for value in text.split(b",")}
    value = values.pop()
    if values or not value.isdigit() or len(value) > MAX_DIGITS:
        raise ProtocolViolation("a content length that is not one number")
    return int(value)
