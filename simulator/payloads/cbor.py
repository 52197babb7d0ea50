"""CBOR, as RFC 8949 has it: whole numbers as short as they can be, floats with 64 bits."""

import numpy as np
from numpy.typing import NDArray

from simulator.payloads.octets import ONE, by_size, headed
from simulator.payloads.packed import Packer

_BLOB, _TEXT, _LIST, _MAP = 2, 3, 4, 5  # major types, section 3.1
_FALSE, _NULL, _FLOAT64 = 0xF4, 0xF6, 0xFB
_LARGEST = 2**64


class Cbor(Packer):
    """Writes CBOR."""

    null = bytes([_NULL])

    def booleans(self, values: NDArray[np.bool_]) -> list[bytes]:
        return list(ONE[_FALSE + values.astype(np.int64)])

    def wholes(self, values: NDArray[np.int64]) -> list[bytes]:
        if values.min() >= 0:
            return _heads(0, values)
        result = np.empty(len(values), dtype=object)
        positive = values >= 0
        if positive.any():
            result[positive] = _heads(0, values[positive])
        result[~positive] = _heads(1, ~values[~positive])
        return result.tolist()

    def floats(self, values: NDArray[np.float64]) -> list[bytes]:
        return headed(_FLOAT64, values, ">f8")

    def whole(self, value: int) -> bytes:
        major, size = (0, value) if value >= 0 else (1, -1 - value)
        return _head(major, size) if size < _LARGEST else self.floats(np.array([float(value)]))[0]

    def text_head(self, length: int) -> bytes:
        return _head(_TEXT, length)

    def blob_head(self, length: int) -> bytes:
        return _head(_BLOB, length)

    def list_head(self, length: int) -> bytes:
        return _head(_LIST, length)

    def map_head(self, length: int) -> bytes:
        return _head(_MAP, length)

    def filler_head(self, length: int) -> bytes:
        return bytes([_TEXT << 5 | 26]) + length.to_bytes(4, "big")


def _head(major: int, size: int) -> bytes:
    first = major << 5
    if size < 24:
        return bytes([first | size])
    for code, width in ((24, 1), (25, 2), (26, 4)):
        if size < 1 << 8 * width:
            return bytes([first | code]) + size.to_bytes(width, "big")
    return bytes([first | 27]) + size.to_bytes(8, "big")


def _heads(major: int, sizes: NDArray[np.int64]) -> list[bytes]:
    first = major << 5
    return by_size(
        sizes,
        (
            (24, lambda small: ONE[first | small].tolist()),
            (2**8, lambda some: headed(first | 24, some, ">u1")),
            (2**16, lambda some: headed(first | 25, some, ">u2")),
            (2**32, lambda some: headed(first | 26, some, ">u4")),
            (2**64, lambda some: headed(first | 27, some, ">u8")),
        ),
    )
