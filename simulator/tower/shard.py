"""One shard at work: a fleet says what is due, an exchange sends it, a recorder keeps the rest.

Rule: told the time. What the exchange tells is only noted; the work is done in ``step``, where an
error of ours ends this shard and no other.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Protocol

import numpy as np

from simulator.fleet import Batch, Due
from simulator.lot import Target
from simulator.recording import (
    FOLD_ROWS,
    Kind,
    Link,
    Recorder,
    Roster,
    Second,
    Writer,
    Zero,
    new_board,
)
from simulator.tower.alarm import NOW
from simulator.tower.assignment import Assignment
from simulator.tower.build import build_fleet
from simulator.tower.identities import identities
from simulator.tower.parcels import parcels
from simulator.tower.snapshot import Snapshot
from simulator.transports import Identity, Listener, Parcel

logger = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN = 8.0  # s after the end of sending in which acknowledgements still count
GRACE = 3.0  # s of these before mocks are told to disconnect, which waits for the rest itself
STORED_WITHIN = 5.0  # s that the last records have to get into the store, at the end
GIVEN_UP_WITHIN = 1.0  # s more for the writer's thread to see that they are given up
# How far the plan is followed at once, in s, so that some 2,000 messages are sent before sockets
# are read again: less makes small batches, which cost 10 times as much a message, more a late loop.
STRIDE_SENDS = 2_000
SHORTEST_STRIDE = 0.01
LONGEST_STRIDE = 0.1
CLOCK_ERROR = 1e-6  # s; what Unix seconds in float64 may lose on their way to the clock and back
MAX_LATE_END = 1.0  # s past its duration in which a shard that is behind still sends what was due
# s before a full second of wall time that a wake-up may come: clock and wall are not read at the
# same instant, and flooring would then count two seconds as one and leave the next one empty.
EARLY = 0.1
MAX_SECONDS = 600  # seconds kept for a receiver that does not come; then the oldest are merged

DISCONNECTED = "the mock disconnected"  # how an exchange settles what was in flight at the end
LEFT_IN_BUFFER = "run ended with the message in the mock's buffer"
RUN_ENDED = "run ended before acknowledgement"
NEVER_OPEN = "run ended before the target accepted the connection"


class Exchanging(Protocol):
    """What a shard asks of its exchange: ``transports.Exchange``, or what a test records with."""

    def connect(self, row: int, identity: Identity) -> None: ...
    def disconnect(self, row: int) -> None: ...
    def send(self, row: int, parcel: Parcel) -> None: ...
    def sweep(self, now: float) -> None: ...
    async def close(self) -> None: ...


class MakeExchange(Protocol):
    """Makes the exchange of a shard: ``transports.Exchange``."""

    def __call__(
        self, target: Target, *, listener: Listener, clock: Callable[[], float]
    ) -> Exchanging: ...


class Phase(Enum):
    """Where a shard is; it only ever goes forward."""

    SENDING = 0
    WAITING = 1  # nothing new is sent, acknowledgements still come
    CLOSING = 2  # mocks disconnect
    STORING = 3  # the last records are on their way to the store
    ENDED = 4


class Shard:
    """Runs one assignment; a ``Listener`` of its exchange. All of it belongs to the loop."""

    def __init__(
        self,
        assignment: Assignment,
        *,
        zero: Zero,
        writer: Writer,
        make_exchange: MakeExchange,
        clock: Callable[[], float],
        ring: Callable[[], None],
    ) -> None:
        """
        Raises:
            DefinitionError: the assignment cannot be simulated.
        """
        lot = assignment.lot
        self.name = assignment.shard
        self.phase = Phase.SENDING
        self.error = ""
        self._duration = lot.duration
        self._zero = zero
        self._clock = clock
        self._ring = ring
        self._fleet = build_fleet(assignment)
        self._identity = identities(self._fleet, target=lot.target, secrets=assignment.secrets)
        self._writer = writer
        roster = Roster(assignment.first, self._fleet.identities, self._fleet.statuses)
        self._log = writer.open(assignment.shard, roster)
        self._board = new_board(assignment.first, assignment.count)
        self._recorder = Recorder(
            writer=writer,
            log=self._log,
            board=self._board,
            zero=zero,
            acknowledging=lot.target.always_acknowledges,
        )
        self._record = self._recorder.settled
        self._second = Second(at=math.floor(zero.unix(clock())))
        self._seconds: deque[Second] = deque()
        self._total = Second(at=self._second.at)
        # Rows, and whether each has a connection now, as told since the fleet was asked last.
        self._links: list[tuple[int, bool]] = []
        # Rows, and whether a send of each went well; only where a transition waits for failures.
        self._results: list[tuple[int, bool]] = []
        self._counts_results = self._fleet.counts_results
        self._reached = 0.0  # s of the run up to which the fleet was asked
        self._stride = SHORTEST_STRIDE  # s of the plan that are done at once
        self._is_behind = False  # the plan goes on right where the last stride ended
        self._deadline = math.inf  # the clock's s at which the phase ends at the latest
        self._closing: asyncio.Task[None] | None = None
        self._exchange = make_exchange(lot.target, listener=self, clock=clock)

    # What the exchange tells.

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        """Keep what became of a parcel; called once for each message."""
        if reason and self.phase is not Phase.SENDING:
            reason = self._final(reason)
        self._record((Kind.SEND, parcel, at, reason))
        if self._counts_results and not parcel.device:
            self._results.append((parcel.row, not reason))

    def opened(self, row: int) -> None:
        """A mock can send from now on."""
        self._board["link"][row] = Link.CONNECTED
        self._links.append((row, True))
        self._event(Kind.CONNECT, row)
        self._ring()

    def lost(self, row: int, reason: str) -> None:
        """A mock has no connection; the exchange tries again by itself."""
        self._board["link"][row] = Link.WAITING
        self._links.append((row, False))
        self._event(Kind.LOST, row, reason)

    def received(self, row: int, topic: str, payload: bytes) -> None:
        """A message came to a mock."""
        self._fleet.received(row, topic, payload, self._zero.run_time(self._clock()))
        self._ring()

    # What the tower asks.

    def step(self, now: float) -> None:
        """Do what is due, at most a stride of the plan; move on to the next phase in time."""
        if self.phase is Phase.SENDING:
            self._send_due(self._zero.run_time(now))
        if len(self._recorder) >= FOLD_ROWS:
            self._recorder.fold(self._second)
        if self.phase is not Phase.SENDING:
            self._wind_up(now)

    def next_step(self) -> float:
        """The clock's moment at which ``step`` has something to do; ``NOW`` when it is behind."""
        if self.phase is not Phase.SENDING:
            return math.inf if self.phase is Phase.ENDED else self._clock()
        if self._is_behind:
            return NOW
        t = min(self._fleet.next_due(), self._duration)
        return self._zero.clock + max(t, 0.0) + CLOCK_ERROR

    def end_second(self, now: float) -> None:
        """Close the running second at the clock's moment ``now`` and begin the next."""
        if self.phase is not Phase.ENDED:
            self._exchange.sweep(now)
        self._recorder.fold(self._second)
        self._keep(self._second)
        self._second = Second(at=math.floor(self._zero.unix(now) + EARLY))
        if self._log.is_stale:
            self.abort("another tower holds this shard now")

    def stop(self) -> None:
        """Send nothing new from now on, and end in order."""
        if self.phase is Phase.SENDING:
            self.phase = Phase.WAITING
            self._deadline = self._clock() + GRACE
            for batch in self._fleet.backlog():
                self._drop(batch, LEFT_IN_BUFFER)

    def abort(self, error: str) -> None:
        """End without waiting for acknowledgements, and say why."""
        self.error = self.error or error
        if self.phase in (Phase.SENDING, Phase.WAITING):
            self._close()

    def give_up(self) -> None:
        """End on the spot: even the orderly way fails. What is not stored counts as dropped."""
        self._writer.abandon(self._log)
        self._writer.forget(self._log)
        self.phase = Phase.ENDED

    def snapshot(self) -> Snapshot:
        """What there is to tell; the seconds are handed over and not told again."""
        board = self._board.copy()
        board["status"] = self._fleet.status
        board["sequence"] = self._fleet.sequence
        seconds = list(self._seconds)
        self._seconds.clear()
        return Snapshot(
            shard=self.name,
            t=self._zero.unix(self._clock()),
            board=board,
            statuses=self._fleet.statuses,
            reasons=self._recorder.reasons.table(),
            seconds=seconds,
            total=Second.summed([self._total]),
            state="ended" if self.phase is Phase.ENDED else "running",
            error=self.error,
            dropped=self._dropped(),
            identities=self._fleet.identities,
        )

    # Sending.

    def _send_due(self, t: float) -> None:
        if self._links or self._results:
            self._tell_fleet(t)
        if t < min(self._fleet.next_due(), self._duration):
            return
        goal = min(t, self._duration)
        until = min(goal, max(self._reached, self._fleet.next_due()) + self._stride)
        before = self._second.due
        self._do(self._fleet.due(until))
        self._pace(self._second.due - before)
        self._reached = until
        self._is_behind = until < goal
        is_over = until >= self._duration and self._fleet.next_due() > self._duration
        if is_over or t > self._duration + MAX_LATE_END or not self._fleet.live:
            self.stop()

    def _tell_fleet(self, t: float) -> None:
        """Tell which connections came and went, and how sends ended, in the order they did."""
        fleet = self._fleet
        links, self._links = self._links, []
        results, self._results = self._results, []
        for happened, good, bad in (
            (links, fleet.connected, fleet.disconnected),
            (results, fleet.delivered, fleet.failed),
        ):
            for is_good, each in groupby(happened, key=itemgetter(1)):
                (good if is_good else bad)([row for row, _ in each], t)

    def _pace(self, sends: int) -> None:
        """Lengthen the stride while little falls due in it, shorten it while it is too much."""
        if sends > 2 * STRIDE_SENDS:
            self._stride = max(SHORTEST_STRIDE, self._stride / 2)
        elif sends < STRIDE_SENDS / 2:
            self._stride = min(LONGEST_STRIDE, self._stride * 2)

    def _do(self, due: Due) -> None:
        """Do what the fleet asks, in the order that it names."""
        for row in due.connect:
            self._board["link"][row] = Link.CONNECTING
            self._exchange.connect(row, self._identity(row))
        for move in due.moves:
            at = self._zero.clock + move.t
            self._recorder.event(
                Kind.STATUS,
                move.row,
                at=at,
                status=move.after,
                reason=move.cause,
                device=move.device,
            )
        for batch in due.sends:
            self._send(batch)
        for batch, reason in due.drops:
            self._drop(batch, reason)
        for row in due.disconnect:
            self._let_go(row, Link.OFF)
        for row in due.reconnect:
            self._let_go(row, Link.CONNECTING)
            self._exchange.connect(row, self._identity(row))
        for row in due.ended:
            self._let_go(row, Link.ENDED)

    def _send(self, batch: Batch) -> None:
        self._second.due += len(batch)
        send = self._exchange.send
        for parcel in parcels(batch):
            send(parcel.row, parcel)

    def _drop(self, batch: Batch, reason: str) -> None:
        """Keep a record of messages that their mocks never sent."""
        self._second.due += len(batch)
        for parcel in parcels(batch):
            self.settled(parcel, self._clock(), reason)

    def _let_go(self, row: int, link: Link) -> None:
        self._board["link"][row] = link
        self._exchange.disconnect(row)

    def _event(self, kind: Kind, row: int, reason: str = "") -> None:
        status = int(self._fleet.status[row])
        self._recorder.event(kind, row, at=self._clock(), status=status, reason=reason)

    # Ending.

    def _wind_up(self, now: float) -> None:
        self._recorder.fold(self._second)
        if self.phase is Phase.WAITING and (not self.in_flight or now >= self._deadline):
            self._close()
        elif self.phase is Phase.CLOSING and self._closing and self._closing.done():
            self._store(now)
        elif self.phase is Phase.STORING:
            self._await_store(now)

    @property
    def in_flight(self) -> int:
        """Sends that fell due and are not settled; right after a fold."""
        due = self._total.due + self._second.due
        settled = [(each.delivered + each.failed) for each in (self._total, self._second)]
        return due - sum(settled)

    def _close(self) -> None:
        self.phase = Phase.CLOSING
        for row in np.flatnonzero(self._board["link"] == Link.CONNECTING).tolist():
            self._event(Kind.LOST, row, NEVER_OPEN)
        connected = self._board["link"] != Link.ENDED
        self._board["link"][connected] = Link.OFF
        self._closing = asyncio.get_running_loop().create_task(self._exchange.close())

    def _store(self, now: float) -> None:
        assert self._closing is not None
        if problem := self._closing.exception():
            logger.error("shard=%s: closing failed", self.name, exc_info=problem)
        self.phase = Phase.STORING
        self._deadline = now + STORED_WITHIN
        self._writer.finish(self._log)

    def _await_store(self, now: float) -> None:
        if not self._log.is_settled and now < self._deadline:
            return
        if not self._log.is_settled and not self._log.is_abandoned:
            self._writer.abandon(self._log)
            self._deadline = now + GIVEN_UP_WITHIN
            return
        self._writer.forget(self._log)
        self._keep(self._second)
        self._second = Second(at=self._second.at)
        self.phase = Phase.ENDED

    def _final(self, reason: str) -> str:
        """The reason for the record: that we disconnected is no reason of the target's."""
        return RUN_ENDED if reason.endswith(DISCONNECTED) else reason

    def _dropped(self) -> int:
        unsettled = self._log.accepted - self._log.stored - self._log.lost
        return self._log.dropped + (unsettled if self.phase is Phase.ENDED else 0)

    def _keep(self, second: Second) -> None:
        self._total = Second.summed([self._total, second])
        self._seconds.append(second)
        if len(self._seconds) > MAX_SECONDS:
            oldest = [self._seconds.popleft() for _ in range(2)]
            self._seconds.appendleft(Second.summed(oldest))
