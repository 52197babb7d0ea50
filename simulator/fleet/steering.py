"""What people may order of the mocks of a fleet while it runs: the door for orders.

Rule: each takes effect at the time that it is told, once the fleet was asked for everything up to
then; so it is the same in all shards of a run, and to the moment.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.due import Found
from simulator.fleet.power import SWITCH
from simulator.randomness import IntArray

if TYPE_CHECKING:
    from simulator.fleet.brood import Brood
    from simulator.fleet.parts import Parts

BY_HAND = "ordered"  # why a mock went into a status


class Steering:
    """The door; ``rows`` are of mocks, none twice, and what is behind a gateway follows it."""

    def __init__(
        self, parts: "Parts", brood: "Brood | None", *, first: int, messages: tuple[str, ...]
    ) -> None:
        """``first``: number of the mock in row 0; ``messages``: those of the definition."""
        self._parts = parts
        self._brood = brood
        self._first = first
        self._messages = messages

    @property
    def is_still(self) -> bool:
        """Whether the time of the mocks stands still, and nothing is due."""
        return self._parts.standing.is_still

    def pause(self, t: float, *, is_connected: bool = True) -> list[int]:
        """Let the time of all mocks stand still; return whose connections are to be let go."""
        gone = self._parts.standing.begin(t, is_connected=is_connected)
        self._parts.delivery.lost(gone)
        if self._brood:
            self._brood.disconnected(gone, t)
            self._brood.fleet.steering.pause(t)
        return [int(row) for row in gone]

    def resume(self, t: float) -> list[int]:
        """Let it go on where it stood; return who is to be connected again."""
        if not self.is_still:
            return []
        if self._brood:
            self._brood.fleet.steering.resume(t)
        standing = self._parts.standing
        away = t - standing.clock(t)
        back = standing.end(t)
        self._parts.incoming.move(away)
        self._parts.replying.move(away)
        return [int(row) for row in back]

    def set_rate(self, factor: float, names: Collection[str], t: float) -> None:
        """Send messages ``factor`` times as often as the definition says; without names all."""
        now = self._parts.standing.clock(t)
        mocks, power = self._parts.mocks, self._parts.power
        for message, name in enumerate(self._messages):
            if not names or name in names:
                power.stretch(mocks.first_message + message, mocks.factors[message] / factor)
                mocks.set_rate(message, factor, now)
        if self._brood:
            self._brood.fleet.steering.set_rate(factor, names, t)

    def keep_on(self, count: int, t: float) -> tuple[list[int], list[int]]:
        """Have the run's first ``count`` mocks on, and no others.

        Return whose connections are to be let go, and who is to be connected.
        """
        rows = np.arange(len(self._parts.mocks.status))
        off, on = rows[rows + self._first >= count], rows[rows + self._first < count]
        return self._switch_off(off, t), self._switch_on(on, t)

    def force(self, status: str, rows: IntArray, t: float, found: Found) -> int:
        """Let mocks go into a status; return how many do.

        Who is in it already stays, and so does who has not begun, has ended or has no power.
        """
        names = [level.name for level in self._parts.plan.levels]
        if status not in names:
            return 0
        level = names.index(status)
        plan, mocks = self._parts.plan, self._parts.mocks
        inside = [code for code in range(len(plan.statuses)) if level in plan.chain(code)]
        going = rows[self._is_at_work(rows) & ~np.isin(mocks.status[rows], inside)]
        if len(going):
            mocks.turn(going)
            times = np.full(len(going), t)
            self._parts.departures.lead(level, going, times, found, cause=BY_HAND)
        return len(going)

    def send(self, message: str, rows: IntArray, t: float, found: Found) -> int:
        """Let mocks send a message beside its rhythm; return how many do, as ``force`` has it."""
        if message not in self._messages:
            return 0
        sending = rows[self._is_at_work(rows)]
        if len(sending):
            times = np.full(len(sending), t)
            place = self._messages.index(message)
            self._parts.delivery.send_now(place, sending, times, found)
        return len(sending)

    def _is_at_work(self, rows: IntArray) -> NDArray[np.bool_]:
        """Return who lives, has power, and whose time goes on."""
        mocks = self._parts.mocks
        has_begun = ~np.isnan(mocks.born[rows]) & ~mocks.ended[rows]
        return has_begun & self._parts.power.is_on[rows] & (not self.is_still)

    def _switch_off(self, rows: IntArray, t: float) -> list[int]:
        wanted = self._parts.mocks.wanted.copy()
        gone = self._parts.power.cut(rows, self._parts.standing.clock(t), SWITCH)
        self._parts.delivery.lost(gone)
        if self._brood and len(gone):
            self._brood.disconnected(gone, t)
            self._brood.fleet.steering.switch(self._brood.rows(gone), t, is_on=False)
        return [int(row) for row in gone[wanted[gone]]]

    def _switch_on(self, rows: IntArray, t: float) -> list[int]:
        standing = self._parts.standing
        if self._brood and len(rows):
            self._brood.fleet.steering.switch(self._brood.rows(rows), t, is_on=True)
        back = self._parts.power.restore_to(rows, standing.clock(t), SWITCH)
        return [int(row) for row in standing.hold_back(back)]

    def switch(self, rows: IntArray, t: float, *, is_on: bool) -> None:
        """Give power to devices behind gateways, or take it."""
        (self._switch_on if is_on else self._switch_off)(rows, t)
