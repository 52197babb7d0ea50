"""What is done to finished payloads: filled up to a size, compressed.

Rule: the same bytes for the same payload, wherever and whenever it is made.
"""

import zlib
from collections.abc import Callable

from simulator.definition.messages.bodies import Packing
from simulator.payloads.packed import Packer

Pack = Callable[[bytes], bytes]

_GZIP, _ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS  # what zlib calls its wrappers


def compressor(packing: Packing) -> Pack:
    """Return what compresses one payload. zlib's own gzip header has no time in it."""
    wrapper = _GZIP if packing.method == "gzip" else _ZLIB
    level = packing.level
    return lambda payload: zlib.compress(payload, level, wrapper)


def filled(size: int, sign: bytes) -> Pack:
    """Return what fills a payload up to ``size`` bytes with ``sign``."""
    return lambda payload: payload.ljust(size, sign)


def filled_by(size: int, before: bytes, after: bytes, *, comma: bytes, cut: int) -> Pack:
    """Return what puts a member of ``x`` before the last ``cut`` bytes, if there is room.

    What stands around the filler is ``before`` and ``after``; ``comma`` separates it from the other
    members where there are any. Where not even an empty one fits, the payload stays as it is.
    """

    def fill(payload: bytes) -> bytes:
        end = len(payload) - cut
        start = before if payload[:end] == b"{" else comma + before
        room = size - len(payload) - len(start) - len(after)
        if room < 0:
            return payload
        return payload[:end] + start + b"x" * room + after + payload[end:]

    return fill


def filled_by_text(size: int, key: bytes, packer: Packer) -> Pack:
    """Return what puts a text of ``x`` behind a map that counts it already, be it an empty one."""
    empty = len(key) + len(packer.filler_head(0))

    def fill(payload: bytes) -> bytes:
        room = max(size - len(payload) - empty, 0)
        return payload + key + packer.filler_head(room) + b"x" * room

    return fill
