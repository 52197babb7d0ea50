"""One message of CoAP, to and from the bytes of its datagram.

Rule: a datagram is read as a whole; whatever is not formed as its section says is no message.
Source: RFC 7252, section 3.
"""

from typing import NamedTuple

from simulator.errors import ProtocolViolation
from simulator.protocols.coap.codes import EMPTY
from simulator.protocols.coap.options import Option, decode_options

CONFIRMABLE, NON_CONFIRMABLE, ACKNOWLEDGEMENT, RESET = range(4)

VERSION = 1
MAX_TOKEN = 8  # bytes
_CLASSES = {0, 2, 3, 4, 5}  # of codes; the others are reserved (section 12.1)


class Message(NamedTuple):
    """A message. ``kind`` is one of the four types; ``options`` are as they came, in order."""

    kind: int
    code: int
    message_id: int
    token: bytes
    options: tuple[Option, ...] = ()
    payload: bytes = b""


class Malformed(ProtocolViolation):
    """A datagram that is no message. ``rejection`` is to be sent when it had to be confirmed."""

    def __init__(self, text: str, rejection: bytes = b"") -> None:
        super().__init__(text)
        self.rejection = rejection


def encode(
    kind: int,
    code: int,
    message_id: int,
    token: bytes,
    *,
    options: bytes = b"",
    payload: bytes = b"",
) -> bytes:
    """Return a datagram; ``options`` are those of ``encode_options``."""
    head = bytes((VERSION << 6 | kind << 4 | len(token), code)) + message_id.to_bytes(2)
    return b"".join((head, token, options, b"\xff" if payload else b"", payload))


def encode_empty(kind: int, message_id: int) -> bytes:
    """Return a message without code: an acknowledgement, a reset, or a ping (section 4.3)."""
    return encode(kind, EMPTY, message_id, b"")


def decode(data: bytes) -> Message:
    """Return the message in a datagram.

    Raises:
        Malformed: It is none; with the reset for a confirmable one (section 4.2).
    """
    if len(data) < 4:
        raise Malformed(f"a message has 4 bytes or more, got {len(data)}")
    version, kind, length = data[0] >> 6, data[0] >> 4 & 3, data[0] & 15
    if version != VERSION:  # section 3: silently ignored, whatever its type seems to be
        raise Malformed(f"a message has version {VERSION}, got {version}")
    code, message_id = data[1], int.from_bytes(data[2:4])
    try:
        return _decode_rest(data, kind, code, message_id, length)
    except ProtocolViolation as error:
        is_answered = kind == CONFIRMABLE
        rejection = encode_empty(RESET, message_id) if is_answered else b""
        raise Malformed(str(error), rejection) from None


def _decode_rest(data: bytes, kind: int, code: int, message_id: int, length: int) -> Message:
    if length > MAX_TOKEN:
        raise ProtocolViolation(f"a token has at most {MAX_TOKEN} bytes, got {length}")
    if code >> 5 not in _CLASSES:
        raise ProtocolViolation(f"code {code >> 5}.{code & 0x1F:02d} is reserved")
    if code == EMPTY and len(data) > 4:
        raise ProtocolViolation("an empty message has bytes after its id")
    if kind == RESET and code != EMPTY:
        raise ProtocolViolation("a reset is not empty")
    if len(data) < 4 + length:
        raise ProtocolViolation("the message ends inside of its token")
    options, payload = decode_options(data, 4 + length)
    return Message(kind, code, message_id, data[4 : 4 + length], options, payload)
