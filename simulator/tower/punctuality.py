"""How late a shard's messages are when they are handed to the exchange, and what is done about it.

Rule: told the time. What waits for the target, behind an answer or in a window of the protocol, is
not lateness here: this is the generator's own, and is never passed off as the target's. Nor is what
the target does to connections passed off as the generator's.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.fleet import Batch
from simulator.lot.pace import Pace
from simulator.randomness import FloatArray
from simulator.recording import Limited
from simulator.tower.caps import ranks

SHARE = 0.99  # of a second's messages that must not be later than the limit
STORM = 0.1  # of a shard's connections that are lost, or made again, within one second
CALM = 5  # s after the last such second in which what is late is still due to it
LONGEST = 30  # s for which one storm counts: what goes on for longer, a generator has to stand


class Storms:
    """Seconds in which a target that threw its connections away kept the loop busy."""

    def __init__(self, count: int) -> None:
        """``count``: mocks of the shard."""
        self._least = STORM * count
        self._since = -math.inf  # Unix s at which the storm began
        self._until = -math.inf

    def cover(self, at: int, relinked: int, *, was_late: bool) -> bool:
        """Whether what is late in the second from ``at`` (Unix s) is due to a storm.

        Args:
            at: When the second began.
            relinked: Connections that were lost in it, or made again.
            was_late: The generator was late before: then its mocks may have been thrown out for
                that, and it is none.
        """
        if relinked and relinked >= self._least:
            if at > self._until:
                self._since = -math.inf if was_late else at
            self._until = at + CALM
        return at <= self._until and at - self._since < LONGEST


class Punctuality:
    """Judges every message of a shard, and each of its seconds."""

    def __init__(self, pace: Pace, *, count: int, tower: str) -> None:
        """``count``: mocks of the shard; ``tower``: the name of the tower that runs it."""
        self.limited: Limited | None = None  # since when the generator was too late, if it was
        self._tower = tower
        self._limit = pace.lateness_limit
        self._skip_after = pace.late.skip_after or math.inf
        self._burst = pace.late.burst
        self._skipped_text = f"skipped: the generator was late by more than {self._skip_after:g} s"
        self._burst_text = (
            f"skipped: the generator was late, with more than {self._burst} messages of this mock"
        )
        self._late_now = np.zeros(count, dtype=np.int64)  # late messages in this second, by row
        self._whole_second = -math.inf  # that they are counted in
        self._total = 0  # messages in this second
        self._over: list[FloatArray] = []  # s; lateness of those that were later than the limit
        self._storms = Storms(count)
        self._was_late = False  # in the second before

    def judged(
        self, batches: Sequence[Batch], now: float
    ) -> tuple[Sequence[Batch], list[tuple[Batch, str]]]:
        """Return what is to be sent at ``now``, s of the run, and what is not, with the reason."""
        self._total += sum(map(len, batches))
        if not any(now - batch.scheduled.min() > self._limit for batch in batches):
            return batches, []
        sends: list[Batch] = []
        skips: list[tuple[Batch, str]] = []
        for batch in batches:
            self._judge(batch, now, sends, skips)
        return sends, skips

    def end_second(self, at: int, *, relinked: int = 0) -> bool:
        """Judge the second that is over, and return whether the generator was the limit in it.

        Args:
            at: Unix s at which it began.
            relinked: Connections that mocks lost in it, or made again.
        """
        lateness = self._lateness()
        is_excused = self._storms.cover(at, relinked, was_late=self._was_late)
        self._was_late = lateness is not None and not is_excused
        if lateness is None or is_excused:
            return False
        now = Limited(since=at, lateness=lateness, seconds=1, tower=self._tower)
        self.limited = Limited.first_of((self.limited, now))
        return True

    def _lateness(self) -> float | None:
        """Return the 99th percentile of the second, s, and begin anew; None: within the limit."""
        total, over = self._total, self._over
        self._total, self._over = 0, []
        late = sum(map(len, over))
        rank = math.ceil(SHARE * total)
        if late <= total - rank:
            return None
        return float(np.sort(np.concatenate(over))[rank - (total - late) - 1])

    def _judge(
        self, batch: Batch, now: float, sends: list[Batch], skips: list[tuple[Batch, str]]
    ) -> None:
        """Put a batch where it belongs, or the parts of it."""
        lateness = now - batch.scheduled
        if batch.held is not None:
            lateness = lateness - batch.held
        self._over.append(lateness[lateness > self._limit])
        too_late = lateness > self._skip_after
        if too_late.any():
            skips.append((batch.only(too_late), self._skipped_text))
            batch, lateness = batch.only(~too_late), lateness[~too_late]
        if self._burst is not None and len(batch):
            too_many = self._too_many(batch, lateness > self._limit, now)
            if too_many.any():
                skips.append((batch.only(too_many), self._burst_text))
                batch = batch.only(~too_many)
        if len(batch):
            sends.append(batch)

    def _too_many(self, batch: Batch, late: NDArray[np.bool_], now: float) -> NDArray[np.bool_]:
        """Return which late messages are more than their mocks may catch up with at once."""
        if math.floor(now) != self._whole_second:
            self._whole_second = math.floor(now)
            self._late_now[:] = 0
        rows = batch.rows[late]
        counts = self._late_now[rows] + ranks(rows)
        np.add.at(self._late_now, rows, 1)
        too_many = np.zeros(len(batch), dtype=np.bool_)
        too_many[late] = counts >= (self._burst or 0)
        return too_many
