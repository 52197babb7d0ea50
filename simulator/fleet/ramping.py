"""When each mock of a lot is switched on.

Rule: a pure function of the ramp, the mock's number and the lot's size; shards cannot show in it.
"""

import numpy as np

from simulator.fleet.staging import staged
from simulator.lot.pace import Pace
from simulator.lot.ramp import Ramp, how_many
from simulator.randomness import FloatArray, IntArray, keys, uniform


def switched_on(pace: Pace, numbers: IntArray, *, total: int, seed: int) -> FloatArray:
    """Return when each mock is switched on, s since the run's start.

    Args:
        pace: Its ramp or stages, and jitter.
        numbers: Those of the mocks in the run, from 0.
        total: Mocks of the lot; those with higher numbers may be on from the start.
        seed: The run's.
    """
    moments: FloatArray = np.zeros(len(numbers))
    own = numbers < total
    if pace.stages:
        moments[own] = staged(pace.stages, numbers[own], total=total)
    else:
        moments[own] = ramped(pace.ramp, numbers[own], total=total)
    if not pace.jitter:
        return moments
    drawn = uniform(keys(seed, numbers, "pace.jitter"), np.zeros(len(numbers), dtype=np.int64))
    return moments + pace.jitter * drawn


def ramped(ramp: Ramp, numbers: IntArray, *, total: int) -> FloatArray:
    """Return when the ramp reaches each mock: as soon as more are on than have lower numbers.

    Raises:
        ValueError: Its steps do not fit the lot.
    """
    if problem := ramp.problem(total):
        raise ValueError(problem)
    if ramp.steps:
        on = np.array([how_many(step.mocks, total) for step in ramp.steps])
        times = np.array([step.after for step in ramp.steps])
        return times[np.searchsorted(on, numbers, side="right")]
    if ramp.curve:
        return _along(ramp, numbers / total)
    return ramp.over * numbers.astype(np.float64) / total


def _along(ramp: Ramp, shares: FloatArray) -> FloatArray:
    """Return when the curve first exceeds each share, 0 to below 1."""
    times = np.array([point.after for point in ramp.curve])
    reached = np.array([point.share for point in ramp.curve])
    after = np.searchsorted(reached, shares, side="right")
    before = np.maximum(after - 1, 0)
    rise = np.where(after > 0, reached[after] - reached[before], 1.0)
    along = np.where(after > 0, (shares - reached[before]) / rise, 0.0)
    moments: FloatArray = times[before] + (times[after] - times[before]) * along
    return moments
