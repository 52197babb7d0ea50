"""Frames of a client, as bytes, and those of a server, read from bytes as they come.

Rule: every length is held against its limit before a byte of it is kept.
"""

from itertools import chain, repeat
from operator import itemgetter
from os import urandom
from struct import Struct

from simulator.errors import ProtocolViolation

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN = 0x80
MAX_CONTROL = 125  # bytes of a control frame's payload, section 5.5

_MASKED = 0x80  # in the byte of the length; every frame of a client is, section 5.1
_RESERVED = 0x70  # for extensions, and none is offered
_OPCODES = {CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG}
_SHORT = Struct(">BB4s").pack
_MIDDLE = Struct(">BBH4s").pack
_LONG = Struct(">BBQ4s").pack

# Keys of frames, four bytes each, of the system's own randomness, for they must not be foreseen
# (section 5.3). Asking for each alone would be 40 % of a short frame.
_POOL = 1_024  # keys asked for at once
_KEYS = map(
    itemgetter(0),
    chain.from_iterable(map(Struct("4s").iter_unpack, map(urandom, repeat(4 * _POOL)))),
)

Frame = tuple[int, bytes]  # the first byte (FIN and opcode), and the payload


def encode_frame(opcode: int, payload: bytes, key: bytes = b"") -> bytes:
    """Return one whole masked frame (section 5.2).

    Masking is one exclusive or of two long integers: 1.2 µs for 187 bytes, head included, where a
    table for each of the four bytes of the key takes 3.7 (tests/benchmarks/wire.py).

    Args:
        opcode: ``TEXT``, ``BINARY``, ``CLOSE``, ``PING`` or ``PONG``.
        key: Four bytes; by default ones that nobody foresees.
    """
    key = key or next(_KEYS)
    size = len(payload)
    if size < 126:
        head = _SHORT(FIN | opcode, _MASKED | size, key)
    elif size < 65_536:
        head = _MIDDLE(FIN | opcode, _MASKED | 126, size, key)
    else:
        head = _LONG(FIN | opcode, _MASKED | 127, size, key)
    stretched = (key * ((size + 3) >> 2))[:size]
    masked = int.from_bytes(payload, "little") ^ int.from_bytes(stretched, "little")
    return head + masked.to_bytes(size, "little")


class FrameReader:
    """Cuts what a server sends into frames. What is kept is at most one frame and one read."""

    __slots__ = ("_kept", "_most", "_needed")

    def __init__(self, most: int) -> None:
        """``most``: bytes of a payload; a longer one is a violation as soon as its head is read."""
        self._most = most
        self._kept = bytearray()
        self._needed = 2  # bytes that have to be there before it is worth to look again

    def receive(self, data: bytes, frames: list[Frame]) -> None:
        """Append every frame that is whole now, also those before an illegal one.

        Raises:
            ProtocolViolation: a reserved bit or opcode, a mask, a length that is wrong or too long.
        """
        if self._kept:
            self._kept += data
            if len(self._kept) < self._needed:
                return
            data, self._kept = bytes(self._kept), bytearray()
        at, end = 0, len(data)
        self._needed = 2
        while end - at >= 2:
            start, size = _head(data, at)
            if start < 0:
                self._needed = 2 - start
                break
            if size > self._most:
                raise ProtocolViolation(f"WebSocket: a frame of {size} bytes, above {self._most}")
            if end - start < size:
                self._needed = start - at + size
                break
            frames.append((data[at], data[start : start + size]))
            at = start + size
        if at < end:
            self._kept += data[at:]


def _head(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of a frame starts, and its length; minus the bytes of a length that are
    not all there yet, and 0.

    Raises:
        ProtocolViolation: what no server may send to a client that offered no extension.
    """
    first, size = data[at], data[at + 1]
    if first & _RESERVED or first & 0x0F not in _OPCODES:
        raise ProtocolViolation("WebSocket: a frame with reserved bits, or of no known kind")
    if size & _MASKED:
        raise ProtocolViolation("WebSocket: a frame of the server is masked")
    if first & 0x08 and (size > MAX_CONTROL or not first & FIN):
        raise ProtocolViolation("WebSocket: a control frame in fragments, or above 125 bytes")
    if size < 126:
        return at + 2, size
    more = 2 if size == 126 else 8
    if len(data) - at - 2 < more:
        return -more, 0
    size = int.from_bytes(data[at + 2 : at + 2 + more])
    if size < (126 if more == 2 else 65_536) or size >> 63:
        raise ProtocolViolation("WebSocket: the length of a frame is not in its shortest form")
    return at + 2 + more, size
