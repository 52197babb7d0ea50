"""One shard at work: a fleet says what is due, an exchange sends it, a recorder keeps the rest.

Rule: told the time. What the exchange tells is only noted; the work is done in ``step``, where an
error of ours ends this shard and no other. ``Sending`` follows the plan, ``Ending`` ends in order,
``Seconds`` keeps the counts.
"""

import math
from collections.abc import Callable

from simulator.lot.fault import Fault
from simulator.lot.order import Order
from simulator.recording import FOLD_ROWS, Kind, Link, Writer, Zero, tailing
from simulator.tower.asking import MakeExchange
from simulator.tower.assignment import Assignment
from simulator.tower.ending import Ending, Phase
from simulator.tower.faulting import Faulting
from simulator.tower.gaps import Gaps
from simulator.tower.moving import Moving
from simulator.tower.observing import Observer
from simulator.tower.ordering import Ordering
from simulator.tower.parts import parts_of
from simulator.tower.restraint import Restraint
from simulator.tower.sending import Sending
from simulator.tower.snapshot import Snapshot, snapshot_of
from simulator.tower.way_back import WayBack
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
        self.name = assignment.shard
        self.error = ""
        self.observer = observer
        self._ring = ring
        self._relinked = 0  # connections lost in this second, or made again
        self._parts = parts_of(
            assignment,
            tower=tower,
            zero=zero,
            writer=writer,
            make_exchange=make_exchange,
            listener=self,
            clock=clock,
        )
        self._record = self._parts.recorder.settled
        self._put_to_work(assignment, writer)
        if assignment.lot.faults:
            self._afflict()
        if assignment.resume:
            self._moving.go_on(assignment.resume, self._afflict)

    def _put_to_work(self, assignment: Assignment, writer: Writer) -> None:
        """Make those who do the work with the parts, each with those whom it asks or tells."""
        parts = self._parts
        self._way_back = WayBack(assignment, self.observer, parts.clock)
        self._ordering = Ordering(
            assignment, parts.fleet, crowd=parts.crowd, stop=self.stop, abort=self.cut_short
        )
        self._sending = Sending(
            parts, ordering=self._ordering, watch=self._way_back.watch, refuse=self._refuse
        )
        self._counts_results = self._sending.counts_results
        self._restraint = Restraint(assignment.lot.pace.give_up_after)
        self._faulting: Faulting | None = None
        self._gaps = Gaps(parts)
        self._moving = Moving(
            parts, sending=self._sending, ordering=self._ordering, gaps=self._gaps
        )
        self._ending = self._ending_with(writer)

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
        self._parts.board["link"][row] = Link.CONNECTED
        self._parts.seconds.running.reconnects += bool(self._parts.has_opened[row])
        self._relinked += bool(self._parts.has_opened[row])
        self._parts.has_opened[row] = True
        self._sending.linked(row, is_up=True)
        if self._faulting:
            self._faulting.opened(row)
        self._parts.event(Kind.CONNECT, row)
        self._ring()

    def lost(self, row: int, reason: str) -> None:
        """A mock has no connection; the exchange tries again by itself."""
        self._relinked += bool(self._parts.board["link"][row] == Link.CONNECTED)
        self._parts.board["link"][row] = Link.WAITING
        self._sending.linked(row, is_up=False)
        self._parts.event(Kind.LOST, row, reason)

    def received(self, row: int, topic: str, payload: bytes) -> None:
        """A message came to a mock."""
        t = self._parts.now()
        self._sending.tell_links(t)  # else a mock whose connection was just made would not hear it
        self._parts.fleet.received(row, topic, payload, t)
        self._ring()

    # What the tower asks.

    @property
    def mocks(self) -> int:
        """How many there are, connected or not."""
        return len(self._parts.board)

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
        if self.phase is Phase.SENDING and self._sending.step(self._parts.zero.run_time(now)):
            self.stop()
        if len(self._parts.recorder) >= FOLD_ROWS:
            self._parts.recorder.fold(self._parts.seconds.running)
        if self.phase is not Phase.SENDING:
            self._ending.step(now)

    def next_step(self) -> float:
        """The clock's moment at which ``step`` has something to do; ``NOW`` when it is behind."""
        if self.phase is Phase.SENDING:
            return self._sending.next_moment()
        return math.inf if self.phase is Phase.ENDED else self._parts.clock()

    def end_second(self, now: float) -> None:
        """Where each second ends, at the clock's moment ``now``, and the next begins."""
        if self.phase is not Phase.ENDED:
            self._parts.exchange.sweep(now)
            self._way_back.end_second(now)
        if self.phase is Phase.SENDING:
            self._renew(self._parts.zero.unix(now))
            self._gaps.end_second(now)
        self._parts.recorder.fold(self._parts.seconds.running)
        self._sum_up_second()
        if self.phase is not Phase.ENDED:
            self._parts.recorder.dwell(self._parts.fleet.status, self._parts.seconds.running)
        self._parts.seconds.end(math.floor(self._parts.zero.unix(now) + EARLY))
        if self._restraint.is_used and self.phase is Phase.SENDING:
            self._restrain()
        if self._parts.log.is_stale:
            self.abort(NOT_OURS)

    def _restrain(self) -> None:
        """Send less to a target that refuses, and give it up in the end."""
        parts, restraint = self._parts, self._restraint
        reasons = parts.recorder.reasons.table()
        restraint.end_second(delivered=parts.seconds.total.delivered, reasons=reasons)
        self._sending.slow(restraint.gap)
        if restraint.is_over:
            self.error = self.error or restraint.is_over
            self.stop()

    def stop(self) -> None:
        """Send nothing new from now on, and end in order."""
        if self.phase is Phase.SENDING:
            self._ending.begin(self._parts.clock())
            self._sending.stop()
            self._sum_up_second()
            self._way_back.look_once_more()

    def hand_over(self) -> None:
        """Send nothing new from now on, and end so that another tower can go on."""
        if self.phase is Phase.SENDING:
            self._ending.begin(self._parts.clock(), is_moving=True)
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
            self._parts.recorder.fold(self._parts.seconds.running)
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
            now = max(0.0, self._parts.now())
            self._afflict().inject(fault, name, now if since is None else since)
            self._ring()

    def order(self, order: Order, name: str, since: float | None = None) -> None:
        """Obey an order ``order.at`` s after ``since`` (s of the run), or after now.

        Raises:
            DefinitionError: There are too many.
        """
        if self.phase in (Phase.SENDING, Phase.WAITING):
            now = max(0.0, self._parts.now())
            self._ordering.give(order, name, now if since is None else since, now=now)
            self._ring()

    def clear(self, name: str | None) -> None:
        """End a fault that was put in by hand; without a name all faults, those of the lot too."""
        if self.phase is Phase.SENDING:
            self._sending.clear(name, self._parts.now())
            self._ring()

    def watch(self, watch: tailing.Watch | None) -> None:
        """Have snapshots hold copies of what somebody watches."""
        self._parts.recorder.watch(watch)

    def snapshot(self) -> Snapshot:
        """What there is to tell; the seconds are handed over and not told again."""
        has_ended = self.phase is Phase.ENDED
        is_moved = has_ended and self._ending.is_moving and not self.error
        if is_moved:
            self._sending.tell_links(self._parts.now())
            self._moving.keep(self._faulting, dropped=self._dropped(), is_last=True)
        now = self._parts.unix()
        return snapshot_of(
            self._parts,
            t=now,
            state="moved" if is_moved else "ended" if has_ended else "running",
            error=self.error,
            dropped=self._dropped(),
            faults=(self._faulting.spans if self._faulting else ()) + self._ordering.spans,
            checkpoint=self._moving.take(now),
        )

    def _ending_with(self, writer: Writer) -> Ending:
        """Return what ends the shard in order."""
        return Ending(
            self._parts,
            writer=writer,
            is_awaiting=lambda: self._way_back.is_awaiting,
            sum_up=self._sum_up_second,
            waiting=lambda: self._sending.waiting,
            leave=self._moving.leave,
        )

    def _sum_up_second(self) -> None:
        """Note of the second that runs what is counted elsewhere: its bytes, and its lateness."""
        parts, second = self._parts, self._parts.seconds.running
        if self.phase not in (Phase.SENDING, Phase.WAITING):
            self._way_back.end(is_moving=self._ending.is_moving)
        self._way_back.put_into(second)
        written, read = parts.exchange.traffic.take()
        second.wire_out += written
        second.wire_in += read
        relinked, self._relinked = self._relinked, 0
        if parts.punctuality.end_second(second.at, relinked=relinked):
            second.limited = 1

    def _renew(self, now: float) -> None:
        """Have mocks show a new password or token before theirs ends; ``now`` is Unix time, s.

        Nothing is lost by it; the record says why another connection is made, where one is.
        """
        for row in self._parts.identity.expiring(now):
            if self._parts.board["link"][row] == Link.CONNECTED and self._sending.renew(row):
                self._parts.event(Kind.CONNECT, row, RENEWED)

    def _afflict(self) -> Faulting:
        """Return what makes things go wrong on purpose; made when first asked for."""
        if self._faulting is None:
            self._faulting = Faulting(
                self._parts, connect=self._sending.connect, let_go=self._sending.let_go
            )
            self._sending.afflict(self._faulting)
            self._parts.recorder.has_faults = True
        return self._faulting

    def _refuse(self, parcel: Parcel, reason: str) -> None:
        """Settle a parcel that its mock never sent."""
        self.settled(parcel, self._parts.clock(), reason)

    def _dropped(self) -> int:
        log = self._parts.log
        unsettled = log.accepted - log.stored - log.lost
        here = log.dropped + (unsettled if self.phase is Phase.ENDED else 0)
        return self._moving.dropped_before + here
