"""The shape that a recording has over the year, the day and the week, and what is left without it.

Rule: a cycle is taken when it explains a good part of what those before it left.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from simulator.randomness import FloatArray

EXPLAINS = 0.1  # share of the variance that a cycle must explain
ROUNDS = 2.0  # how many times a cycle must have been seen, the year's aside

_DAY = 86_400.0
_EPOCH_WEEKDAY = 3 * _DAY  # 1970-01-01 was a Thursday; weeks begin on Monday


class _Period(NamedTuple):
    word: str
    length: float  # s
    bins: int
    rounds: float  # of it that must have been recorded
    shift: float  # s from the Unix epoch to where one begins


_PERIODS = (
    _Period("year", 365.25 * _DAY, 12, 0.9, 0.0),
    _Period("day", _DAY, 24, ROUNDS, 0.0),
    _Period("week", 7 * _DAY, 7, ROUNDS, _EPOCH_WEEKDAY),
)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A shape that comes again and again: its mean in each part of the period."""

    word: str
    length: float  # s
    means: FloatArray
    shift: float  # s

    def metric(self) -> dict[str, Any]:
        """Return it as a metric that follows the clock."""
        bins = len(self.means)
        start = self.shift / self.length
        points = sorted(
            ((place + 0.5) / bins + start) % 1.0 for place in range(bins)
        )  # phases count from the Unix epoch
        values = {
            ((place + 0.5) / bins + start) % 1.0: float(f"{mean:.5g}")
            for place, mean in enumerate(self.means)
        }
        drawn = [[round(phase, 5), values[phase]] for phase in points]
        period = f"{self.length / _DAY:g}d" if self.length > _DAY else "24h"
        return {"curve": {"points": drawn, "period": period, "origin": "clock"}}

    def at(self, seconds: FloatArray) -> FloatArray:
        """Return its value at each moment, Unix s."""
        bins = len(self.means)
        phase = np.mod(seconds - self.shift, self.length) / self.length * bins - 0.5
        ring = np.arange(-1, bins + 1)
        around = np.concatenate((self.means[-1:], self.means, self.means[:1]))
        drawn: FloatArray = np.interp(phase, ring, around)
        return drawn


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a column when its cycles are taken out."""

    values: FloatArray

    @property
    def memory(self) -> float:
        """Autocorrelation from one row to the next, -1 to 1; 0 for a constant."""
        centred = self.values - self.values.mean()
        power = float(np.dot(centred, centred))
        return float(np.dot(centred[:-1], centred[1:])) / power if power else 0.0

    def distance_to_normal(self) -> float:
        """Kolmogorov-Smirnov distance to the normal distribution of this mean and deviation."""
        ordered = np.sort(self.values)
        z = (ordered - ordered.mean()) / ordered.std()
        expected = _normal_share(z)
        seen = np.arange(1, len(z) + 1) / len(z)
        return float(np.max(np.abs(expected - seen)))

    def bins(self, count: int) -> dict[str, Any]:
        """Return its distribution as bins of equal width: their edges, and how many fell in."""
        weights, edges = np.histogram(self.values, bins=count)
        return {"edges": [float(f"{edge:.5g}") for edge in edges], "weights": weights.tolist()}


def cycles_of(values: FloatArray, seconds: FloatArray | None) -> tuple[list[Cycle], Rest]:
    """Return the cycles of a column, and what is left.

    Args:
        values: Finite numbers.
        seconds: Unix s of each, rising; None: there are no times, and so no cycles.
    """
    cycles: list[Cycle] = []
    rest = values
    for period in _PERIODS if seconds is not None else ():
        assert seconds is not None
        cycle = _cycle(rest, seconds, period)
        if cycle is None:
            continue
        shape = cycle.at(seconds)
        if np.var(rest - shape) <= (1 - EXPLAINS) * np.var(rest):
            cycles.append(cycle)
            rest = rest - shape
    return cycles, Rest(rest)


def _cycle(values: FloatArray, seconds: FloatArray, period: _Period) -> Cycle | None:
    if seconds[-1] - seconds[0] < period.rounds * period.length:
        return None
    # In seconds, for whole hours must not fall into the bin before by a rounded division.
    into = np.mod(seconds - period.shift, period.length)
    places = np.minimum((into // (period.length / period.bins)).astype(np.int64), period.bins - 1)
    counts = np.bincount(places, minlength=period.bins)
    if not counts.all():
        return None
    means = np.bincount(places, weights=values, minlength=period.bins) / counts
    return Cycle(period.word, period.length, means, period.shift)


def _normal_share(z: FloatArray) -> FloatArray:
    """Return the normal distribution function. Source: Abramowitz and Stegun, 26.2.17."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(z))
    series = (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)
    tail = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * sum(c * t**n for n, c in enumerate(series, 1))
    share: FloatArray = np.where(z >= 0, 1 - tail, tail)
    return share
