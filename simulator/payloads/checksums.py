"""Checksums of many frames at once: one table look-up a byte for all mocks together."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.messages.checksums import CRCS, Crc

ByteMatrix = NDArray[np.uint8]  # one frame a row

# What each checksum of one byte does with a row of bytes.
_SUMS: dict[str, Any] = {
    "sum8": lambda matrix: np.add.reduce(matrix, axis=1, dtype=np.uint8),
    "lrc8": lambda matrix: np.negative(np.add.reduce(matrix, axis=1, dtype=np.uint8)),
    "xor8": lambda matrix: np.bitwise_xor.reduce(matrix, axis=1),
}


def checksums(name: str, frames: ByteMatrix) -> NDArray[np.uint64]:
    """Return the checksum of each row.

    Args:
        name: One of ``definition.messages.checksums.CHECKSUMS``.
        frames: Rows of equally many bytes.
    """
    if name in _SUMS:
        return np.asarray(_SUMS[name](frames), dtype=np.uint64)
    return np.asarray(_crcs(CRCS[name], frames), dtype=np.uint64)


def checksums_of(name: str, frames: list[bytes]) -> NDArray[np.uint64]:
    """Return the checksum of each frame, which may be of different lengths."""
    results = np.empty(len(frames), dtype=np.uint64)
    lengths = np.fromiter(map(len, frames), dtype=np.int64, count=len(frames))
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        joined = b"".join([frames[index] for index in chosen.tolist()])
        matrix = np.frombuffer(joined, dtype=np.uint8).reshape(len(chosen), length)
        results[chosen] = checksums(name, matrix)
    return results


def _crcs(crc: Crc, frames: ByteMatrix) -> NDArray[np.uint32]:
    """Byte by byte over the columns. Source: R. Williams, A Painless Guide to CRC, section 10."""
    table = _table(crc)
    initial = _reversed(crc.initial, crc.width) if crc.is_reflected else crc.initial
    register = np.full(len(frames), initial, dtype=np.uint32)
    mask = np.uint32((1 << crc.width) - 1)
    shift = np.uint32(crc.width - 8)
    for column in frames.T:
        if crc.is_reflected:
            register = table[(register ^ column) & 0xFF] ^ (register >> np.uint32(8))
        else:
            high = (register >> shift) ^ column
            register = (table[high & 0xFF] ^ (register << np.uint32(8))) & mask
    return register ^ np.uint32(crc.final)


@cache
def _table(crc: Crc) -> NDArray[np.uint32]:
    """Return the register after each byte, beginning with 0."""
    entries = []
    for byte in range(256):
        value = _reversed(byte, 8) if crc.is_reflected else byte
        register = value << (crc.width - 8)
        for _ in range(8):
            high = register >> (crc.width - 1)
            register = (register << 1 ^ (crc.polynomial if high else 0)) & ((1 << crc.width) - 1)
        entries.append(_reversed(register, crc.width) if crc.is_reflected else register)
    return np.array(entries, dtype=np.uint32)


def _reversed(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)
