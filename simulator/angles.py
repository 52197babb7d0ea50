"""Sines, tangents and what turns them back, of angles in radians: the same bits on every machine.

Rule: as in ``exact``, of which this is the part that formulas and positions need.
"""

import math

import numpy as np
from numpy.typing import NDArray

from simulator.exact import FloatArray, constants, polynomial

# π/2 in parts of 21 bits behind the point, so that each, the first of 22 bits, is exact when it is
# multiplied with a whole number below 2**31.
_PARTS = 6
_BITS_OF_PART = 21
_MOST_QUARTERS = 2.0**31
_BITS_OF_PI = 1_200  # more than the largest float64 has before its point
_BITS_OF_REST = 120  # of what is left of such an angle, behind the point

_QUARTER, _HALF_TURN = math.pi / 2, math.pi


def _pi(bits: int) -> int:
    """Return π · 2**bits, rounded down by a little. Source: Machin, 16 atan 1/5 - 4 atan 1/239."""

    def arctangent(below: int) -> int:
        power, total, place = (1 << bits + 32) // below, 0, 1
        while power:
            total += power // place if place % 4 == 1 else -(power // place)
            power //= below * below
            place += 2
        return total

    return (16 * arctangent(5) - 4 * arctangent(239)) >> 32


_LONG_PI = _pi(_BITS_OF_PI)


def _parts() -> tuple[float, ...]:
    parts, rest = [], _LONG_PI  # of π/2: one bit less
    for place in range(1, _PARTS + 1):
        shift = _BITS_OF_PI + 1 - _BITS_OF_PART * place
        part = rest >> shift
        rest -= part << shift
        parts.append(math.ldexp(part, -_BITS_OF_PART * place))
    return tuple(parts)


_QUARTER_PARTS = constants(_parts())

# Taylor, highest power first: |angle| is at most 0.786, the first term left out below 1e-17.
_SINE = constants(tuple((-1) ** k / math.factorial(2 * k + 1) for k in range(9, -1, -1)))
_COSINE = constants(tuple((-1) ** k / math.factorial(2 * k) for k in range(9, -1, -1)))

# Arc tangents of 0.5, 1, 1.5 and infinity as two float64, and of what is left, |x| < 7/16.
# Source: s_atan.c of FreeBSD's libm. Row 0 is for what is small already.
_ATAN_BEGINS = np.array([7 / 16, 11 / 16, 19 / 16, 39 / 16])
_ATAN_HIGH = np.array(
    [0.0, 4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01,
     1.57079632679489655800e00]
)  # fmt: skip
_ATAN_LOW = np.array(
    [0.0, 2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17,
     6.12323399573676603587e-17]
)  # fmt: skip
# The rest is (a·x - b) / (c + d·x).
_A = np.array([1.0, 2.0, 1.0, 1.0, 0.0])
_B = np.array([0.0, 1.0, 1.0, 1.5, 1.0])
_C = np.array([1.0, 2.0, 1.0, 1.0, 0.0])
_D = np.array([0.0, 1.0, 1.0, 1.5, 1.0])
_ATAN = constants(
    (
        1.62858201153657823623e-02, -3.65315727442169155270e-02, 4.97687799461593236017e-02,
        -5.83357013379057348645e-02, 6.66107313738753120669e-02, -7.69187620504482999495e-02,
        9.09088713343650656196e-02, -1.11111104054623557880e-01, 1.42857142725034663711e-01,
        -1.99999999998764832476e-01, 3.33333333333329318027e-01,
    )
)  # fmt: skip
_LARGE = 1e300


