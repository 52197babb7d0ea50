"""What a mock of a definition sends from its start on: the mean of some that are followed.

Rule: the work is bounded, whatever the definition and the time; what is beyond it goes on at the
pace that was seen, and is said to.

Measured: 16 mocks of tests/definitions/cold-chain.yaml over an hour take 0.1 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.datasets import Dataset
from simulator.definition.document import Definition
from simulator.fleet import Due, Fleet
from simulator.lot.pace import Pace
from simulator.randomness import FloatArray

MOCKS = 16  # that are followed
MAX_SENDS = 2_000  # of all of them together
MAX_STEPS = 400  # calls of ``due``
FIRST_STEP = 1.0  # s; doubled while little falls due in one
LATER = 0.5  # of what was followed; its pace is that of the time after it


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one mock has sent by each of some moments, on the average; both begin at 0.

    ``times`` are s since it was switched on; ``is_whole`` says that they reach to the end that was
    asked for.
    """

    times: FloatArray
    messages: FloatArray
    bytes: FloatArray  # of payload
    is_whole: bool

    def at(self, t: float) -> tuple[float, float]:
        """Return how many messages, and bytes of payload, a mock has sent after ``t`` s."""
        return self._of(self.messages, t), self._of(self.bytes, t)

    def _of(self, values: FloatArray, t: float) -> float:
        end = float(self.times[-1])
        if t <= end:
            return float(np.interp(t, self.times, values))
        middle = end * LATER
        pace = (values[-1] - np.interp(middle, self.times, values)) / (end - middle)
        return float(values[-1] + pace * (t - end))


def forecast(
    definition: Definition,
    *,
    duration: float,
    rate: float | None = None,
    start_within: float = 10.0,
    seed: int = 1,
    epoch: float = 0.0,
    datasets: Mapping[str, Dataset] | None = None,
    most: int = MAX_SENDS,
) -> Forecast:
    """Return what a mock will send, connected at once and whenever it wants to be.

    Args:
        definition: A sound one, from ``parse``.
        duration: s, above 0.
        rate: Messages/s of each mock in place of its own, as a lot's part may say.
        start_within: s, as of a lot's pace.
        seed: 0 to 2**63 - 1.
        epoch: Unix time of the start, s: what goes by the time of the day goes by it.
        datasets: By the names in the definition.
        most: Messages of all the mocks that are followed, above 0.

    Raises:
        DatasetError: A dataset is not there, or not what the definition needs.
        DefinitionError: The definition cannot be simulated.
    """
    fleet = Fleet(
        definition,
        count=MOCKS,
        seed=seed,
        epoch=epoch,
        pace=Pace(start_within=start_within),
        rate=rate,
        datasets=datasets,
        speech=None,
        is_instant=True,
    )
    points, sent, size, step = [(0.0, 0, 0)], 0, 0, min(FIRST_STEP, duration)
    while points[-1][0] < duration and sent < most and len(points) < MAX_STEPS:
        t = min(duration, max(points[-1][0] + step, fleet.next_due()))
        due = fleet.due(t)
        new, more = _sums(due)
        sent, size = sent + new, size + more
        if new < most / MAX_STEPS * 4:
            step *= 2
        # Of very much at once ``due`` gives the earliest part.
        points.append((min(t, max(points[-1][0], _reached(fleet, t))), sent, size))
    times, messages, sizes = np.array(points, dtype=np.float64).T
    return Forecast(times, messages / MOCKS, sizes / MOCKS, bool(times[-1] >= duration))


def _reached(fleet: Fleet, t: float) -> float:
    later = fleet.next_due()
    return t if later > t else later


def _sums(due: Due) -> tuple[int, int]:
    """Return how many messages there are, and their bytes."""
    return sum(map(len, due.sends)), sum(sum(map(len, each.payloads)) for each in due.sends)
