"""The status board: one small record a mock, what the console draws.

Rule: a board is a plain numpy array; what it means is said here and nowhere else.
"""

import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

BOARD = np.dtype(
    [
        ("number", "<i4"),  # the mock's number in its run
        ("status", "u1"),  # index into the snapshot's statuses
        ("link", "u1"),  # a Link
        ("failing", "u1"),  # 1 while the latest that happened to it is a failure
        ("sent", "<u4"),  # written at QoS 0
        ("acknowledged", "<u4"),
        ("failed", "<u4"),
        ("sequence", "<i8"),  # the number of its latest send; 0 when it has not sent
        ("last", "<f8"),  # Unix s of its last send; 0 when it has not sent
        ("reason", "<u2"),  # index + 1 into the snapshot's reasons: its last failure; 0 none
    ]
)
Board = NDArray[np.void]

VERSION = 1
_HEADER = struct.Struct("<2sBBI")  # magic, version, bytes a record, records
_MAGIC = b"MB"


class Link(IntEnum):
    """What a mock's connection is doing."""

    OFF = 0  # not switched on yet, or its status keeps it off line
    CONNECTING = 1
    CONNECTED = 2
    WAITING = 3  # for its next attempt
    ENDED = 4  # it will not connect again


def new_board(first: int, count: int) -> Board:
    """A board for ``count`` mocks, numbered from ``first``, nothing sent yet."""
    board = np.zeros(count, dtype=BOARD)
    board["number"] = np.arange(first, first + count)
    return board


def pack_board(board: Board) -> bytes:
    """``board`` as bytes: 8 bytes that say which version, then the records, 37 bytes each."""
    return _HEADER.pack(_MAGIC, VERSION, BOARD.itemsize, len(board)) + board.tobytes()


def unpack_board(data: bytes) -> Board:
    """The board that ``pack_board`` wrote; not writable, it lies on ``data``.

    Raises:
        ValueError: not a board, of another version, or cut off.
    """
    if len(data) < _HEADER.size:
        raise ValueError(f"a board has at least {_HEADER.size} bytes, got {len(data)}")
    magic, version, itemsize, count = _HEADER.unpack_from(data)
    if (magic, version, itemsize) != (_MAGIC, VERSION, BOARD.itemsize):
        raise ValueError(f"board must be of version {VERSION}, got {magic!r} {version}")
    if len(data) != _HEADER.size + count * itemsize:
        raise ValueError(f"board of {count} mocks is cut off at {len(data)} bytes")
    return np.frombuffer(data, dtype=BOARD, offset=_HEADER.size)
