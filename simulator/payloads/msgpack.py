"""MessagePack, as github.com/msgpack/msgpack/blob/master/spec.md has it: each number in the
shortest of its forms, floats with 64 bits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.payloads.octets import ONE, by_size, headed
from simulator.payloads.packed import Packer

_NULL, _FALSE, _FLOAT64 = 0xC0, 0xC2, 0xCB
_LARGEST = 2**64

# What stands before a length of 1, 2 and 4 bytes.
_TEXT, _BLOB, _LIST, _MAP = (
    (0xD9, 0xDA, 0xDB),
    (0xC4, 0xC5, 0xC6),
    (None, 0xDC, 0xDD),
    (None, 0xDE, 0xDF),
)


class MessagePack(Packer):
    """Writes MessagePack."""

    null = bytes([_NULL])

    def booleans(self, values: NDArray[np.bool_]) -> list[bytes]:
        return list(ONE[_FALSE + values.astype(np.int64)])

    def wholes(self, values: NDArray[np.int64]) -> list[bytes]:
        return by_size(
            values,
            (
                (-(2**31), lambda some: headed(0xD3, some, ">i8")),
                (-(2**15), lambda some: headed(0xD2, some, ">i4")),
                (-(2**7), lambda some: headed(0xD1, some, ">i2")),
                (-32, lambda some: headed(0xD0, some, ">i1")),
                (2**7, lambda small: ONE[small & 0xFF].tolist()),
                (2**8, lambda some: headed(0xCC, some, ">u1")),
                (2**16, lambda some: headed(0xCD, some, ">u2")),
                (2**32, lambda some: headed(0xCE, some, ">u4")),
                (2**64, lambda some: headed(0xCF, some, ">u8")),
            ),
        )

    def floats(self, values: NDArray[np.float64]) -> list[bytes]:
        return headed(_FLOAT64, values, ">f8")

    def whole(self, value: int) -> bytes:
        if -(2**63) <= value < 2**63:
            return self.wholes(np.array([value]))[0]
        if 0 <= value < _LARGEST:
            return b"\xcf" + value.to_bytes(8, "big")
        return self.floats(np.array([float(value)]))[0]

    def text_head(self, length: int) -> bytes:
        return bytes([0xA0 | length]) if length < 32 else _head(_TEXT, length)

    def blob_head(self, length: int) -> bytes:
        return _head(_BLOB, length)

    def list_head(self, length: int) -> bytes:
        return bytes([0x90 | length]) if length < 16 else _head(_LIST, length)

    def map_head(self, length: int) -> bytes:
        return bytes([0x80 | length]) if length < 16 else _head(_MAP, length)

    def filler_head(self, length: int) -> bytes:
        return bytes([0xDB]) + length.to_bytes(4, "big")


def _head(codes: Sequence[int | None], length: int) -> bytes:
    for code, width in zip(codes, (1, 2, 4), strict=True):
        if code is not None and length < 1 << 8 * width:
            return bytes([code]) + length.to_bytes(width, "big")
    raise ValueError(f"a length must be below 2^32, got {length}")
