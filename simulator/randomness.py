"""The only randomness there is: pure functions of (seed, mock, name, count), over whole columns.

Rule: nothing here has a state, so a value is the same whatever shard or order it is drawn in; and
only +, -, *, /, square root and integer operations are used, which IEEE 754 rounds the same on
every machine, so the bits are the same too.
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
KeyArray = NDArray[np.uint64]

# Step of a Weyl sequence, 2**64 / golden ratio, odd. Source: Steele, Lea, Flood, "Fast splittable
# pseudorandom number generators", OOPSLA 2014 (SplitMix64).
_GAMMA = np.uint64(0x9E3779B97F4A7C15)

# Finalizer of SplitMix64: "Mix13" of David Stafford, "Better bit mixing", 2011.
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)

_TO_53_BITS, _FROM_53_BITS = np.uint64(11), 2.0**-53  # a float64 holds 53 bits
_TO_52_BITS, _FROM_52_BITS = np.uint64(12), 2.0**-52


# Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics
# 37 (1988), PPND16: about 16 digits. Highest power first; each pair is numerator, denominator.
def _polynomials(numerator: tuple[float, ...], denominator: tuple[float, ...]) -> FloatArray:
    return np.array([numerator, denominator]).T.reshape(-1, 2, 1)


_CENTRE = _polynomials(
    (
        2.50908_09287_30122_6727e3,
        3.34305_75583_58812_8105e4,
        6.72657_70927_00870_0853e4,
        4.59219_53931_54987_1457e4,
        1.37316_93765_50946_1125e4,
        1.97159_09503_06551_4427e3,
        1.33141_66789_17843_7745e2,
        3.38713_28727_96366_6080e0,
    ),
    (
        5.22649_52788_52854_5610e3,
        2.87290_85735_72194_2674e4,
        3.93078_95800_09271_0610e4,
        2.12137_94301_58659_5867e4,
        5.39419_60214_24751_1077e3,
        6.87187_00749_20579_0830e2,
        4.23133_30701_60091_1252e1,
        1.0,
    ),
)
_TAIL = _polynomials(
    (
        7.74545_01427_83414_07640e-4,
        2.27238_44989_26918_45833e-2,
        2.41780_72517_74506_11770e-1,
        1.27045_82524_52368_38258e0,
        3.64784_83247_63204_60504e0,
        5.76949_72214_60691_40550e0,
        4.63033_78461_56545_29590e0,
        1.42343_71107_49683_57734e0,
    ),
    (
        1.05075_00716_44416_84324e-9,
        5.47593_80849_95344_94600e-4,
        1.51986_66563_61645_71966e-2,
        1.48103_97642_74800_74590e-1,
        6.89767_33498_51000_04550e-1,
        1.67638_48301_83803_84940e0,
        2.05319_16266_37758_82187e0,
        1.0,
    ),
)
_FAR_TAIL = _polynomials(
    (
        2.01033_43992_92288_13265e-7,
        2.71155_55687_43487_57815e-5,
        1.24266_09473_88078_43860e-3,
        2.65321_89526_57612_30930e-2,
        2.96560_57182_85048_91230e-1,
        1.78482_65399_17291_33580e0,
        5.46378_49111_64114_36990e0,
        6.65790_46435_01103_77720e0,
    ),
    (
        2.04426_31033_89939_78564e-15,
        1.42151_17583_16445_88870e-7,
        1.84631_83175_10054_68180e-5,
        7.86869_13114_56132_59100e-4,
        1.48753_61290_85061_48525e-2,
        1.36929_88092_27358_05310e-1,
        5.99832_20655_58879_37690e-1,
        1.0,
    ),
)

# 2 atanh(s) = 2s (1 + s²/3 + s⁴/5 + ...): highest power first. |s| is at most 0.172 here, so the
# first term left out is below 1e-16.
_ATANH = tuple(2.0 / (2 * k + 1) for k in range(10, -1, -1))
_LN_2 = 0.6931471805599453
_SQRT_HALF = 0.7071067811865476


def keys(seed: int, numbers: IntArray, name: str) -> KeyArray:
    """Return the key of each mock for one named purpose.

    Args:
        seed: The run's seed, 0 to 2**63 - 1.
        numbers: Numbers of the mocks in the run, from 0; any order, any slice.
        name: What is drawn, ``metric.temperature``. Other names give unrelated values.

    Returns:
        uint64, as long as ``numbers``; each depends on its own number only.
    """
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    root = np.uint64(int.from_bytes(digest, "little"))
    return _mixed(_as_words(numbers) * _GAMMA + root)


def uniform(keys: KeyArray, count: IntArray) -> FloatArray:
    """Return values in [0, 1), evenly spread, multiples of 2**-53.

    ``count`` says which value of its key each entry is, from 0; as long as ``keys``.
    """
    return (_bits(keys, count) >> _TO_53_BITS).astype(np.float64) * _FROM_53_BITS


def normal(keys: KeyArray, count: IntArray) -> FloatArray:
    """Return values with mean 0 and deviation 1, normally distributed, within ±8.21.

    ``count`` says which value of its key each entry is, from 0; as long as ``keys``. One uniform
    value goes through the inverse of the normal distribution (AS 241), so a value costs one hash.
    Measured: 21 ns a value for 10,000 of them, 60 µs a call for 100 or fewer; ``uniform`` takes
    5 ns and 10 µs (tests/benchmarks/generation.py).
    """
    steps = (_bits(keys, count) >> _TO_52_BITS).astype(np.float64)
    share = (steps + 0.5) * _FROM_52_BITS  # never 0 and never 1
    centred = share - 0.5
    squares = 0.180625 - centred * centred
    result = centred * _ratio(_CENTRE, squares)
    outside = np.flatnonzero(np.abs(centred) > 0.425)
    if len(outside):
        result[outside] = _tails(share[outside])
    return result


def exponential(keys: KeyArray, count: IntArray) -> FloatArray:
    """Return values from 0 with mean 1, exponentially distributed, at most 36.8.

    ``count`` says which value of its key each entry is, from 0; as long as ``keys``. Divided by a
    hazard (1/s) it is the time to an event with that hazard.
    """
    return -_logarithm(1.0 - uniform(keys, count))


def pick(keys: KeyArray, count: IntArray, cumulative_weights: ArrayLike) -> IntArray:
    """Return positions drawn by weight: ``[1, 4]`` gives 0 once for every three times 1.

    Args:
        keys: One a mock.
        count: Which draw of its key each entry is, from 0.
        cumulative_weights: Sums of the weights so far, never falling, the last above 0. An entry
            that adds nothing is never picked.

    Returns:
        int64 from 0 to ``len(cumulative_weights) - 1``.
    """
    cumulative = np.asarray(cumulative_weights, dtype=np.float64)
    # 1 - 2**-53 times the total rounds below the total, so the last position is the highest.
    points = uniform(keys, count) * cumulative[-1]
    positions: IntArray = np.searchsorted(cumulative, points, side="right").astype(np.int64)
    return positions


def _as_words(numbers: IntArray) -> KeyArray:
    return np.asarray(numbers, dtype=np.int64).view(np.uint64)


def _bits(keys: KeyArray, count: IntArray) -> KeyArray:
    """Hash key and count. Both are mixed, so streams of two keys never run along each other."""
    return _mixed(keys ^ _mixed(_as_words(count) * _GAMMA + _GAMMA))


def _mixed(words: KeyArray) -> KeyArray:
    """Finalize in place: every input bit changes each output bit with a chance of one half."""
    words ^= words >> _SHIFT_1
    words *= _MIX_1
    words ^= words >> _SHIFT_2
    words *= _MIX_2
    words ^= words >> _SHIFT_3
    return words


def _tails(share: FloatArray) -> FloatArray:
    """Return the inverse normal of shares outside of 0.075 to 0.925."""
    root = np.sqrt(-_logarithm(np.minimum(share, 1.0 - share)))
    size = _ratio(_TAIL, root - 1.6)
    far = np.flatnonzero(root > 5.0)
    if len(far):  # three values in 10**11
        size[far] = _ratio(_FAR_TAIL, root[far] - 5.0)
    return np.copysign(size, share - 0.5)


def _logarithm(values: FloatArray) -> FloatArray:
    """Return natural logarithms of values in (0, 1); numpy's own differ between processors."""
    mantissa, exponent = np.frexp(values)
    low = mantissa < _SQRT_HALF
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    slope = (mantissa - 1.0) / (mantissa + 1.0)
    squares = slope * slope
    series = squares * _ATANH[0]
    for coefficient in _ATANH[1:-1]:
        series += coefficient
        series *= squares
    series += _ATANH[-1]
    return (exponent - low) * _LN_2 + slope * series


def _ratio(polynomials: FloatArray, values: FloatArray) -> FloatArray:
    """Return numerator over denominator, both computed at once: half as many numpy calls."""
    both = polynomials[0] * values
    for coefficients in polynomials[1:-1]:
        both += coefficients
        both *= values
    both += polynomials[-1]
    ratio: FloatArray = both[0] / both[1]
    return ratio
