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
        ("late", "<u2"),  # ms that its latest send went out after its plan; MOST_LATE: or more
    ]
)
Board = NDArray[np.void]

MOST_LATE = 65_535  # ms
VERSION = 2
# What boards were before, and still lie in the database; what they do not have is 0.
_OLDER = {1: np.dtype([(name, BOARD[name]) for name in BOARD.names or () if name != "late"])}
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
    """``board`` as bytes: 8 bytes that say which version, then the records, 39 bytes each."""
    return _HEADER.pack(_MAGIC, VERSION, BOARD.itemsize, len(board)) + board.tobytes()


def unpack_board(data: bytes) -> Board:
    """The board that ``pack_board`` wrote, in this version or an older one; not to be written.

    Raises:
        ValueError: not a board, of another version, or cut off.
    """
    if len(data) < _HEADER.size:
        raise ValueError(f"a board has at least {_HEADER.size} bytes, got {len(data)}")
    magic, version, itemsize, count = _HEADER.unpack_from(data)
    dtype = BOARD if version == VERSION else _OLDER.get(version)
    if magic != _MAGIC or dtype is None or itemsize != dtype.itemsize:
        raise ValueError(f"board must be of version {VERSION} or older, got {magic!r} {version}")
    if len(data) != _HEADER.size + count * itemsize:
        raise ValueError(f"board of {count} mocks is cut off at {len(data)} bytes")
    return _as_now(np.frombuffer(data, dtype=dtype, offset=_HEADER.size))


def _as_now(board: NDArray[np.void]) -> Board:
    if board.dtype == BOARD:
        return board
    newer = np.zeros(len(board), dtype=BOARD)
    for name in board.dtype.names or ():
        newer[name] = board[name]
    return newer
