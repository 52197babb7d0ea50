"""Shards' reports as they were packed before, and lie in the database of runs that ended then.

Rule: pure; reads two forms and writes none. zlib over a glance, a board, sums, recent points and,
not compressed, places; or over a header with all sums, and a board.
"""

import struct
import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from simulator import Board, Limited, Reason, Second, unpack_board
from web.runs import spans
from web.runs.points import Columns

_MAGIC = b"R2"
# Magic; bytes of the glance, of the board, of the sums; the recent points follow.
_LENGTHS = struct.Struct(">2sIII")
_OLD_LENGTH = 4  # bytes that the oldest begin with: how long the header is, big-endian
_PLACE = "<f4"  # latitude and longitude, a pair a mock


def glance(data: bytes) -> dict[str, Any]:
    """Return what a ``Glance`` is made of.

    Raises:
        ValueError: The bytes are no report.
    """
    parts = _Parts(data)
    head = parts.head
    return {
        "at": head["at"],
        "mocks": parts.mocks,
        "statuses": head["statuses"],
        "reasons": [Reason(*reason) for reason in head["reasons"]],
        "places": parts.places(),
    }


def report(data: bytes) -> dict[str, Any]:
    """Return what a ``ShardReport`` is made of.

    Raises:
        ValueError: The bytes are no report.
    """
    parts = _Parts(data)
    sums = parts.sums
    return glance(data) | {
        "total": Second.from_dict(sums["total"]),
        "recent": parts.recent(),
        "dropped": sums["dropped"],
        "limited": limited_of(sums.get("limited")),
        "faults": spans.unpacked(sums.get("faults", ())),
    }


def limited_of(stored: dict[str, Any] | None) -> Limited | None:
    """Return what ``Limited.to_dict`` wrote; None where nothing was."""
    return Limited.from_dict(stored) if stored else None


class _Parts:
    def __init__(self, data: bytes) -> None:
        stream = zlib.decompressobj()
        try:
            body = stream.decompress(data)
        except zlib.error as error:
            raise ValueError("not a shard's report") from error
        self._behind = stream.unused_data
        self.mocks: Board
        if body[: len(_MAGIC)] != _MAGIC:
            end = _OLD_LENGTH + int.from_bytes(body[:_OLD_LENGTH], "big")
            self.head = self.sums = orjson.loads(body[_OLD_LENGTH:end])
            self.mocks, self._points = unpack_board(body[end:]), b""
            return
        _, *lengths = _LENGTHS.unpack_from(body)
        ends = np.cumsum([_LENGTHS.size, *lengths]).tolist()
        pieces = [body[begin:end] for begin, end in pairwise(ends)]
        self.head, self.sums = orjson.loads(pieces[0]), orjson.loads(pieces[2])
        self.mocks, self._points = unpack_board(pieces[1]), body[ends[-1] :]

    def recent(self) -> Columns:
        if self._points:
            return Columns.read(self._points)
        return Columns.of([Second.from_dict(point) for point in self.sums.get("recent", ())])

    def places(self) -> Any:
        if self.head.get("places") is None:
            return None
        return np.frombuffer(self._behind, _PLACE).reshape(-1, 2)
