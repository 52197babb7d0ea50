"""The encodings of values in a page, each one pass of numpy.

Rule: widths are whole bytes: packing is then a view, and zstd takes what the bits would have saved.

Source: apache/parquet-format, Encodings.md.
"""

from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.recording.parquet.thrift import varint, zigzag

Whole: TypeAlias = NDArray[np.int64] | NDArray[np.int32]

BLOCK = 4_096  # values in a block of deltas
MINIBLOCKS = 16  # in a block, each with a width of its own


def levels(valid: NDArray[np.bool_]) -> bytes:
    """Return which values there are (definition levels of 0 and 1, RLE), with their length."""
    if valid.all() or not valid.any():
        body = varint(len(valid) << 1) + bytes([bool(valid[0])])
    else:
        groups = -(-len(valid) // 8)
        body = varint(groups << 1 | 1) + np.packbits(valid, bitorder="little").tobytes()
    return len(body).to_bytes(4, "little") + body


def codes(values: NDArray[np.int32] | NDArray[np.uint8]) -> bytes:
    """Return positions in a dictionary (RLE_DICTIONARY); at least one."""
    width = 8 if values.max() < 2**8 else 16 if values.max() < 2**16 else 32
    small = values.astype(f"<u{width // 8}")
    if (values == values[0]).all():
        return bytes([width]) + varint(len(values) << 1) + small[:1].tobytes()
    groups = -(-len(values) // 8)
    padding = bytes((groups * 8 - len(values)) * (width // 8))
    return bytes([width]) + varint(groups << 1 | 1) + small.tobytes() + padding


def deltas(values: Whole) -> bytes:
    """Return whole numbers by their differences (DELTA_BINARY_PACKED); at least one.

    Differences wrap around in the width of the numbers, as the format has it.
    """
    head = varint(BLOCK) + varint(MINIBLOCKS) + varint(len(values)) + zigzag(int(values[0]))
    steps = np.diff(values)
    blocks = [_block(steps[start : start + BLOCK]) for start in range(0, len(steps), BLOCK)]
    return head + b"".join(blocks)


def _block(steps: Whole) -> bytes:
    least, octets = steps.min(), steps.dtype.itemsize
    size = BLOCK // MINIBLOCKS
    count = -(-len(steps) // size)  # of miniblocks; those that are missing have no data
    above = np.zeros(count * size, dtype=f"<u{octets}")
    above[: len(steps)] = (steps - least).view(above.dtype)
    parts = above.reshape(count, size)
    widths = [(int(most).bit_length() + 7) // 8 for most in parts.max(axis=1)]
    split = parts.view(np.uint8).reshape(count, size, octets)
    data = [split[place, :, :width].tobytes() for place, width in enumerate(widths)]
    bits = bytes(8 * width for width in widths).ljust(MINIBLOCKS, b"\0")
    return zigzag(int(least)) + bits + b"".join(data)


def blobs(values: Sequence[bytes]) -> bytes:
    """Return strings of bytes after all of their lengths (DELTA_LENGTH_BYTE_ARRAY); one or more."""
    sizes = np.fromiter(map(len, values), dtype=np.int32, count=len(values))
    return deltas(sizes) + b"".join(values)


def plain_texts(values: Sequence[str]) -> bytes:
    """Return texts, each after its length (PLAIN)."""
    data = [value.encode() for value in values]
    sizes = np.fromiter(map(len, data), dtype="<u4", count=len(data)).tobytes()
    heads = [sizes[place : place + 4] for place in range(0, len(sizes), 4)]
    return b"".join(chain.from_iterable(zip(heads, data, strict=True)))
