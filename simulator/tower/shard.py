"""One shard at work: a fleet says what is due, an exchange sends it, a recorder keeps the rest.

Rule: told the time. What the exchange tells is only noted; the work is done in ``step``, where an
error of ours ends this shard and no other. ``Sending`` follows the plan, ``Ending`` ends in order,
``Seconds`` keeps the counts.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.lot import Lot
from simulator.lot.fault import Fault
from simulator.lot.order import Order
from simulator.recording import (
    FOLD_ROWS,
    Kind,
    Link,
    Recorder,
    Second,
    Writer,
    Zero,
    new_board,
    tailing,
)
from simulator.tower.asking import MakeExchange
from simulator.tower.assignment import Assignment
from simulator.tower.build import build_fleet, identities_of, roster_of
from simulator.tower.caps import Caps
from simulator.tower.counting import receiver_of
from simulator.tower.ending import Ending, Phase
from simulator.tower.faulting import Faulting
from simulator.tower.moving import Moving
from simulator.tower.observing import Observer, Watch
from simulator.tower.ordering import Ordering
from simulator.tower.punctuality import Punctuality
from simulator.tower.seconds import Seconds
from simulator.tower.sending import Sending
from simulator.tower.snapshot import Snapshot
from simulator.transports import Parcel

# s before a full second of wall time that a wake-up may come: clock and wall are not read at the
# same instant, and flooring would then count two seconds as one and leave the next one empty.
EARLY = 0.1

_SEND = Kind.SEND  # bound once: an attribute of an enum is 0.2 µs

NOT_OURS = "another tower holds this shard now"
RENEWED = "the mock connects anew, for its password or token ends soon"


class Shard:
    """Runs one assignment; a ``Listener`` of its exchange. All of it belongs to the loop."""

    def __init__(
        self,
        assignment: Assignment,
        *,
        tower: str,
        zero: Zero,
        writer: Writer,
        make_exchange: MakeExchange,
        observer: Observer | None,
        clock: Callable[[], float],
        ring: Callable[[], None],
    ) -> None:
        """``tower``: the name of the tower that runs it; ``observer``: that of its run, if any.

        Raises:
            DefinitionError: the assignment cannot be simulated.
        """
        lot = assignment.lot
        self.name = assignment.shard
        self.error = ""
        self._lot = lot
        self._zero = zero
        self._clock = clock
        self._ring = ring
        self._fleet = build_fleet(assignment)
        self._assignment = assignment
        self._identity = identities_of(assignment, self._fleet, self._unix)
        self._log = writer.open(assignment.shard, roster_of(assignment, self._fleet))
        self._board = new_board(assignment.first, assignment.count)
        self._recorder = Recorder(
            writer=writer,
            log=self._log,
            board=self._board,
            zero=zero,
            acknowledged_from=lot.target.acknowledged_from,
        )
        self._record = self._recorder.settled
        self._seconds = Seconds(math.floor(zero.unix(clock())))
        self._exchange = make_exchange(lot.target, listener=self, clock=clock)
        self._limit_connects()
        self._punctuality = Punctuality(lot.pace, count=assignment.count, tower=tower)
        self._has_opened = np.zeros(assignment.count, dtype=np.bool_)
        self.observer = observer
        self._receiver = receiver_of(assignment, clock)
        self._watch = Watch(observer, clock) if observer else None
        self._ordering = Ordering(assignment, self._fleet, stop=self.stop, abort=self.cut_short)
        self._sending = self._sending_of(lot)
        self._counts_results = self._sending.counts_results
        self._faulting: Faulting | None = None
        if lot.faults:
            self._afflict()
        self._moving = self._moving_with(tower)
        self._ending = self._ending_with(writer)
        if assignment.resume:
            self._moving.go_on(assignment.resume, self._afflict)

    @property
    def phase(self) -> Phase:
        """Where the shard is between its first send and its last record."""
        return self._ending.phase

    # What the exchange tells.

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        """Keep what became of a parcel; called once for each message."""
        if reason:
            reason = self._ending.final(reason)
        self._record((_SEND, parcel, at, reason))
        if self._counts_results and not parcel.device:
            self._sending.ended(parcel.row, is_good=not reason)

    def opened(self, row: int) -> None:
        """A mock can send from now on."""
        self._board["link"][row] = Link.CONNECTED
        self._seconds.running.reconnects += bool(self._has_opened[row])
        self._has_opened[row] = True
        self._sending.linked(row, is_up=True)
        if self._faulting:
            self._faulting.opened(row)
        self._event(Kind.CONNECT, row)
        self._ring()

    def lost(self, row: int, reason: str) -> None:
        """A mock has no connection; the exchange tries again by itself."""
        self._board["link"][row] = Link.WAITING
        self._sending.linked(row, is_up=False)
        self._event(Kind.LOST, row, reason)

    def received(self, row: int, topic: str, payload: bytes) -> None:
        """A message came to a mock."""
        t = self._zero.run_time(self._clock())
        self._sending.tell_links(t)  # else a mock whose connection was just made would not hear it
        self._fleet.received(row, topic, payload, t)
        self._ring()

    # What the tower asks.

    @property
    def mocks(self) -> int:
        """How many there are, connected or not."""
        return len(self._board)

    @property
    def taken(self) -> int:
        """How many messages fell due in the last step."""
        return self._sending.taken

    @property
    def is_opening(self) -> bool:
        """Whether many mocks wait for their first connection, and others are getting theirs."""
        return self._sending.is_opening

    def step(self, now: float) -> None:
        """Do what is due, at most a stride of the plan; move on to the next phase in time."""
        if self.phase is Phase.SENDING and self._sending.step(self._zero.run_time(now)):
            self.stop()
        if len(self._recorder) >= FOLD_ROWS:
            self._recorder.fold(self._seconds.running)
        if self.phase is not Phase.SENDING:
            self._ending.step(now)

    def next_step(self) -> float:
        """The clock's moment at which ``step`` has something to do; ``NOW`` when it is behind."""
        if self.phase is Phase.SENDING:
            return self._sending.next_moment()
        return math.inf if self.phase is Phase.ENDED else self._clock()

    def end_second(self, now: float) -> None:
        """Where each second ends, at the clock's moment ``now``, and the next begins."""
        if self.phase is not Phase.ENDED:
            self._exchange.sweep(now)
            if self._receiver:
                self._receiver.end_second(now)
        if self.phase is Phase.SENDING:
            self._renew(self._zero.unix(now))
        self._recorder.fold(self._seconds.running)
        self._sum_up_second()
        self._seconds.end(math.floor(self._zero.unix(now) + EARLY))
        if self._log.is_stale:
            self.abort(NOT_OURS)

    def stop(self) -> None:
        """Send nothing new from now on, and end in order."""
        if self.phase is Phase.SENDING:
            self._ending.begin(self._clock())
            self._sending.stop()
            self._sum_up_second()
            if self._receiver:
                self._receiver.look_once_more()

    def hand_over(self) -> None:
        """Send nothing new from now on, and end so that another tower can go on."""
        if self.phase is Phase.SENDING:
            self._ending.begin(self._clock(), is_moving=True)
            self._sum_up_second()

    def mind_reserve(self) -> bool:
        """Once a second: stop the plan while numbers run short that stored checkpoints reserve.

        Return whether a checkpoint is wanted at once.
        """
        self._sending.is_short = self._moving.is_short
        return self.phase is Phase.SENDING and self._moving.is_low

    def keep(self) -> None:
        """Make a checkpoint, which the next snapshot has."""
        if self.phase is Phase.SENDING:
            self._recorder.fold(self._seconds.running)
            self._moving.keep(self._faulting, dropped=self._dropped())

    def stored(self, t: float) -> None:
        """Take note that the checkpoint of the snapshot of this moment, Unix s, is stored."""
        self._moving.reserve.stored(t)
        self.mind_reserve()
        self._ring()

    def abort(self, error: str) -> None:
        """End without waiting for acknowledgements, and say why."""
        self.error = self.error or error
        if self.phase in (Phase.SENDING, Phase.WAITING):
            self._ending.close()

    def cut_short(self) -> None:
        """End at once, by somebody's will: nothing is waited for but the log."""
        self.stop()
        if self.phase is Phase.WAITING:
            self._ending.close()

    def give_up(self) -> None:
        """End on the spot: even the orderly way fails. What is not stored counts as dropped."""
        self._ending.give_up()

    def inject(self, fault: Fault, name: str, since: float | None = None) -> None:
        """Put a fault in by hand: ``fault.at`` s after ``since`` (s of the run), or after now.

        Raises:
            DefinitionError: One of this name is in force, or there are too many.
        """
        if self.phase is Phase.SENDING:
            now = max(0.0, self._zero.run_time(self._clock()))
            self._afflict().inject(fault, name, now if since is None else since)
            self._ring()

    def order(self, order: Order, name: str, since: float | None = None) -> None:
        """Obey an order ``order.at`` s after ``since`` (s of the run), or after now.

        Raises:
            DefinitionError: There are too many.
        """
        if self.phase in (Phase.SENDING, Phase.WAITING):
            now = max(0.0, self._zero.run_time(self._clock()))
            self._ordering.give(order, name, now if since is None else since, now=now)
            self._ring()

    def clear(self, name: str | None) -> None:
        """End a fault that was put in by hand; without a name all faults, those of the lot too."""
        if self.phase is Phase.SENDING:
            self._sending.clear(name, self._zero.run_time(self._clock()))
            self._ring()

    def watch(self, watch: tailing.Watch | None) -> None:
        """Have snapshots hold copies of what somebody watches."""
        self._recorder.watch(watch)

    def snapshot(self) -> Snapshot:
        """What there is to tell; the seconds are handed over and not told again."""
        has_ended = self.phase is Phase.ENDED
        is_moved = has_ended and self._ending.is_moving and not self.error
        if is_moved:
            self._sending.tell_links(self._zero.run_time(self._clock()))
            self._moving.keep(self._faulting, dropped=self._dropped(), is_last=True)
        now = self._unix()
        tail, left_out = self._recorder.told()
        board = self._board.copy()
        board["status"] = self._fleet.status
        board["sequence"] = self._fleet.sequence
        return Snapshot(
            shard=self.name,
            t=now,
            board=board,
            statuses=self._fleet.statuses,
            reasons=self._recorder.reasons.table(),
            seconds=self._seconds.take(),
            total=Second.summed([self._seconds.total]),
            state="moved" if is_moved else "ended" if has_ended else "running",
            error=self.error,
            dropped=self._dropped(),
            identities=self._fleet.identities,
            faults=(self._faulting.spans if self._faulting else ()) + self._ordering.spans,
            limited=self._punctuality.limited,
            tail=tail,
            tail_left_out=left_out,
            lot=self._lot.name,
            run=self._lot.run,
            checkpoint=self._moving.take(now),
        )

    def _limit_connects(self) -> None:
        """Give the exchange the shard's share of the connections that may begin in a second."""
        first, count, total = self._assignment.first, self._assignment.count, self._lot.mocks
        if self._lot.pace.connect_rate:
            rate = self._lot.pace.connect_rate * count / total
            self._exchange.limit_connects(rate, self._zero.clock + first / total / rate)  # see Caps

    def _sending_of(self, lot: Lot) -> Sending:
        """Return the way of messages from the fleet to the exchange."""
        given, zero, clock = self._assignment, self._zero, self._clock
        return Sending(
            self._fleet,
            exchange=self._exchange,
            identity=self._identity,
            ordering=self._ordering,
            recorder=self._recorder,
            board=self._board,
            seconds=self._seconds,
            zero=zero,
            watch=self._watch,
            caps=Caps(lot.pace, first=given.first, count=given.count, total=lot.mocks),
            punctuality=self._punctuality,
            now=lambda: zero.run_time(clock()),
            duration=lot.duration,
            acknowledged_from=lot.target.acknowledged_from,
            refuse=self._refuse,
        )

    def _ending_with(self, writer: Writer) -> Ending:
        """Return what ends the shard in order."""
        return Ending(
            exchange=self._exchange,
            recorder=self._recorder,
            writer=writer,
            log=self._log,
            board=self._board,
            seconds=self._seconds,
            lost=partial(self._event, Kind.LOST),
            is_awaiting=self._is_awaiting,
            sum_up=self._sum_up_second,
            waiting=lambda: self._sending.waiting,
            leave=self._moving.leave,
        )

    def _moving_with(self, tower: str) -> Moving:
        """Return what lets the shard go on elsewhere, and here from elsewhere."""
        return Moving(
            self._assignment,
            self._fleet,
            tower=tower,
            board=self._board,
            has_opened=self._has_opened,
            seconds=self._seconds,
            recorder=self._recorder,
            punctuality=self._punctuality,
            sending=self._sending,
            ordering=self._ordering,
            exchange=self._exchange,
            zero=self._zero,
            clock=self._clock,
        )

    def _is_awaiting(self) -> bool:
        """Whether the target's way back may still tell of something."""
        seers = (self._watch, self._receiver)
        return any(seer is not None and seer.is_awaiting for seer in seers)

    def _sum_up_second(self) -> None:
        """Note of the second that runs what is counted elsewhere: its bytes, and its lateness."""
        second = self._seconds.running
        if self._receiver:
            second.counted += self._receiver.take()
        if self._watch:
            if self.phase not in (Phase.SENDING, Phase.WAITING):
                end = self._watch.let_go if self._ending.is_moving else self._watch.give_up
                end()
            self._watch.arrivals.put_into(second)
        written, read = self._exchange.traffic.take()
        second.wire_out += written
        second.wire_in += read
        if self._punctuality.end_second(second.at):
            second.limited = 1

    def _renew(self, now: float) -> None:
        """Have mocks show a new password or token before theirs ends; ``now`` is Unix time, s.

        Nothing is lost by it; the record says why another connection is made, where one is.
        """
        for row in self._identity.expiring(now):
            if self._board["link"][row] == Link.CONNECTED and self._sending.renew(row):
                self._event(Kind.CONNECT, row, RENEWED)

    def _afflict(self) -> Faulting:
        """Return what makes things go wrong on purpose; made when first asked for."""
        if self._faulting is None:
            self._faulting = Faulting(
                self._assignment,
                self._fleet,
                exchange=self._exchange,
                identity=self._identity,
                expired=self._identity.expired,
                connect=self._sending.connect,
                let_go=self._sending.let_go,
            )
            self._sending.afflict(self._faulting)
            self._recorder.has_faults = True
        return self._faulting

    def _unix(self) -> float:
        """Return the present moment, Unix s."""
        return self._zero.unix(self._clock())

    def _refuse(self, parcel: Parcel, reason: str) -> None:
        """Settle a parcel that its mock never sent."""
        self.settled(parcel, self._clock(), reason)

    def _event(self, kind: Kind, row: int, reason: str = "") -> None:
        status = int(self._fleet.status[row])
        self._recorder.event(kind, row, at=self._clock(), status=status, reason=reason)

    def _dropped(self) -> int:
        unsettled = self._log.accepted - self._log.stored - self._log.lost
        here = self._log.dropped + (unsettled if self.phase is Phase.ENDED else 0)
        return self._moving.dropped_before + here
