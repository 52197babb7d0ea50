"""A board survives its bytes, and what is not one is refused."""

import struct

import numpy as np
import pytest

from simulator.recording.board import BOARD, Link, new_board, pack_board, unpack_board


def test_a_board_survives_its_bytes() -> None:
    board = new_board(3_000, 1_000)
    board["link"][7] = Link.CONNECTED
    board["last"][7] = 1_700_000_000.25

    restored = unpack_board(pack_board(board))

    assert (restored == board).all()
    assert restored["number"][7] == 3_007


def test_fifty_thousand_mocks_are_below_two_megabytes() -> None:
    assert len(pack_board(new_board(0, 50_000))) == 8 + 50_000 * BOARD.itemsize < 2_000_000


def test_a_board_that_is_cut_off_is_refused() -> None:
    packed = pack_board(new_board(0, 10))

    with pytest.raises(ValueError, match="board of 10 mocks is cut off at 300 bytes"):
        unpack_board(packed[:300])


@pytest.mark.parametrize("data", [b"", b"MB", b"XX" + bytes(6), b"MB\x09" + bytes(5)])
def test_what_is_not_a_board_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="board"):
        unpack_board(data)


def test_a_board_of_the_first_version_is_still_read() -> None:
    older = np.dtype([(name, BOARD[name]) for name in BOARD.names or () if name != "late"])
    board = np.zeros(3, dtype=older)
    board["sent"], board["reason"] = [1, 2, 3], [0, 4, 0]
    data = struct.pack("<2sBBI", b"MB", 1, older.itemsize, len(board)) + board.tobytes()

    restored = unpack_board(data)

    assert restored.dtype == BOARD
    assert restored["sent"].tolist() == [1, 2, 3]
    assert restored["reason"].tolist() == [0, 4, 0]
    assert restored["late"].tolist() == [0, 0, 0]
