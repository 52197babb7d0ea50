"""What is missing in a shard's log, said in the log itself once that takes records again.

Rule: told each second. Each mock has a record of it, for a mock's log is read alone.
"""

import math
from datetime import UTC, datetime

from simulator.recording import Kind
from simulator.tower.parts import Parts

# s without a drop after which it is said; one outage is one gap, and a log that has no room again
# and again is not filled with gaps.
QUIET = 5.0


class Gaps:
    """The records of one shard that were dropped, and whether its log says so."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told = 0  # records whose drop is in the log
        self._seen = 0
        self._quiet_since = math.inf  # the clock's s

    def end_second(self, now: float) -> None:
        """Say what found no room, once nothing more was dropped for a while; ``now``: clock's."""
        log = self._parts.log
        if log.refused != self._seen:
            self._seen, self._quiet_since = log.refused, now
        elif self._seen > self._told and now - self._quiet_since >= QUIET:
            self.tell(*self._not_told())

    def left(self, *, is_over: bool) -> tuple[int, float]:
        """Return how many records are missing that the log does not tell of, and since when.

        Args:
            is_over: What is not stored by now never will be.

        Returns:
            Records, and the Unix s of the first of them; 0 where there are none.
        """
        log = self._parts.log
        missing, since = self._not_told()
        missing += log.lost
        since = min(since, log.lost_since)
        if is_over and not log.is_settled:
            missing += log.accepted - log.stored - log.lost
            waiting = [chunk.first for chunk in tuple(log.chunks)]
            since = min([since, *waiting, *(block.since for _, block in tuple(log.blocks))])
        return missing, since if missing else 0.0

    def tell(self, missing: int, since: float) -> None:
        """Record of each mock that records are missing, from a moment (Unix s) on."""
        parts, now = self._parts, self._parts.clock()
        moment = datetime.fromtimestamp(math.floor(since), UTC)
        why = (
            f"records from {moment:%H:%M:%S} UTC on may be missing: {missing:,} of the "
            f"{len(parts.board):,} mocks of this shard could not be stored, and found no room"
        )
        for row, status in enumerate(parts.fleet.status.tolist()):
            number = int(parts.fleet.sequence[row]) + 1
            parts.recorder.event(Kind.GAP, row, at=now, status=status, reason=why, sequence=number)
        self._told = self._seen = parts.log.refused
        parts.log.refused_since = math.inf

    def _not_told(self) -> tuple[int, float]:
        return self._parts.log.refused - self._told, self._parts.log.refused_since
