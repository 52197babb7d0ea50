"""Columns of numbers as the raw bits that stand in a frame, and these as bytes.

Rule: what does not fit becomes what the definition says, never what the machine makes of it.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.arithmetic import number, truth
from simulator.definition.messages.layout import BitField, Endian, Number
from simulator.payloads.checksums import ByteMatrix

Bits = NDArray[np.uint64]

_FLOATS: dict[int, Any] = {2: np.float16, 4: np.float32, 8: np.float64}


def number_bytes(field: Number, values: NDArray[Any], endian: Endian) -> ByteMatrix:
    """Return each value as the ``field.width`` bytes of a field, in the order of ``endian``."""
    if field.type == "bool":
        return truth(values).astype(np.uint8).reshape(-1, 1)
    if field.type == "bcd":
        return ordered(_decimal_digits(field, values), endian)
    if field.type.startswith("f"):
        bits = _float_bits(field, values)
    else:
        bits = whole_bits(field, values, width=field.width * 8, signed=field.type[0] == "i")
    return ordered(bit_bytes(bits, field.width), endian)


def bit_bytes(bits: Bits, width: int) -> ByteMatrix:
    """Return the lowest ``width`` bytes of each number, most significant first."""
    return bits.astype(">u8").view(np.uint8).reshape(len(bits), 8)[:, 8 - width :]


def ordered(matrix: ByteMatrix, endian: Endian) -> ByteMatrix:
    """Return big-endian numbers in another order of their bytes."""
    if endian == "big":
        return matrix
    width = matrix.shape[1]
    order = list(range(width))
    if endian == "little":
        order.reverse()
    else:
        words = [order[at : at + 2] for at in range(0, width, 2)]
        words.reverse()
        inside = 1 if endian == "swapped" else -1
        order = [at for word in words for at in word[::inside]]
        if endian == "little_swapped":
            order = [at for word in reversed(words) for at in word[::-1]]
    return matrix[:, order]


def whole_bits(field: Number | BitField, values: NDArray[Any], *, width: int, signed: bool) -> Bits:
    """Return whole numbers of ``width`` bits, in two's complement when they are signed."""
    lowest, highest = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
    scaled = _scaled(field, values)
    absent = np.isnan(scaled) if scaled.dtype.kind == "f" else None
    below, above = scaled < lowest, scaled > highest
    if scaled.dtype.kind == "f" and highest >= 2**53:
        above = scaled >= float(highest)
    fits = _as_bits(np.where(below | above | _mask(absent, scaled), 0, scaled))
    if field.out_of_range == "wrap" and scaled.dtype.kind == "f":
        fits = np.where(below | above, _wrapped(scaled), fits)
    elif field.out_of_range == "wrap":
        fits = _as_bits(scaled)
    else:
        error = field.out_of_range
        low, high = (lowest, highest) if error == "clamp" else (error, error)
        fits = np.where(below, _bits_of(low), np.where(above, _bits_of(high), fits))
    if absent is not None and absent.any():
        fits = np.where(absent, _bits_of(_missing(field)), fits)
    return fits & np.uint64((1 << width) - 1)


def _missing(field: Number | BitField) -> int:
    if field.missing is not None:
        return field.missing
    return field.out_of_range if isinstance(field.out_of_range, int) else 0


def _mask(absent: NDArray[np.bool_] | None, scaled: NDArray[Any]) -> NDArray[np.bool_]:
    return np.zeros(len(scaled), dtype=bool) if absent is None else absent


def _scaled(field: Number | BitField, values: NDArray[Any]) -> NDArray[Any]:
    """Return ``(value - offset) / scale``, rounded to a whole number; NaN where there is none."""
    numbers = number(values)
    if numbers.dtype.kind == "i" and field.scale == 1 and field.offset == 0:
        return numbers
    with np.errstate(all="ignore"):
        return np.rint((numbers - field.offset) / field.scale)


def _as_bits(values: NDArray[Any]) -> Bits:
    """Return whole numbers from -2^63 to 2^64 - 1 as 64 bits in two's complement."""
    if values.dtype.kind == "i":
        return values.astype(np.int64).view(np.uint64)
    negative = values < 0
    positive = np.where(negative, 0, values).astype(np.uint64)
    return np.where(
        negative, np.where(negative, values, 0).astype(np.int64).view(np.uint64), positive
    )


def _wrapped(values: NDArray[Any]) -> Bits:
    finite = np.where(np.isfinite(values), values, 0)
    return np.array([int(value) & (2**64 - 1) for value in finite.tolist()], dtype=np.uint64)


def _bits_of(value: int | Literal["clamp", "wrap"]) -> np.uint64:
    return np.uint64(int(value) & (2**64 - 1))


def _float_bits(field: Number, values: NDArray[Any]) -> Bits:
    kind = _FLOATS[field.width]
    limit = float(np.finfo(kind).max)
    numbers = number(values).astype(np.float64)
    with np.errstate(all="ignore"):
        scaled = (numbers - field.offset) / field.scale
        odd = np.abs(scaled) > limit
        narrow = np.clip(scaled, -limit, limit).astype(kind)
    bits = narrow.view(f"u{field.width}").astype(np.uint64)
    if isinstance(field.out_of_range, int):
        bits = np.where(odd, _bits_of(field.out_of_range), bits)
    if field.missing is not None:
        bits = np.where(np.isnan(scaled), _bits_of(field.missing), bits)
    return bits


def _decimal_digits(field: Number, values: NDArray[Any]) -> ByteMatrix:
    """Return two digits a byte, the highest first."""
    highest = 10 ** (2 * field.width) - 1
    scaled = _scaled(field, values)
    absent = np.isnan(scaled.astype(np.float64))
    if field.out_of_range == "wrap":
        whole = np.mod(np.where(np.isfinite(scaled), scaled, 0), highest + 1)
    else:
        error = field.out_of_range
        whole = np.clip(np.where(absent, 0, scaled), 0, highest)
        if error != "clamp":
            whole = np.where((scaled < 0) | (scaled > highest), int(error), whole)
    whole = np.where(absent, _missing(field), whole).astype(np.int64)
    places = [100 ** (field.width - 1 - at) for at in range(field.width)]
    pairs: NDArray[np.int64] = whole[:, None] // np.array(places, dtype=np.int64) % 100
    return (pairs // 10 * 16 + pairs % 10).astype(np.uint8)
