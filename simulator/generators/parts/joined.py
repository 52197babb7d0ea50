"""Lines through points: held, straight, or smooth without overshooting.

Rule: between two points a line is one polynomial, so a value costs one search and a few products.
"""

from typing import Literal, TypeAlias

import numpy as np

from simulator.randomness import FloatArray

Between: TypeAlias = Literal["linear", "smooth"]


class Joined:
    """A line through points: before the first, its value, after the last, its value."""

    def __init__(
        self, places: FloatArray, values: FloatArray, between: Between, slopes: FloatArray | None
    ) -> None:
        steps, rise = np.diff(places), np.diff(values)
        rates = rise / steps
        powers = [rates, values[:-1]]
        if between == "smooth":
            at = pchip_slopes(places, values) if slopes is None else slopes
            first, second = at[:-1], at[1:]
            bend = (3 * rates - 2 * first - second) / steps
            powers = [(first + second - 2 * rates) / steps**2, bend, first, values[:-1]]
        self._places = places
        # One row a piece, highest power first; after the last point nothing changes.
        still = np.zeros(len(powers))
        still[-1] = values[-1]
        self._rows = np.vstack([np.stack(powers, axis=1), still])

    def at(self, places: FloatArray) -> FloatArray:
        """Return the line's values."""
        pieces = np.searchsorted(self._places, places, side="right") - 1
        np.maximum(pieces, 0, out=pieces)
        beyond = places - self._places[pieces]
        np.maximum(beyond, 0.0, out=beyond)
        rows = self._rows[pieces]
        values: FloatArray = rows[:, 0] * beyond
        for power in range(1, rows.shape[1] - 1):
            values += rows[:, power]
            values *= beyond
        values += rows[:, -1]
        return values


def line(places: FloatArray, values: FloatArray, between: Between) -> Joined:
    """Return the line through points whose places rise; two or more."""
    return Joined(places, values, between, None)


def ring(places: FloatArray, values: FloatArray, between: Between) -> Joined:
    """Return the line through points of a round of length 1, for places from 0 to below 1.

    Places rise from 0 to 1. With points at both 0 and 1 that differ the line jumps there; else the
    last point is joined to the first one of the next round.
    """
    if places[0] == 0.0 and places[-1] == 1.0:
        if values[0] != values[-1]:
            return line(places, values, between)
        places, values = places[:-1], values[:-1]
    around = np.concatenate([places - 1.0, places, places + 1.0])
    again = np.tile(values, 3)
    slopes = pchip_slopes(around, again) if len(around) > 1 else None
    first = int(np.searchsorted(around, 0.0, side="right")) - 1
    last = int(np.searchsorted(around, 1.0, side="left"))
    kept = slice(first, last + 1)
    return Joined(around[kept], again[kept], between, None if slopes is None else slopes[kept])


def pchip_slopes(places: FloatArray, values: FloatArray) -> FloatArray:
    """Return the slopes at each point with which cubics between them never overshoot.

    Where a point is higher or lower than both its neighbours it is level there, else the slope is
    the harmonic mean of those on both sides, weighed by their lengths.

    Source: Fritsch, Butland, "A method for constructing local monotone piecewise cubic
    interpolants", SIAM J. Sci. Stat. Comput. 5 (1984), as PCHIM of SLATEC has it.
    """
    steps = np.diff(places)
    rates = np.diff(values) / steps
    if len(rates) == 1:
        return np.repeat(rates, 2)
    slopes = np.zeros(len(places))
    left, right = rates[:-1], rates[1:]
    same = np.flatnonzero(np.sign(left) * np.sign(right) > 0)
    before, after = steps[:-1][same], steps[1:][same]
    near, far = 2 * after + before, after + 2 * before
    slopes[same + 1] = (near + far) / (near / left[same] + far / right[same])
    slopes[0] = _end_slope(steps[0], steps[1], rates[0], rates[1])
    slopes[-1] = _end_slope(steps[-1], steps[-2], rates[-1], rates[-2])
    return slopes


def _end_slope(step: float, next_step: float, rate: float, next_rate: float) -> float:
    """Return the slope at an end: that of a parabola, as far as it does not overshoot."""
    slope = ((2 * step + next_step) * rate - step * next_rate) / (step + next_step)
    if np.sign(slope) != np.sign(rate):
        return 0.0
    if np.sign(rate) != np.sign(next_rate) and abs(slope) > 3 * abs(rate):
        return float(3 * rate)
    return float(slope)
