"""Follows the plan of one shard: asks its fleet what is due, and lets it be done.

Rule: told the time; every message that falls due is counted, and settled exactly once later.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from simulator.fleet import Batch, Due, Move
from simulator.recording import Kind, Link
from simulator.tower.alarm import NOW
from simulator.tower.dispatch import Dispatch, Watching
from simulator.tower.faulting import HELD_BACK, Faulting
from simulator.tower.news import News
from simulator.tower.ordering import Ordering
from simulator.tower.parts import Parts
from simulator.tower.returning import Returning
from simulator.tower.stride import Stride
from simulator.transports import Identity, Parcel

CLOCK_ERROR = 1e-6  # s; what Unix seconds in float64 may lose on their way to the clock and back
MAX_LATE_END = 1.0  # s past its duration in which a shard that is behind still sends what was due

LEFT_IN_BUFFER = "run ended with the message in the mock's buffer"


class Sending:
    """The way of a shard's messages from its fleet to its exchange; all times are of the run."""

    def __init__(
        self,
        parts: Parts,
        *,
        ordering: Ordering,
        watch: Watching | None,
        refuse: Callable[[Parcel, str], None],
    ) -> None:
        """
        Args:
            ordering: What people order of the shard.
            watch: Follows what is sent to its arrival; None: the target offers no way back.
            refuse: Settles a parcel that its mock never sent, with the reason.
        """
        self._parts = parts
        self._fleet = parts.fleet
        self._ordering = ordering
        self._identity: Callable[[int], Identity] = parts.identity
        self._duration = parts.lot.duration  # s of the run in which messages fall due
        self._late_end = self._duration + MAX_LATE_END
        self.counts_results = parts.fleet.counts_results
        self._news = News(parts.fleet)
        self._stride = Stride(parts.board)
        self._dispatch = Dispatch(
            parts,
            ordering=ordering,
            watch=watch,
            refuse=refuse,
            awaits=self._stride.await_answers,
        )
        self._faulting: Faulting | None = None  # before something is to go wrong on purpose
        self._reached = 0.0  # s of the run up to which the fleet was asked
        self._is_behind = False  # the plan goes on right where the last stride ended
        self.taken = 0  # messages that fell due in the last step
        # Once what another tower may have sent is behind us; None: there is nothing of it.
        self._went_on: Callable[[], None] | None = None
        self.is_short = False  # of sequence numbers: nothing more is to fall due for now

    @property
    def is_opening(self) -> bool:
        """Whether many mocks wait for their first connection, and others are getting theirs."""
        return self._stride.is_opening

    def linked(self, row: int, *, is_up: bool) -> None:
        """Note that a mock's connection came or went, for the fleet."""
        self._news.links.append((row, is_up))
        if self._dispatch.returning:
            self._dispatch.returning.back(row)

    def ended(self, row: int, *, is_good: bool) -> None:
        """Note how a mock's send ended, for the fleet; asked for where ``counts_results``."""
        self._news.results.append((row, is_good))

    def tell_links(self, t: float) -> None:
        """Tell the fleet at ``t`` what was noted of connections, before ``step`` does."""
        if self._news.links:
            self._tell_fleet(t)

    def next_moment(self) -> float:
        """The clock's moment at which ``step`` has something to do; ``NOW`` when it is behind."""
        if self.is_short:
            return math.inf
        if self._is_behind or self._went_on:
            return NOW
        t = min(self._next_due(), self._dispatch.next_due(), self._duration)
        returning = self._dispatch.returning
        if returning and returning.waiting and self._reached >= self._duration:
            t = returning.until  # who comes back before rings
        return self._parts.zero.clock + max(t, 0.0) + CLOCK_ERROR

    def step(self, t: float) -> bool:
        """Do what is due at ``t``, at most a stride of the plan; True when that was the last."""
        self.taken = 0
        self._take_in(t)
        if self.is_short:
            return t > self._late_end
        self._dispatch.release(t)
        if t < min(self._next_due(), self._duration):
            self._is_behind = False  # or the loop would turn without a rest until the next is due
            return False
        goal = min(t, self._duration)
        until = min(goal, self._stride_end())
        self._follow(until)
        self._stride.pace(self.taken, t)
        self._reached = until
        self._is_behind = until < goal
        return self._is_over(t)

    def afflict(self, faulting: Faulting) -> None:
        """Let things go wrong on purpose from now on."""
        self._faulting = faulting
        self._identity = faulting.identity

    def clear(self, name: str | None, t: float) -> None:
        """End a fault that was put in by hand, or all there are."""
        if self._faulting:
            self._dispatch.take(*self._faulting.clear(name, max(t, self._reached)))

    def go_on(
        self, returning: Returning, *, now: float, skip: bool, went_on: Callable[[], None]
    ) -> None:
        """Go on at ``now`` where the fleet's plan was left in another tower.

        Args:
            returning: The mocks that are to have their connection again.
            now: s of the run.
            skip: Leave out what fell due since, for the other tower may have sent it.
            went_on: Is called once what is sent next is this tower's own.
        """
        self._reached = self._fleet.reached
        self._late_end = max(self._duration, now) + MAX_LATE_END
        self._dispatch.returning = returning
        self._dispatch.skipped_to = now if skip else -math.inf
        self._went_on = went_on
        for row in self._fleet.wanted:
            self.connect(row)

    @property
    def waiting(self) -> int:
        """How many messages that fell due wait here, for their turn or for their mocks."""
        return self._dispatch.waiting

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what waits, as columns; it goes on elsewhere with the fleet."""
        return self._dispatch.state()

    def slow(self, gap: float) -> None:
        """Let at least ``gap`` s pass between two messages; 0: as the lot's pace has it."""
        self._dispatch.slow(gap)

    def recall(self, caps: Mapping[str, NDArray[Any]], *, is_lost: bool) -> None:
        """Take back what waited for its turn; of a lost tower only when each may send again."""
        self._dispatch.recall(caps, is_lost=is_lost)

    def connect(self, row: int) -> None:
        """Have a mock connect."""
        self._parts.board["link"][row] = Link.CONNECTING
        returning = self._dispatch.returning
        if returning and self._dispatch.until < returning.since:
            returning.expect(row)
        self._parts.exchange.connect(row, self._identity(row))

    def let_go(self, row: int, link: Link = Link.OFF) -> None:
        """Let a mock go that is not to be connected any more; ``link`` is where it is then."""
        returning = self._dispatch.returning
        if returning and returning.keeps(row, link):
            return
        self._parts.board["link"][row] = link
        self._parts.exchange.disconnect(row)

    def reconnect(self, row: int) -> None:
        """Let a mock go in order and have it connect anew, with what it shows now."""
        self.let_go(row, Link.CONNECTING)
        self.connect(row)

    def renew(self, row: int) -> bool:
        """Have a mock show what it is to show now, without a gap; see ``Exchange.renew``."""
        return self._parts.exchange.renew(row, self._identity(row))

    def stop(self) -> None:
        """Give up what waits, in the buffers of mocks too; nothing is sent from now on."""
        self._dispatch.stop()
        for batch in self._faulting.stop() if self._faulting else ():
            self._dispatch.drop(batch, HELD_BACK)
        for batch in self._fleet.backlog():
            self._dispatch.drop(batch, LEFT_IN_BUFFER)

    def _next_due(self) -> float:
        """A moment before which there is nothing to do, s of the run."""
        return min(self._fleet.next_due(), self._next_change())

    def _next_change(self) -> float:
        """When a fault or an order is to be looked at next; inf: never."""
        order = self._ordering.next_due()
        return min(order, self._faulting.next_due()) if self._faulting else order

    def _stride_end(self) -> float:
        """Up to where the plan is followed at once: no further than to the next change."""
        end = max(self._reached, self._next_due()) + self._stride.length
        return min(end, max(self._reached, self._next_change()))

    def _take_in(self, t: float) -> None:
        """Look at what has happened since the last step."""
        if self._news.links or self._news.results:
            self._tell_fleet(t)
        if self._went_on and self._next_due() > self._dispatch.skipped_to:
            self._went_on()  # what falls due from here on is sent
            self._went_on, self._dispatch.skipped_to = None, -math.inf
        if self._dispatch.returning and not self._ordering.is_paused:
            self._let_back(self._dispatch.returning, t)

    def _tell_fleet(self, t: float) -> None:
        if self._news.tell(t):
            self._stride.opened(t)

    def _let_back(self, returning: Returning, t: float) -> None:
        """Send what waited for mocks that are back."""
        if batches := returning.release(t):
            self._dispatch.hand_over(batches)
            for row, link in returning.leaving():
                self.let_go(row, link)
        elif returning.is_over and not self._went_on:
            self._dispatch.returning = None

    def _follow(self, until: float) -> None:
        """Do what the plan, its faults and its orders have up to ``until``."""
        running = self._parts.seconds.running
        self._dispatch.until, before = until, running.due
        self._do(self._fleet.due(until))
        if self._faulting and self._fleet.next_due() > until:
            self._dispatch.take(*self._faulting.pass_to(until))
        if self._ordering.next_due() <= until < self._fleet.next_due():
            self._obey(until)
        self.taken = running.due - before

    def _is_over(self, t: float) -> bool:
        """Whether nothing more is to be sent, as far as the plan was followed at ``t``."""
        is_over = self._reached >= self._duration and self._fleet.next_due() > self._duration
        is_empty = not self._fleet.live and not self.waiting
        returning = self._dispatch.returning
        is_awaiting = returning is not None and returning.waiting > 0
        return (is_over or t > self._late_end or is_empty) and not is_awaiting

    def _obey(self, t: float) -> None:
        """Do what is ordered by ``t``; what was kept while the run was paused goes on with it."""
        for due in self._ordering.pass_to(t):
            self._do(due)
        if not self._ordering.is_paused and (kept := self._ordering.release(self._parts.now())):
            self._dispatch.hand_over(kept)

    def _do(self, due: Due) -> None:
        """Do what the fleet asks, in the order that it names."""
        for row in due.connect:
            self.connect(row)
        for move in due.moves:
            self._tell_move(move)
        self._send(due.sends)
        for batch, reason in due.drops:
            self._dispatch.drop(batch, reason)
        for row in due.disconnect:
            self.let_go(row)
        for row in due.reconnect:
            self.reconnect(row)
        for row in due.ended:
            self.let_go(row, Link.ENDED)

    def _send(self, batches: Sequence[Batch]) -> None:
        """Send what is due, as far as faults let it through."""
        if self._faulting:
            self._dispatch.take(*self._faulting.pass_on(batches, self._dispatch.until))
        else:
            self._dispatch.post(batches)

    def _tell_move(self, move: Move) -> None:
        """Record that a mock, or a device behind it, changed its status."""
        self._parts.recorder.event(
            Kind.STATUS,
            move.row,
            at=self._parts.zero.clock + move.t,
            status=move.after,
            reason=move.cause,
            device=move.device,
        )
