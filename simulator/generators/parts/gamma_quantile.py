"""The quantiles of the gamma distribution, as a table that is made once for each shape.

Rule: the table holds the logarithm of the value at even steps of z, the quantile of the normal
distribution with the same chance; that is so smooth that cubics between the steps are right to
eight digits and more. Only ``exact`` functions make it, so the bits are the same on every machine.
"""

from functools import lru_cache

import numpy as np

from simulator.exact import FloatArray, constant, exponential, logarithm, normal_quantile

MIN_SHAPE, MAX_SHAPE = 0.01, 10_000.0

_REACH = 8.25  # normal quantiles of chances of 53 bits end at 8.21
_STEPS = 32  # of the table for each unit of z
_MAX_TERMS = 20_000  # of a series; for the largest shape 1,500 are enough
_MAX_NEWTON = 60  # steps; 5 are usual, the smallest shapes need 31
_SMALL = 1e-17  # against 1, what a float64 does not hold
_CLOSE = 1e-11  # of logarithms; the cubics between them are off by more

_STEPS_, _REACH_ = constant(float(_STEPS)), constant(_REACH)

# Stirling's series of ln Γ: 1/12, -1/360, 1/1260, ... over odd powers. Source: NIST Handbook of
# Mathematical Functions, 5.11.1. From 10 on eight terms are right to 16 digits.
_STIRLING = (
    1 / 12,
    -1 / 360,
    1 / 1260,
    -1 / 1680,
    1 / 1188,
    -691 / 360360,
    1 / 156,
    -3617 / 122400,
)
_LOG_ROOT_2_PI = 0.9189385332046727


class GammaQuantile:
    """Values of the gamma distribution with scale 1 by their chance."""

    def __init__(self, shape: float) -> None:
        z = np.arange(-_REACH * _STEPS, _REACH * _STEPS + 1) / _STEPS
        logs = _logs_of_quantiles(shape, z)
        slopes = _slopes(shape, z, logs) / _STEPS
        self._rows = np.stack(_cubic(logs, slopes), axis=1)

    def at(self, centred: FloatArray) -> FloatArray:
        """Return the values whose chances are ``centred + 0.5``; 0 is one that is too small."""
        steps = normal_quantile(centred)
        steps += _REACH_
        steps *= _STEPS_
        places = steps.astype(np.int64)
        steps -= places
        rows = self._rows[places]
        logs = rows[:, 0] * steps
        for power in (1, 2):
            logs += rows[:, power]
            logs *= steps
        logs += rows[:, 3]
        return exponential(logs)


@lru_cache(maxsize=256)
def gamma_quantile(shape: float) -> GammaQuantile:
    """Return the quantiles of a shape, ``MIN_SHAPE`` to ``MAX_SHAPE``."""
    return GammaQuantile(shape)


def log_gamma(shape: float) -> float:
    """Return ln Γ of a number above 0."""
    product, large = 1.0, shape
    while large < 10.0:
        product *= large
        large += 1.0
    series = sum(term / large ** (2 * n + 1) for n, term in enumerate(_STIRLING))
    log, log_product = logarithm(np.array([large, product])).tolist()
    return float((large - 0.5) * log - large + _LOG_ROOT_2_PI + series - log_product)


def _cubic(values: FloatArray, slopes: FloatArray) -> tuple[FloatArray, ...]:
    """Return the coefficients of the cubics between neighbours, highest power first."""
    rise = np.diff(values)
    first, second = slopes[:-1], slopes[1:]
    return first + second - 2 * rise, 3 * rise - 2 * first - second, first, values[:-1]


def _slopes(shape: float, z: FloatArray, logs: FloatArray) -> FloatArray:
    """Return how fast the logarithm of the value rises with z: one density over the other."""
    log_density = shape * logs - exponential(logs) - log_gamma(shape)
    return exponential(-0.5 * z * z - _LOG_ROOT_2_PI - log_density)


def _logs_of_quantiles(shape: float, z: FloatArray) -> FloatArray:
    """Return the logarithms of the values at each z, by Newton's method on the rarer side.

    The logarithms of both tails are concave in that of the value, so it never passes the root
    twice.
    """
    # Φ(-|z|) is half of the gamma distribution's upper tail with the shape 1/2.
    wanted = log_tails(0.5, logarithm(np.maximum(z * z / 2, 1e-300)))[1] - 0.6931471805599453
    wanted[z == 0] = -0.6931471805599453
    is_lower = z < 0
    logs = _first_guess(shape, z, wanted)
    for _ in range(_MAX_NEWTON):
        lower, upper = log_tails(shape, logs)
        log_density = shape * logs - exponential(logs) - log_gamma(shape)
        tail = np.where(is_lower, lower, upper)
        step = (tail - wanted) * exponential(np.clip(tail - log_density, -700, 700))
        step = np.clip(np.where(is_lower, step, -step), -2.0 - 2.0 / shape, 2.0 + 2.0 / shape)
        logs -= step
        if np.abs(step).max() < _CLOSE:
            break
    return logs


def _first_guess(shape: float, z: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return Wilson and Hilferty's cubes, or what small values tend to, where that is more.

    Source: Wilson, Hilferty, "The distribution of chi-square", PNAS 17 (1931).
    """
    root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape**0.5)
    cubes = logarithm(np.maximum(root, 1e-3)) * 3.0 + float(logarithm(np.array([shape]))[0])
    chances = np.where(z < 0, wanted, np.minimum(-exponential(wanted), -1e-300))
    small = (chances + log_gamma(shape + 1.0)) / shape
    return np.where(root > 0.3, cubes, small)


def log_tails(shape: float, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the logarithms of the chances of less and of more than exp(``logs``), scale 1.

    Source: NIST Handbook of Mathematical Functions, 8.11.4 (series), 8.9.2 (continued fraction).
    """
    values = exponential(logs)
    common = shape * logs - values - log_gamma(shape)
    lower, upper = np.empty_like(logs), np.empty_like(logs)
    small = values < shape + 1.0
    lower[small] = common[small] + logarithm(_series(shape, values[small]))
    upper[small] = _log_of_rest(lower[small])
    upper[~small] = common[~small] + logarithm(_fraction(shape, values[~small]))
    lower[~small] = _log_of_rest(upper[~small])
    return lower, upper


def _log_of_rest(logs: FloatArray) -> FloatArray:
    return logarithm(np.maximum(1.0 - exponential(logs), 1e-17))


def _series(shape: float, values: FloatArray) -> FloatArray:
    term = np.full(values.shape, 1.0 / shape)
    total = term.copy()
    for n in range(1, _MAX_TERMS):
        term *= values / (shape + n)
        total += term
        if not np.any(term > _SMALL * total):
            break
    return total


def _fraction(shape: float, values: FloatArray) -> FloatArray:
    """Return the continued fraction by the method of Lentz, from the front."""
    base = values + 1.0 - shape
    above = np.full(values.shape, 1e300)
    below = 1.0 / base
    total = below.copy()
    for n in range(1, _MAX_TERMS):
        factor = n * (shape - n)
        base = base + 2.0
        below = 1.0 / (factor * below + base)
        above = base + factor / above
        change = below * above
        total *= change
        if not np.any(np.abs(change - 1.0) > 1e-15):
            break
    return total
