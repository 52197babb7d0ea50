"""How a shard ends in order: it waits for acknowledgements, disconnects its mocks, stores its log.

Rule: told the time; each phase has a moment at which it ends at the latest.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from enum import Enum

import numpy as np

from simulator.recording import Kind, Link, Writer
from simulator.tower.parts import Parts

logger = logging.getLogger(__name__)

# s after the end of sending before mocks are told to disconnect, which waits for acknowledgements
# for ``LINGER`` s more: they count for 8 s in all.
GRACE = 3.0
STORED_WITHIN = 5.0  # s that the last records have to get into the store, at the end
# s after the end of sending up to which they have, where another tower goes on: a hand-over is over
# within 20 s, and its last word needs some of them.
HANDED_OVER_BY = 13.0
GIVEN_UP_WITHIN = 1.0  # s more for the writer's thread to see that they are given up

DISCONNECTED = "the mock disconnected"  # how an exchange settles what was in flight at the end
RUN_ENDED = "run ended before acknowledgement"
MOVED_ON = "not acknowledged before the mock moved to another tower"
NEVER_OPEN = "run ended before the target accepted the connection"


class Phase(Enum):
    """Where a shard is; it only ever goes forward."""

    SENDING = 0
    WAITING = 1  # nothing new is sent, acknowledgements still come
    CLOSING = 2  # mocks disconnect
    STORING = 3  # the last records are on their way to the store
    ENDED = 4


class Ending:
    """A shard's phase, and what leads from one to the next."""

    def __init__(
        self,
        parts: Parts,
        *,
        writer: Writer,
        is_awaiting: Callable[[], bool],
        sum_up: Callable[[], None],
        waiting: Callable[[], int],
        leave: Callable[[], None],
    ) -> None:
        """
        Args:
            writer: Stores the records.
            is_awaiting: Whether something that was sent may still arrive, as far as that is told.
            sum_up: Adds to the running second what is counted elsewhere; for the last second.
            waiting: How many messages of a shard that moves wait to be sent elsewhere.
            leave: Takes along what of the mocks' sessions goes on elsewhere.
        """
        self.phase = Phase.SENDING
        self._parts = parts
        self._log = parts.log
        self._writer = writer
        self._is_awaiting = is_awaiting
        self._sum_up = sum_up
        self._waiting = waiting
        self._leave = leave
        self.is_moving = False  # another tower goes on with the shard
        self._deadline = math.inf  # the clock's s at which the phase ends at the latest
        self._began = -math.inf  # the clock's s
        self._closing: asyncio.Task[None] | None = None

    def begin(self, now: float, *, is_moving: bool = False) -> None:
        """Wait for acknowledgements from now on; ``is_moving``: another tower goes on then."""
        self.is_moving = is_moving
        self._began = now
        self.phase = Phase.WAITING
        self._deadline = now + GRACE

    def step(self, now: float) -> None:
        """Move on to the next phase in time."""
        self._parts.recorder.fold(self._parts.seconds.running)
        if self.phase is Phase.WAITING and (self._is_quiet() or now >= self._deadline):
            self.close()
        elif self.phase is Phase.CLOSING and self._closing and self._closing.done():
            self._store(now)
        elif self.phase is Phase.STORING:
            self._await_store(now)

    def _is_quiet(self) -> bool:
        waiting = self._waiting() if self.is_moving else 0
        return self._parts.seconds.in_flight <= waiting and not self._is_awaiting()

    def close(self) -> None:
        """Disconnect all mocks, without waiting for acknowledgements any longer."""
        self.phase = Phase.CLOSING
        link = self._parts.board["link"]
        if self.is_moving:
            self._leave()
            link[(link == Link.CONNECTED) | (link == Link.CONNECTING)] = Link.WAITING
        else:
            for row in np.flatnonzero(link == Link.CONNECTING).tolist():
                self._parts.event(Kind.LOST, row, NEVER_OPEN)
            link[link != Link.ENDED] = Link.OFF
        self._closing = asyncio.get_running_loop().create_task(self._parts.exchange.close())

    def give_up(self) -> None:
        """End on the spot. What is not stored counts as dropped."""
        self._writer.abandon(self._log)
        self._writer.forget(self._log)
        self.phase = Phase.ENDED

    def final(self, reason: str) -> str:
        """The reason for a record: that we disconnected is no reason of the target's."""
        is_ours = self.phase is not Phase.SENDING and reason.endswith(DISCONNECTED)
        if not is_ours:
            return reason
        return MOVED_ON if self.is_moving else RUN_ENDED

    def _store(self, now: float) -> None:
        assert self._closing is not None
        if problem := self._closing.exception():
            logger.error("shard=%s: closing failed", self._log.shard, exc_info=problem)
        self.phase = Phase.STORING
        longest = self._began + HANDED_OVER_BY if self.is_moving else now
        self._deadline = max(now + STORED_WITHIN, longest)
        self._writer.finish(self._log)

    def _await_store(self, now: float) -> None:
        if not self._log.is_settled and now < self._deadline:
            return
        if not self._log.is_settled and not self._log.is_abandoned:
            waiting = self._log.accepted - self._log.stored - self._log.lost
            logger.error("shard=%s: %d records are given up", self._log.shard, waiting)
            self._writer.abandon(self._log)
            self._deadline = now + GIVEN_UP_WITHIN
            return
        self._writer.forget(self._log)
        self._sum_up()
        self._parts.seconds.end(self._parts.seconds.running.at)
        self.phase = Phase.ENDED
