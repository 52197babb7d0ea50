"""From when a generator counts its seconds.

Rule: the same word ``origin`` with the same three meanings in every generator that follows time.
"""

from typing import Literal, TypeAlias, assert_never

import numpy as np

from simulator.generators.base import Sample
from simulator.randomness import FloatArray

# start: the run's start, so that all mocks go together and every run goes alike. mock: each mock's
# own start. clock: 1970-01-01T00:00:00 UTC, so that a period of 24h begins at midnight UTC.
Origin: TypeAlias = Literal["start", "mock", "clock"]


def age(sample: Sample) -> FloatArray:
    """Return the seconds since each mock's start, 0 or more."""
    return np.maximum(sample.t - sample.born, 0.0)


def elapsed(sample: Sample, origin: Origin, *, epoch: float) -> FloatArray:
    """Return the seconds since ``origin``; ``epoch`` is the Unix time of t = 0."""
    match origin:
        case "start":
            return sample.t.copy()
        case "mock":
            return age(sample)
        case "clock":
            return sample.t + epoch
        case _:
            assert_never(origin)
