"""Powers, roots and logarithms of any numbers: the same bits on every machine.

Rule: as in ``exact``, of which this is the part that formulas need; what has no value is NaN.
"""

import numpy as np
from numpy.typing import NDArray

from simulator import exact
from simulator.exact import FloatArray, constants, polynomial

_MOST = 1024  # whole exponents up to here are multiplied out
_TENS = np.array([float(f"1e{n}") for n in range(-300, 301)])
_TINY, _TERMS = 0.01, 9  # of its series; the first term left out is below 1e-19 of the first
_LN_10 = 2.302585092994046
_SMALL = 0.5  # below it, a hyperbolic sine from its series; the first term left out is below 1e-17
_FACTORS = (1.0, 6.0, 120.0, 5040.0, 362880.0, 39916800.0, 6227020800.0)
_SINH = constants(tuple(1.0 / factor for factor in reversed(_FACTORS)))


def exponential(values: FloatArray) -> FloatArray:
    """Return e to the power of each value."""
    is_number = ~np.isnan(values)
    found = exact.exponential(np.where(is_number, values, 0.0).ravel()).reshape(values.shape)
    return np.where(is_number, found, np.nan)


def logarithm(values: FloatArray) -> FloatArray:
    """Return natural logarithms; NaN for what is not above 0, or infinite."""
    sound = (values > 0) & np.isfinite(values)
    found = exact.logarithm(np.where(sound, values, 1.0).ravel()).reshape(values.shape)
    return np.where(sound, found, np.nan)


def rate_of(share: float) -> float:
    """Return -ln(1 - share), the rate at which a share goes; ``share`` from 0 to below 1.

    As right for tiny shares, where the logarithm of what is left would have lost their digits.
    """
    if share > _TINY:
        return -exact.logarithm_of(1.0 - share)
    total = 0.0
    for place in range(_TERMS, 0, -1):
        total = (total + 1.0 / place) * share
    return total


def logarithm_2(values: FloatArray) -> FloatArray:
    """Return logarithms to base 2, exact for powers of 2."""
    mantissa, exponent = np.frexp(values)
    low = mantissa < 0.75  # so that powers of 2, whose mantissa is 0.5, have nothing beside
    mantissa, exponent = np.where(low, mantissa * 2.0, mantissa), exponent - low
    return logarithm(mantissa) / exact.logarithm_of(2.0) + exponent


def logarithm_10(values: FloatArray) -> FloatArray:
    """Return logarithms to base 10, exact for powers of 10."""
    found = logarithm(values) / _LN_10
    nearest = np.rint(np.nan_to_num(found))
    place = np.clip(nearest + 300, 0, len(_TENS) - 1).astype(np.int64)
    return np.where(_TENS[place] == values, nearest, found)


def power(base: FloatArray, exponent: FloatArray) -> FloatArray:
    """Return powers; NaN for a negative base with an exponent that is not whole.

    Whole exponents up to 1,024 are multiplied out and halves are a square root, so that squares
    and roots are as exact as they look; others are right to about 15 digits.
    """
    base, exponent = np.broadcast_arrays(base, exponent)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _power(base, exponent)


def _power(base: FloatArray, exponent: FloatArray) -> FloatArray:
    is_whole = (np.rint(exponent) == exponent) & (np.abs(exponent) <= _MOST)
    result = np.where(exponent == 0.5, np.sqrt(base), np.nan)
    if is_whole.any():
        whole = np.where(is_whole, exponent, 0.0).astype(np.int64)
        result = np.where(is_whole, _multiplied(base, whole), result)
    others = ~is_whole & (exponent != 0.5)
    if others.any():
        result = np.where(others, _by_logarithm(base, exponent), result)
    return result


def cube_root(values: FloatArray) -> FloatArray:
    """Return cube roots, also of negative numbers."""
    size = np.abs(values)
    root = exponential(logarithm(size) / 3.0)
    root -= (root - size / (root * root)) / 3.0  # Newton's last step
    return np.where(size == 0, values, np.copysign(root, values))


def hyperbolic_sine(values: FloatArray) -> FloatArray:
    """Return (e^x - e^-x) / 2."""
    grown = exponential(values)
    near = values * polynomial(_SINH, values * values)
    return np.where(np.abs(values) < _SMALL, near, (grown - 1.0 / grown) / 2.0)


def hyperbolic_cosine(values: FloatArray) -> FloatArray:
    """Return (e^x + e^-x) / 2."""
    grown = exponential(values)
    return (grown + 1.0 / grown) / 2.0


def hyperbolic_tangent(values: FloatArray) -> FloatArray:
    """Return from -1 to 1."""
    within = np.clip(values, -20.0, 20.0)  # beyond it is 1 in float64
    return hyperbolic_sine(within) / hyperbolic_cosine(within)


def _multiplied(base: FloatArray, whole: NDArray[np.int64]) -> FloatArray:
    """Multiply out by squaring; a row's result does not depend on how far others go."""
    left, square = np.abs(whole), np.array(base)
    result = np.ones(base.shape)
    while left.any():
        result = np.where(left & 1, result * square, result)
        square, left = square * square, left >> 1
    return np.where(whole < 0, 1.0 / result, result)


def _by_logarithm(base: FloatArray, exponent: FloatArray) -> FloatArray:
    size = np.abs(base)
    result = exponential(exponent * logarithm(size))
    result = np.where(
        (size == 0) & ~np.isnan(exponent), np.where(exponent > 0, 0.0, np.inf), result
    )
    is_whole = np.rint(exponent) == exponent  # and huge
    sign = np.where((base < 0) & (np.mod(exponent, 2.0) == 1.0), -1.0, 1.0)
    return np.where((base < 0) & ~is_whole, np.nan, result * sign)
