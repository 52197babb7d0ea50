"""What those share who do a shard's work: its mocks, connections, records and time.

Rule: nothing happens here; each part is made once, and nobody puts another in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from simulator.faults import Crowd
from simulator.fleet import Fleet
from simulator.fleet.whereabouts import Whereabouts, whereabouts_of
from simulator.lot import Lot
from simulator.recording import Board, Kind, Log, Recorder, Writer, Zero, new_board
from simulator.tower.aiming import crowd_of
from simulator.tower.asking import Exchanging, MakeExchange
from simulator.tower.assignment import Assignment
from simulator.tower.build import build_fleet, identities_of, roster_of
from simulator.tower.identities import Identities
from simulator.tower.punctuality import Punctuality
from simulator.tower.seconds import Seconds
from simulator.transports import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Of one shard. All of it belongs to the loop."""

    assignment: Assignment
    tower: str  # the name of the tower that runs it
    fleet: Fleet
    whereabouts: Whereabouts | None  # None: no mock has a position
    crowd: Crowd  # the mocks, as faults and orders meet them
    identity: Identities
    exchange: Exchanging
    log: Log
    board: Board
    recorder: Recorder
    seconds: Seconds
    punctuality: Punctuality
    has_opened: NDArray[np.bool_]  # whether a mock had a connection yet, by row
    zero: Zero
    clock: Callable[[], float]

    @property
    def lot(self) -> Lot:
        """What is run."""
        return self.assignment.lot

    def now(self) -> float:
        """Return the present moment, s of the run."""
        return self.zero.run_time(self.clock())

    def unix(self) -> float:
        """Return the present moment, Unix s."""
        return self.zero.unix(self.clock())

    def event(self, kind: Kind, row: int, reason: str = "") -> None:
        """Record what happened to a mock right now."""
        status = int(self.fleet.status[row])
        self.recorder.event(kind, row, at=self.clock(), status=status, reason=reason)


def parts_of(
    assignment: Assignment,
    *,
    tower: str,
    zero: Zero,
    writer: Writer,
    make_exchange: MakeExchange,
    listener: Listener,
    clock: Callable[[], float],
) -> Parts:
    """Make the parts of a shard; ``listener`` is told what becomes of its connections.

    Raises:
        DefinitionError: The assignment cannot be simulated.
    """
    fleet = build_fleet(assignment)
    identity = identities_of(assignment, fleet, lambda: zero.unix(clock()))
    exchange = _exchange_of(assignment, make_exchange, listener, clock, zero)
    board = new_board(assignment.first, assignment.count)
    log = writer.open(assignment.shard, roster_of(assignment, fleet))  # once nothing is refused
    return Parts(
        assignment=assignment,
        tower=tower,
        fleet=fleet,
        whereabouts=whereabouts_of(fleet),
        crowd=crowd_of(assignment, fleet),
        identity=identity,
        exchange=exchange,
        log=log,
        board=board,
        recorder=_recorder_of(assignment, fleet, writer=writer, log=log, board=board, zero=zero),
        seconds=Seconds(floor(zero.unix(clock()))),
        punctuality=Punctuality(assignment.lot.pace, count=assignment.count, tower=tower),
        has_opened=np.zeros(assignment.count, dtype=np.bool_),
        zero=zero,
        clock=clock,
    )


def _recorder_of(
    assignment: Assignment, fleet: Fleet, *, writer: Writer, log: Log, board: Board, zero: Zero
) -> Recorder:
    return Recorder(
        writer=writer,
        log=log,
        board=board,
        zero=zero,
        acknowledged_from=assignment.lot.target.acknowledged_from,
        messages=fleet.messages,
    )


def _exchange_of(
    assignment: Assignment,
    make_exchange: MakeExchange,
    listener: Listener,
    clock: Callable[[], float],
    zero: Zero,
) -> Exchanging:
    """Return a shard's exchange, with its share of the connections that may begin in a second."""
    lot = assignment.lot
    exchange = make_exchange(lot.target, listener=listener, clock=clock)
    if lot.pace.connect_rate:
        rate = lot.pace.connect_rate * assignment.count / lot.mocks
        phase = assignment.first / lot.mocks / rate  # see Caps
        exchange.limit_connects(rate, zero.clock + phase)
    return exchange
