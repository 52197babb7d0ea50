"""How long messages take to a receiver that only counts them.

Rule: pure, over the seconds of a whole run, whichever towers these came from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.recording.counters import Second


def counted_delays(points: Sequence[Second], *, step: float = 1.0) -> NDArray[np.float64]:
    """Return how old the newest counted message was each time that the counter had risen, s.

    When the receiver has counted n messages, the n-th one that was delivered is taken to be the
    newest there: so this is right where messages are counted in the order of their sending and none
    is lost or counted twice, and nobody else sends. It is exact to ``step`` and the time between
    two looks at the counter; what is lost makes it too long. Never below 0.

    Args:
        points: Of the whole run in order of time, each ``step`` s long. Gaps are allowed.
        step: s.

    Returns:
        One for each point in which ``counted`` is above 0; empty without such.
    """
    ends = np.array([point.at + step for point in points], dtype=np.float64)
    delivered = np.cumsum([point.delivered for point in points], dtype=np.float64)
    rises = np.array([point.counted for point in points], dtype=np.float64)
    looked = np.flatnonzero(rises > 0)
    counted = np.minimum(np.cumsum(rises)[looked], delivered[looked])
    if not len(looked):
        return np.empty(0)
    numbers, first = np.unique(np.concatenate(([0.0], delivered)), return_index=True)
    newest = np.interp(counted, numbers, np.concatenate((ends[:1] - step, ends))[first])
    return np.maximum(0.0, ends[looked] - newest)
