"""The opening: a request of HTTP/1.1, and whether its answer is the one that it must be.

Rule: whatever could split a line of the request is refused before a byte is written, and whatever
the far side has against it is told with its status in words.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha1
from http import HTTPStatus

from simulator.errors import DefinitionError, ProtocolViolation, Refused

MAX_HEAD = 16 * 1024  # bytes of status line and headers; h11 and websockets take no more
MAX_HEADERS = 100  # lines; as Python's own http.client
MAX_TARGET = 8_000  # bytes of path and query; RFC 9112, section 3, asks servers to take that much
MAX_HEADER_VALUE = 8_192  # bytes; nginx takes no longer line

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_STATUS = re.compile(rb"HTTP/1\.1 ([1-9]\d\d)(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")  # RFC 9110, section 5.5
_TARGET = re.compile(r"/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*")  # RFC 3986, path and query, encoded
_OURS = {"host", "upgrade", "connection", "content-length", "transfer-encoding"}

Headers = dict[str, str]


def check_opening(path: str, subprotocols: Sequence[str], headers: Mapping[str, str]) -> None:
    """Hold against the rules what a target says of its opening.

    Raises:
        DefinitionError: a path, subprotocol or header that a request cannot carry; the text has no
            value of a header.
    """
    if not _TARGET.fullmatch(path) or len(path) > MAX_TARGET:
        raise DefinitionError(
            f"path must begin with / and have no blank, # or control character, got {path[:80]!r}"
        )
    for name in subprotocols:
        if not _TOKEN.fullmatch(name):
            raise DefinitionError(f"subprotocol must be one word of ASCII, got {name[:40]!r}")
    for name, value in headers.items():
        _check_header(name, value)


def _check_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise DefinitionError(f"header name must be letters, digits and -, got {name[:40]!r}")
    if name.lower() in _OURS or name.lower().startswith("sec-websocket-"):
        raise DefinitionError(f"header {name} is set by the simulator, leave it out")
    if not _VALUE.fullmatch(value) or value != value.strip():
        raise DefinitionError(f"header {name} must be one line of text without blanks around it")
    if len(value.encode(errors="replace")) > MAX_HEADER_VALUE:
        raise DefinitionError(f"header {name} must have at most {MAX_HEADER_VALUE} bytes")


def encode_opening(
    host: str, path: str, *, key: str, subprotocols: Sequence[str], headers: Mapping[str, str]
) -> bytes:
    """Return the request (section 4.1); all parts were held against ``check_opening``."""
    fields = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    }
    if subprotocols:
        fields["Sec-WebSocket-Protocol"] = ", ".join(subprotocols)
    fields.update(headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode(errors="replace")


def answer_to(key: str) -> str:
    """Return what the far side must answer to a key (section 4.2.2); 1.3 has the example."""
    return b64encode(sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def check_answer(head: bytes, *, key: str, subprotocols: Sequence[str]) -> str:
    """Return the subprotocol that the answer chose; ``head`` is without its empty line.

    Raises:
        Refused: another status than 101, or not the subprotocol.
        ProtocolViolation: no answer to this request.
    """
    status, headers = _parse(head)
    if status != 101:
        raise Refused(f"WebSocket refused: {_status_words(status)}")
    _check_upgrade(headers, key)
    return _chosen(headers.get("sec-websocket-protocol", ""), subprotocols)


def refuse_early(data: bytes) -> None:
    """Do not wait for the end of a head that cannot be one.

    Raises:
        ProtocolViolation: this is no HTTP/1.1.
    """
    if not (data.startswith(b"HTTP/1.1 ") or b"HTTP/1.1 ".startswith(data[:9])):
        raise ProtocolViolation("WebSocket: the far side does not speak HTTP/1.1")
    if b"\n\n" in data:
        raise ProtocolViolation("WebSocket: an answer with LF instead of CR LF")


def _parse(head: bytes) -> tuple[int, Headers]:
    first, *lines = head.split(b"\r\n")
    match = _STATUS.fullmatch(first)
    if not match:
        raise ProtocolViolation("WebSocket: the far side does not speak HTTP/1.1")
    if len(lines) > MAX_HEADERS:
        raise ProtocolViolation(f"WebSocket: an answer with more than {MAX_HEADERS} headers")
    headers: Headers = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise ProtocolViolation("WebSocket: an answer with a line that is no header")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return int(match[1]), headers


def _check_upgrade(headers: Headers, key: str) -> None:
    options = {option.strip() for option in headers.get("connection", "").lower().split(",")}
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in options:
        raise ProtocolViolation("WebSocket: the answer is no upgrade to WebSocket")
    if headers.get("sec-websocket-accept", "") != answer_to(key):
        raise ProtocolViolation("WebSocket: the answer does not fit the key of the request")
    if headers.get("sec-websocket-extensions"):
        raise ProtocolViolation("WebSocket: the answer has an extension that was not offered")


def _chosen(chosen: str, offered: Sequence[str]) -> str:
    """The subprotocol; one that was asked for must be there, as browsers hold it too."""
    if chosen and chosen not in offered:
        raise ProtocolViolation("WebSocket: the answer has a subprotocol that was not offered")
    if offered and not chosen:
        raise Refused(f"WebSocket refused: no subprotocol {' or '.join(offered)}")
    return chosen


def _status_words(status: int) -> str:
    known = status in HTTPStatus._value2member_map_
    return f"HTTP {status} {HTTPStatus(status).phrase}" if known else f"HTTP {status}"
