"""Sequence numbers are reserved before they are given, so that none comes twice after a kill.

Rule: told the numbers; whoever goes on after a tower was lost begins where the last stored
checkpoint's reserve ends, and no tower gives a number beyond it.
"""

import math
from collections import deque

import numpy as np

from simulator.randomness import IntArray

# s of sending that a block covers twice: a database that is silent for 120 s, after which a tower
# lets its shards go, the 10 s between two checkpoints, and a lease that is still to expire.
COVERED = 150.0
LEAST_BLOCK = 1_000
MAX_PENDING = 20  # checkpoints that nobody said to have stored; older ones are forgotten


def block_of(rate: float) -> int:
    """Return how many numbers of each mock are reserved at once, at ``rate`` messages/s of it."""
    return max(LEAST_BLOCK, math.ceil(2.0 * COVERED * rate))


class Reserve:
    """The numbers that the mocks of a shard, and the devices behind them, may give."""

    def __init__(self, numbers: IntArray, *, rate: float) -> None:
        """
        Args:
            numbers: The last ones that were given.
            rate: Messages/s of a mock in its busiest status.
        """
        self._block = self._covered = block_of(rate)  # by the next checkpoint, and by the last
        self._until = self.beyond(numbers)
        self._pending: deque[tuple[float, IntArray, int]] = deque(maxlen=MAX_PENDING)

    def set_rate(self, rate: float) -> None:
        """Reserve for another rate from the next checkpoint on, messages/s of a mock."""
        self._block = block_of(rate)

    def beyond(self, numbers: IntArray, *, blocks: int = 1) -> IntArray:
        """Return the last number of each that is reserved at ``numbers``."""
        return numbers + blocks * self._block

    def asked(self, at: float, until: IntArray) -> None:
        """Note a checkpoint that reserves up to ``until``, and is named by its moment ``at``."""
        self._pending.append((at, until, self._block))

    def stored(self, at: float) -> None:
        """Take note that the checkpoint of this moment, and with it any before, is stored."""
        while self._pending and self._pending[0][0] <= at:
            _, until, self._covered = self._pending.popleft()
            self._until = np.maximum(self._until, until)

    def is_low(self, numbers: IntArray) -> bool:
        """Whether somebody has used up a quarter: a checkpoint is wanted now."""
        return bool((numbers > self._until - self._covered * 3 // 4).any())

    def is_short(self, numbers: IntArray) -> bool:
        """Whether somebody has used up half: nothing more is to fall due until one is stored."""
        return bool((numbers > self._until - self._covered // 2).any())
