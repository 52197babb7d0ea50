"""Follows the plan of one shard: asks its fleet what is due, and hands that to the exchange.

Rule: told the time; every message that falls due is counted here, and settled exactly once later.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.fleet import Batch, Due, Fleet, Move
from simulator.fleet.checkpoint import under
from simulator.recording import Board, Kind, Link, Recorder, Zero
from simulator.tower.alarm import NOW
from simulator.tower.asking import Exchanging
from simulator.tower.caps import ENDED_WAITING, NO_ROOM, Caps
from simulator.tower.faulting import HELD_BACK, Faulting
from simulator.tower.ordering import ENDED_PAUSED, Ordering
from simulator.tower.parcels import by_mock, parcels
from simulator.tower.punctuality import Punctuality
from simulator.tower.returning import Returning
from simulator.tower.seconds import Seconds
from simulator.transports import Identity, Parcel

# How far the plan is followed at once, in s, so that some 4,000 messages are sent before sockets
# are read again: less makes small batches, which cost 10 times as much a message, more a late loop.
# Only a tower that is behind has so many. With 1,000 mocks each then has four for one write: 9.1 µs
# of CPU a message at QoS 0 instead of 12.5 with 2,000, and acknowledgements are read 50 ms later.
STRIDE_SENDS = 4_000
# The same for each mock, where nothing is acknowledged: then nobody waits for sockets to be read,
# and 10,000 mocks have more than one message for a write too: 19.4 to 15.4 µs at QoS 0. A stride of
# 0.2 s instead of 0.1 makes it 11.7, and takes 20 MB more for what is sent at once.
STRIDE_SENDS_EACH = 2
# The same while mocks are being connected, and then the loop has as long for them: connections are
# opened a few in each of its turns, and sends that are late already must not keep them waiting.
STRIDE_SENDS_OPENING = 500
OPENING = 0.02  # share of the mocks that wait for a connection
OPENING_FOR = 0.25  # s since one was made; those that nobody answers do not slow the others down
SHORTEST_STRIDE = 0.01
LONGEST_STRIDE = 0.1
CLOCK_ERROR = 1e-6  # s; what Unix seconds in float64 may lose on their way to the clock and back
MAX_LATE_END = 1.0  # s past its duration in which a shard that is behind still sends what was due

LEFT_IN_BUFFER = "run ended with the message in the mock's buffer"
ENDED_AWAY = "run ended before the mock was connected again in another tower"


class Watching(Protocol):
    """Follows what is sent to its arrival: ``observing.Watch``."""

    def sending(self, parcels: list[Parcel]) -> None: ...


class Sending:
    """The way of a shard's messages from its fleet to its exchange; all times are of the run."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        exchange: Exchanging,
        identity: Callable[[int], Identity],
        ordering: Ordering,
        recorder: Recorder,
        board: Board,
        seconds: Seconds,
        zero: Zero,
        watch: Watching | None,
        caps: Caps,
        punctuality: Punctuality,
        now: Callable[[], float],
        duration: float,
        acknowledged_from: int,
        refuse: Callable[[Parcel, str], None],
    ) -> None:
        """
        Args:
            ordering: What people order of the shard.
            watch: Follows what is sent to its arrival; None: the target offers no way back.
            caps: The most that the shard sends.
            punctuality: Judges how late it is with what it sends.
            now: Tells the present moment, s of the run: making messages takes its time.
            duration: s of the run in which messages fall due.
            acknowledged_from: The least QoS that the protocol acknowledges; 0 is all, 3 is none.
            refuse: Settles a parcel that its mock never sent, with the reason.
        """
        self._fleet = fleet
        self._exchange = exchange
        self._identity = identity
        self._recorder = recorder
        self._board = board
        self._seconds = seconds
        self._zero = zero
        self._watch = watch
        self._caps = caps
        self._punctuality = punctuality
        self._now = now
        self._duration = duration
        self._late_end = duration + MAX_LATE_END
        self._refuse = refuse
        # Rows, and whether each has a connection now, as told since the fleet was asked last.
        self._links: list[tuple[int, bool]] = []
        # Rows, and whether a send of each went well; only where a transition waits for failures.
        self._results: list[tuple[int, bool]] = []
        self.counts_results = fleet.counts_results
        self._reached = 0.0  # s of the run up to which the fleet was asked
        self._until = 0.0  # s of the run up to which it is being asked
        self._stride = SHORTEST_STRIDE  # s of the plan that are done at once
        # Messages in a stride; no more than STRIDE_SENDS once one is to be acknowledged.
        self._stride_sends = max(STRIDE_SENDS, STRIDE_SENDS_EACH * len(board))
        self._acknowledged_from = acknowledged_from
        self._is_behind = False  # the plan goes on right where the last stride ended
        self.taken = 0  # messages that fell due in the last step
        self.is_opening = False  # many mocks wait for a connection, and others are getting theirs
        self._opened = -math.inf  # s of the run at which a mock was connected last
        self._faulting: Faulting | None = None  # before something is to go wrong on purpose
        self._ordering = ordering
        # Where another tower was at work before: who comes back, and what of the plan it did.
        self._returning: Returning | None = None
        self._skipped_to = -math.inf  # s of the run; what falls due until then is not sent here
        self._went_on: Callable[[], None] | None = None  # once that is reached
        self.is_short = False  # of sequence numbers: nothing more is to fall due for now

    def linked(self, row: int, *, is_up: bool) -> None:
        """Note that a mock's connection came or went, for the fleet."""
        self._links.append((row, is_up))
        if self._returning:
            self._returning.back(row)

    def ended(self, row: int, *, is_good: bool) -> None:
        """Note how a mock's send ended, for the fleet; asked for where ``counts_results``."""
        self._results.append((row, is_good))

    def tell_links(self, t: float) -> None:
        """Tell the fleet at ``t`` what was noted of connections, before ``step`` does."""
        if self._links:
            self._tell_fleet(t)

    def next_moment(self) -> float:
        """The clock's moment at which ``step`` has something to do; ``NOW`` when it is behind."""
        if self.is_short:
            return math.inf
        if self._is_behind or self._went_on:
            return NOW
        t = min(self._next_due(), self._next_capped(), self._duration)
        if self._returning and self._returning.waiting and self._reached >= self._duration:
            t = self._returning.until  # who comes back before rings
        return self._zero.clock + max(t, 0.0) + CLOCK_ERROR

    def step(self, t: float) -> bool:
        """Do what is due at ``t``, at most a stride of the plan; True when that was the last."""
        self.taken = 0
        if self._links or self._results:
            self._tell_fleet(t)
        if self._went_on and self._next_due() > self._skipped_to:
            self._end_skipping()
        if self._returning and not self._ordering.is_paused:
            self._let_back(t)
        if self.is_short:
            return t > self._late_end
        if self._next_capped() <= t:
            self._hand_over(*self._caps.due(t))
        if t < min(self._next_due(), self._duration):
            self._is_behind = False  # or the loop would turn without a rest until the next is due
            return False
        goal = min(t, self._duration)
        until = self._until = min(goal, self._stride_end())
        before = self._seconds.running.due
        self._do(self._fleet.due(until))
        if self._faulting and self._fleet.next_due() > until:
            self._take(*self._faulting.pass_to(until))
        if self._ordering.next_due() <= until < self._fleet.next_due():
            self._obey(until)
        self.taken = self._seconds.running.due - before
        self._pace(t)
        self._reached = until
        self._is_behind = until < goal
        is_over = until >= self._duration and self._fleet.next_due() > self._duration
        is_empty = not self._fleet.live and not self.waiting
        is_awaiting = self._returning is not None and self._returning.waiting > 0
        return (is_over or t > self._late_end or is_empty) and not is_awaiting

    def afflict(self, faulting: Faulting) -> None:
        """Let things go wrong on purpose from now on."""
        self._faulting = faulting
        self._identity = faulting.identity

    def clear(self, name: str | None, t: float) -> None:
        """End a fault that was put in by hand, or all there are."""
        if self._faulting:
            self._take(*self._faulting.clear(name, max(t, self._reached)))

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
        self._returning = returning
        self._skipped_to = now if skip else -math.inf
        self._went_on = went_on
        for row in self._fleet.wanted:
            self._connect(row)

    @property
    def waiting(self) -> int:
        """How many messages that fell due wait here, for their turn or for their mocks."""
        here = self._caps.waiting + self._ordering.waiting
        return here + (self._returning.waiting if self._returning else 0)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what waits, as columns; it goes on elsewhere with the fleet."""
        found = under("caps", self._caps.state())
        if self._returning and self._returning.waiting:
            found |= under("returning", self._returning.state())
        return found

    def recall(self, caps: Mapping[str, NDArray[Any]], *, is_lost: bool) -> None:
        """Take back what waited for its turn; of a lost tower only when each may send again."""
        if caps:
            self._caps.restore(caps)
            if is_lost:
                self._caps.clear()

    def connect(self, row: int) -> None:
        """Have a mock connect."""
        self._connect(row)

    def let_go(self, row: int) -> None:
        """Let a mock go that is not to be connected any more."""
        self._let_go(row, Link.OFF)

    def reconnect(self, row: int) -> None:
        """Let a mock go in order and have it connect anew, with what it shows now."""
        self._let_go(row, Link.CONNECTING)
        self._connect(row)

    def renew(self, row: int) -> bool:
        """Have a mock show what it is to show now, without a gap; see ``Exchange.renew``."""
        return self._exchange.renew(row, self._identity(row))

    def stop(self) -> None:
        """Give up what waits, in the buffers of mocks too; nothing is sent from now on."""
        for batch in self._ordering.release(self._now()):
            self._refuse_all(batch, ENDED_PAUSED)
        for batch in self._caps.clear():
            self._refuse_all(batch, ENDED_WAITING)
        for batch in self._returning.release(math.inf) if self._returning else ():
            self._refuse_all(batch, ENDED_AWAY)
        for batch in self._faulting.stop() if self._faulting else ():
            self._drop(batch, HELD_BACK)
        for batch in self._fleet.backlog():
            self._drop(batch, LEFT_IN_BUFFER)

    def _next_due(self) -> float:
        """A moment before which there is nothing to do, s of the run."""
        return min(self._fleet.next_due(), self._next_change())

    def _next_change(self) -> float:
        """When a fault or an order is to be looked at next; inf: never."""
        order = self._ordering.next_due()
        return min(order, self._faulting.next_due()) if self._faulting else order

    def _next_capped(self) -> float:
        """When something that waits for its turn is due; inf: nothing is, or the run is paused."""
        return math.inf if self._ordering.is_paused else self._caps.next_due()

    def _stride_end(self) -> float:
        """Up to where the plan is followed at once: no further than to the next change."""
        end = max(self._reached, self._next_due()) + self._stride
        return min(end, max(self._reached, self._next_change()))

    def _let_back(self, t: float) -> None:
        """Send what waited for mocks that are back."""
        assert self._returning is not None
        if batches := self._returning.release(t):
            self._hand_over(batches, ())
            for row, link in self._returning.leaving():
                self._let_go(row, link)
        elif self._returning.is_over and not self._went_on:
            self._returning = None

    def _obey(self, t: float) -> None:
        """Do what is ordered by ``t``; what was kept while the run was paused goes on with it."""
        for due in self._ordering.pass_to(t):
            self._do(due)
        if not self._ordering.is_paused and (kept := self._ordering.release(self._now())):
            self._hand_over(kept, ())

    def _end_skipping(self) -> None:
        """What falls due from here on is sent."""
        assert self._went_on is not None
        self._went_on()
        self._went_on, self._skipped_to = None, -math.inf

    def _tell_fleet(self, t: float) -> None:
        """Tell which connections came and went, and how sends ended, in the order they did."""
        fleet = self._fleet
        links, self._links = self._links, []
        if any(is_up for _, is_up in links):
            self._opened = t
        results, self._results = self._results, []
        for happened, good, bad in (
            (links, fleet.connected, fleet.disconnected),
            (results, fleet.delivered, fleet.failed),
        ):
            for is_good, each in groupby(happened, key=itemgetter(1)):
                (good if is_good else bad)([row for row, _ in each], t)

    def _pace(self, t: float) -> None:
        """Lengthen the stride while little falls due in it, shorten it while it is too much."""
        self.is_opening = t - self._opened < OPENING_FOR and self._share_connecting() > OPENING
        wanted = STRIDE_SENDS_OPENING if self.is_opening else self._stride_sends
        if self.taken > 2 * wanted:
            self._stride = max(SHORTEST_STRIDE, self._stride / 2)
        elif self.taken < 0.75 * wanted:
            self._stride = min(LONGEST_STRIDE, self._stride * 2)

    def _share_connecting(self) -> float:
        link = self._board["link"]
        return np.count_nonzero(link == Link.CONNECTING) / len(link)

    def _do(self, due: Due) -> None:
        """Do what the fleet asks, in the order that it names."""
        for row in due.connect:
            self._connect(row)
        for move in due.moves:
            self._tell_move(move)
        self._send(due.sends)
        for batch, reason in due.drops:
            self._drop(batch, reason)
        for row in due.disconnect:
            self._let_go(row, Link.OFF)
        for row in due.reconnect:
            self.reconnect(row)
        for row in due.ended:
            self._let_go(row, Link.ENDED)

    def _send(self, batches: Sequence[Batch]) -> None:
        """Where every batch passes on its way from the fleet to the exchange."""
        if self._faulting:
            self._take(*self._faulting.pass_on(batches, self._until))
        else:
            self._post(batches)

    def _take(self, batches: Sequence[Batch], lost: Sequence[tuple[Batch, str]]) -> None:
        """Send what faults let through, and record what they did not."""
        for batch, reason in lost:
            self._drop(batch, reason)
        self._post(batches)

    def _post(self, batches: Sequence[Batch]) -> None:
        """Send batches, which are due from here on."""
        if self._until <= self._skipped_to:
            return
        self._seconds.running.due += sum(map(len, batches))
        if any(batch.qos >= self._acknowledged_from for batch in batches):
            self._stride_sends = STRIDE_SENDS
        if self._ordering.is_paused:
            self._ordering.keep(batches)
            return
        if self._caps.is_used:
            self._hand_over(*self._caps.take(batches, self._now()))
        else:
            self._hand_over(batches, ())

    def _hand_over(self, batches: Sequence[Batch], refused: Sequence[Batch]) -> None:
        """Give the exchange what is not too late; ``refused`` has found no room to wait."""
        for batch in refused:
            self._refuse_all(batch, NO_ROOM)
        if self._returning:
            batches = self._returning.hold(batches)
        batches, skips = self._punctuality.judged(batches, self._now())
        for batch, reason in skips:
            self._seconds.running.skipped += len(batch)
            self._refuse_all(batch, reason)
        send, send_all = self._exchange.send, self._exchange.send_all
        by_row = by_mock(batches)
        if self._watch:
            by_row = list(by_row)
            self._watch.sending([parcel for _, same in by_row for parcel in same])
        for row, same in by_row:
            if len(same) == 1:
                send(row, same[0])
            else:
                send_all(row, same)

    def _drop(self, batch: Batch, reason: str) -> None:
        """Keep a record of messages that their mocks never sent."""
        if self._until <= self._skipped_to:
            return
        self._seconds.running.due += len(batch)
        self._refuse_all(batch, reason)

    def _refuse_all(self, batch: Batch, reason: str) -> None:
        for parcel in parcels(batch):
            self._refuse(parcel, reason)

    def _tell_move(self, move: Move) -> None:
        """Record that a mock, or a device behind it, changed its status."""
        self._recorder.event(
            Kind.STATUS,
            move.row,
            at=self._zero.clock + move.t,
            status=move.after,
            reason=move.cause,
            device=move.device,
        )

    def _connect(self, row: int) -> None:
        self._board["link"][row] = Link.CONNECTING
        if self._returning and self._until < self._returning.since:
            self._returning.expect(row)
        self._exchange.connect(row, self._identity(row))

    def _let_go(self, row: int, link: Link) -> None:
        if self._returning and self._returning.keeps(row, link):
            return
        self._board["link"][row] = link
        self._exchange.disconnect(row)