def sine_and_cosine(angle: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both of angles in radians, right to about 16 digits; NaN for what is not finite."""
    angle = np.asarray(angle, dtype=np.float64)
    rest, quarter = _within_a_quarter(angle)
    square = rest * rest
    sine, cosine = rest * polynomial(_SINE, square), polynomial(_COSINE, square)
    is_odd = (quarter & 1).astype(bool)
    sine, cosine = np.where(is_odd, cosine, sine), np.where(is_odd, sine, cosine)
    return (
        np.where(quarter & 2, -sine, sine),
        np.where((quarter + 1) & 2, -cosine, cosine),
    )


def sine(angle: FloatArray) -> FloatArray:
    """Return the sines of angles in radians."""
    return sine_and_cosine(angle)[0]


def cosine(angle: FloatArray) -> FloatArray:
    """Return the cosines of angles in radians."""
    return sine_and_cosine(angle)[1]


def tangent(angle: FloatArray) -> FloatArray:
    """Return the tangents of angles in radians."""
    above, below = sine_and_cosine(angle)
    return above / below


def arctangent(values: FloatArray) -> FloatArray:
    """Return angles from -π/2 to π/2."""
    size = np.minimum(np.abs(np.asarray(values, dtype=np.float64)), _LARGE)
    piece = np.searchsorted(_ATAN_BEGINS, size, side="right")
    rest = (_A[piece] * size - _B[piece]) / (_C[piece] + _D[piece] * size)
    square = rest * rest
    tail = rest * square * polynomial(_ATAN, square)
    angle: FloatArray = _ATAN_HIGH[piece] - (tail - _ATAN_LOW[piece] - rest)
    return np.copysign(angle, values)


def direction(y: FloatArray, x: FloatArray) -> FloatArray:
    """Return the angles of points, -π to π, as ``arctan2`` does; 0 for the origin."""
    wide, high = np.abs(x), np.abs(y)
    below = np.maximum(wide, high)
    ratio = np.minimum(wide, high) / np.where(below == 0, 1.0, below)
    angle = arctangent(ratio)
    angle = np.where(high > wide, _QUARTER - angle, angle)
    angle = np.where(np.signbit(x), _HALF_TURN - angle, angle)
    return np.copysign(angle, y)


def arcsine(values: FloatArray) -> FloatArray:
    """Return angles from -π/2 to π/2; NaN beyond -1 and 1."""
    return direction(values, np.sqrt((1.0 - values) * (1.0 + values)))


def arccosine(values: FloatArray) -> FloatArray:
    """Return angles from 0 to π; NaN beyond -1 and 1."""
    return direction(np.sqrt((1.0 - values) * (1.0 + values)), values)


def hypotenuse(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return √(a² + b²), without overflow on the way."""
    _, exponent = np.frexp(np.maximum(np.abs(a), np.abs(b)))
    a, b = np.ldexp(a, -exponent), np.ldexp(b, -exponent)
    return np.ldexp(np.sqrt(a * a + b * b), exponent)


def _within_a_quarter(angle: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return angles from -π/4 to π/4, and how many quarters of a turn were taken from each."""
    turned = angle * (1.0 / _QUARTER)
    is_far = ~(np.abs(turned) < _MOST_QUARTERS)
    if is_far.any():
        return _of_far(angle, is_far)
    quarters = np.rint(turned)
    rest = angle
    for part in _QUARTER_PARTS:
        rest = rest - quarters * part
    return rest, quarters.astype(np.int64)


def _of_far(angle: FloatArray, is_far: NDArray[np.bool_]) -> tuple[FloatArray, NDArray[np.int64]]:
    """Take the quarters from angles of which some are huge, or no number, one by one."""
    rest, quarters = _within_a_quarter(np.where(is_far, 0.0, angle))
    found = [_of_one(value) for value in angle[is_far].tolist()]
    rest, quarters = np.array(rest), np.array(quarters)
    rest[is_far] = [each for each, _ in found]
    quarters[is_far] = [each for _, each in found]
    return rest, quarters


def _of_one(angle: float) -> tuple[float, int]:
    if not math.isfinite(angle):
        return math.nan, 0
    above, below = angle.as_integer_ratio()
    long = (above << _BITS_OF_PI) // below
    quarter = _LONG_PI >> 1
    quarters = (2 * long + quarter) // (2 * quarter)
    rest = (long - quarters * quarter) >> (_BITS_OF_PI - _BITS_OF_REST)
    return math.ldexp(float(rest), -_BITS_OF_REST), quarters % 4
