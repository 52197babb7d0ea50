"""Random values inside of expressions: keyed by mock, place and reading.

Rule: each place in an expression has keys of its own, so two ``uniform(0, 1)`` in it differ.
"""

import numpy as np

from simulator import randomness
from simulator.definition.expressions.arithmetic import Values, number
from simulator.generators.base import Cast
from simulator.randomness import FloatArray, IntArray, KeyArray


class Draws:
    """What the random functions of one expression draw at one sample; a column of expressions."""

    ndim = 0  # to numpy it is a single value

    def __init__(self, keys: list[KeyArray], rows: IntArray, count: IntArray) -> None:
        self._keys = keys
        self._rows = rows
        self._count = count

    def uniform(self, place: int, low: Values, high: Values) -> Values:
        """Return numbers from ``low`` to below ``high``, evenly."""
        bottom = _floats(low)
        return bottom + (_floats(high) - bottom) * self._share(place)

    def normal(self, place: int, mean: Values, deviation: Values) -> Values:
        """Return numbers around ``mean``, normally distributed."""
        z = randomness.normal(self._keys[place][self._rows], self._count)
        return _floats(mean) + _floats(deviation) * z

    def integer(self, place: int, low: Values, high: Values) -> Values:
        """Return whole numbers from ``low`` to ``high``, both included, as float64."""
        bottom = np.ceil(_floats(low))
        span = np.floor(_floats(high)) - bottom + 1.0
        drawn = bottom + np.floor(self._share(place) * span)
        return np.where(span > 0, drawn, np.nan)

    def exponential(self, place: int, mean: Values) -> Values:
        """Return numbers from 0 with a mean, exponentially distributed."""
        return _floats(mean) * randomness.exponential(self._keys[place][self._rows], self._count)

    def chance(self, place: int, share: Values) -> Values:
        """Return true for a share (0 to 1) of all readings."""
        return np.asarray(self._share(place) < _floats(share))

    def _share(self, place: int) -> FloatArray:
        return randomness.uniform(self._keys[place][self._rows], self._count)


def keys_of(draws: int, cast: Cast, metric: str) -> list[KeyArray]:
    """Return the keys of each place of an expression that draws."""
    return [cast.keys(f"metric.{metric}.draw.{place}") for place in range(draws)]


def _floats(values: Values) -> FloatArray:
    return number(values).astype(np.float64)
