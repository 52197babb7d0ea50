"""The last part of the way to the exchange: caps, pauses and lateness are looked at here.

Rule: whatever is handed in here has fallen due; it is counted, and settled exactly once later.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from simulator.fleet import Batch
from simulator.fleet.checkpoint import under
from simulator.tower.caps import ENDED_WAITING, NO_ROOM, Caps
from simulator.tower.ordering import ENDED_PAUSED, Ordering
from simulator.tower.parcels import by_mock, parcels
from simulator.tower.parts import Parts
from simulator.tower.returning import Returning
from simulator.transports import Parcel

ENDED_AWAY = "run ended before the mock was connected again in another tower"


class Watching(Protocol):
    """Follows what is sent to its arrival: ``observing.Watch``."""

    def sending(self, parcels: list[Parcel]) -> None: ...


class Dispatch:
    """Hands a shard's batches to its exchange; all times are of the run, in s."""

    def __init__(
        self,
        parts: Parts,
        *,
        ordering: Ordering,
        watch: Watching | None,
        refuse: Callable[[Parcel, str], None],
        awaits: Callable[[], None],
    ) -> None:
        """
        Args:
            ordering: Keeps what falls due while the run is paused.
            watch: Follows what is sent to its arrival; None: the target offers no way back.
            refuse: Settles a parcel that its mock never sent, with the reason.
            awaits: Is told when something is to be sent that the target acknowledges.
        """
        given, lot = parts.assignment, parts.lot
        self._parts = parts
        self._ordering = ordering
        self._watch = watch
        self._refuse = refuse
        self._awaits = awaits
        self._caps = Caps(lot.pace, first=given.first, count=given.count, total=lot.mocks)
        self._acknowledged_from = lot.target.acknowledged_from
        self.until = 0.0  # up to which the plan is being followed
        # Where another tower was at work before: who comes back, and what of the plan it did.
        self.returning: Returning | None = None
        self.skipped_to = -math.inf  # what falls due until then is not sent here

    @property
    def waiting(self) -> int:
        """How many messages that fell due wait here, for their turn or for their mocks."""
        here = self._caps.waiting + self._ordering.waiting
        return here + (self.returning.waiting if self.returning else 0)

    def next_due(self) -> float:
        """When something that waits for its turn is due; inf: nothing is, or the run is paused."""
        return math.inf if self._ordering.is_paused else self._caps.next_due()

    def slow(self, gap: float) -> None:
        """Let at least ``gap`` s pass between two messages of the shard; 0: as its pace has it."""
        if not self._ordering.is_paused:
            self.hand_over(*self._caps.slow(gap, self._parts.now()))

    def release(self, t: float) -> None:
        """Hand over what has waited for its turn until ``t``."""
        if self.next_due() <= t:
            self.hand_over(*self._caps.due(t))

    def take(self, batches: Sequence[Batch], lost: Sequence[tuple[Batch, str]]) -> None:
        """Send what faults let through, and record what they did not."""
        for batch, reason in lost:
            self.drop(batch, reason)
        self.post(batches)

    def post(self, batches: Sequence[Batch]) -> None:
        """Send batches, which are due from here on."""
        if self.until <= self.skipped_to:
            return
        self._parts.seconds.running.due += sum(map(len, batches))
        if any(batch.qos >= self._acknowledged_from for batch in batches):
            self._awaits()
        if self._ordering.is_paused:
            self._ordering.keep(batches)
        elif self._caps.is_used:
            self.hand_over(*self._caps.take(batches, self._parts.now()))
        else:
            self.hand_over(batches)

    def drop(self, batch: Batch, reason: str) -> None:
        """Keep a record of messages that their mocks never sent."""
        if self.until > self.skipped_to:
            self._parts.seconds.running.due += len(batch)
            self._refuse_all(batch, reason)

    def hand_over(self, batches: Sequence[Batch], refused: Sequence[Batch] = ()) -> None:
        """Give the exchange what is not too late; ``refused`` has found no room to wait."""
        for batch in refused:
            self._refuse_all(batch, NO_ROOM)
        if self.returning:
            batches = self.returning.hold(batches)
        batches, skips = self._parts.punctuality.judged(batches, self._parts.now())
        for batch, reason in skips:
            self._parts.seconds.running.skipped += len(batch)
            self._refuse_all(batch, reason)
        self._send(batches)

    def stop(self) -> None:
        """Give up what waits; nothing is sent from now on."""
        for batch in self._ordering.release(self._parts.now()):
            self._refuse_all(batch, ENDED_PAUSED)
        for batch in self._caps.clear():
            self._refuse_all(batch, ENDED_WAITING)
        for batch in self.returning.release(math.inf) if self.returning else ():
            self._refuse_all(batch, ENDED_AWAY)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what waits, as columns; it goes on elsewhere with the fleet."""
        found = under("caps", self._caps.state())
        if self.returning and self.returning.waiting:
            found |= under("returning", self.returning.state())
        return found

    def recall(self, caps: Mapping[str, NDArray[Any]], *, is_lost: bool) -> None:
        """Take back what waited for its turn; of a lost tower only when each may send again."""
        if caps:
            self._caps.restore(caps)
            if is_lost:
                self._caps.clear()

    def _send(self, batches: Sequence[Batch]) -> None:
        """Let each mock send what is its own, as one write where it can."""
        exchange = self._parts.exchange
        send, send_all = exchange.send, exchange.send_all
        by_row = by_mock(batches)
        if self._watch:
            by_row = list(by_row)
            self._watch.sending([parcel for _, same in by_row for parcel in same])
        for row, same in by_row:
            if len(same) == 1:
                send(row, same[0])
            else:
                send_all(row, same)

    def _refuse_all(self, batch: Batch, reason: str) -> None:
        for parcel in parcels(batch):
            self._refuse(parcel, reason)
