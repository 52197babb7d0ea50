"""What a column remembers: named arrays, one entry a row, that go out and come back.

Rule: a column that reads time between its readings asks ``since`` here, so all mean the same by it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import exact
from simulator.generators.base import Column, Sample, check_state
from simulator.randomness import FloatArray


class Remembering(Column):
    """A column whose memory is ``self.memory``: arrays of one entry a row, by name."""

    def __init__(self, **memory: NDArray[Any]) -> None:
        self.memory: dict[str, NDArray[Any]] = memory

    def state(self) -> dict[str, NDArray[Any]]:
        return {name: values.copy() for name, values in self.memory.items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        check_state(state, self.memory)
        self.memory = {
            name: state[name].astype(values.dtype) for name, values in self.memory.items()
        }


class Timed(Remembering):
    """A column that also remembers when each mock read it last."""

    def __init__(self, count: int, **memory: NDArray[Any]) -> None:
        super().__init__(read_at=np.full(count, np.nan), **memory)

    def since(self, sample: Sample) -> FloatArray:
        """Return the seconds since each mock's last reading, and take note of this one.

        0 or more; NaN at the first reading. A reading of an earlier moment than the last one, as
        bulks have them, is 0 s after it.
        """
        last = self.memory["read_at"][sample.rows]
        self.memory["read_at"][sample.rows] = np.fmax(last, sample.t)
        seconds: FloatArray = np.maximum(sample.t - last, 0.0)
        return seconds


def kept_share(seconds: FloatArray, decay: float) -> FloatArray:
    """Return how much is left after a time, ``exp(-decay · s)``; 0 where there was no time before.

    Most samples are alike (all mocks an interval after their last), so each time is asked once
    where that is less work.
    """
    if len(seconds) == 1:
        return exact.exponential(seconds * -decay) if seconds[0] >= 0.0 else np.zeros(1)
    if len(seconds) and (seconds == seconds[0]).all():
        return np.full(len(seconds), exact.exponential(seconds[:1] * -decay)[0])
    return np.where(np.isnan(seconds), 0.0, exact.exponential(np.nan_to_num(seconds) * -decay))
