"""How mocks go from status to status: which exit each takes, and what happens on the way.

Rule: all of one move happens at one moment: what the old status does as it is left, the change
itself, what the new one does as it is entered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.conditions import Conditions
from simulator.behaviour.exits import TO_BACK, Exit
from simulator.behaviour.passage import Passage
from simulator.behaviour.plan import Doing, Plan
from simulator.definition.expressions.arithmetic import truth
from simulator.fleet.checkpoint import part_of, under
from simulator.fleet.counts import Counts
from simulator.fleet.due import Found
from simulator.fleet.links import Links
from simulator.fleet.origins import Origins
from simulator.fleet.outgoing import Taken
from simulator.fleet.population import EXITS, Population
from simulator.randomness import FloatArray, IntArray

MAX_HOPS = 100  # moves of one mock at one moment; a loop of transitions that take no time ends here
HOP_PAUSE = 1.0  # s that such a mock waits then

Watched: TypeAlias = tuple[int, list[Exit]]  # a status, and its exits that wait for a condition
# Does what a level does: what, rows, times, where sends go, and whether it is entered.
Act: TypeAlias = Callable[[Doing, IntArray, FloatArray, Found, bool], None]


class Departures:
    """Lets the mocks of a population go."""

    def __init__(
        self,
        plan: Plan,
        mocks: Population,
        links: Links,
        *,
        act: Act,
        forget: Callable[[IntArray], None],
        online: Callable[[IntArray, FloatArray], None],
    ) -> None:
        """Make it for a population.

        Args:
            plan: Its statuses.
            mocks: The population.
            links: Its connections; who comes into a status without one lets it go.
            act: Does what a level does as it is entered or left.
            forget: Drops what mocks were to do once they are connected.
            online: Lets begin what mocks do once they are connected, where nobody tells it.
        """
        count = len(mocks.status)
        # What goes first when a connection is there at once, and last when a mock lets it go.
        self.greet: Callable[[IntArray, FloatArray, Found], None] | None = None
        self.part: Callable[[IntArray, FloatArray, Found], None] | None = None
        self.counts = Counts(plan, count)
        self._conditions = Conditions(plan, count)
        self._origins = Origins(plan, count)
        self._plan = plan
        self._mocks = mocks
        self._links = links
        self._act = act
        self._forget = forget
        self._online = online

    def start(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let mocks begin their lives in the first status."""
        self._entered(self._mocks.start(rows, times), None, rows, times, found)

    def by_reading(
        self, watched: Sequence[Watched], taken: Taken, found: Found
    ) -> NDArray[np.bool_] | None:
        """Let mocks go whose conditions hold; return who went, or None when nobody did.

        Conditions of a status that nobody is in are not looked at.
        """
        gone: NDArray[np.bool_] | None = None
        if not watched:
            return gone
        statuses = self._mocks.status[taken.rows]
        for code, exits in watched:
            here = statuses == code
            if not here.any():
                continue
            for leaving in exits:
                assert leaving.trigger.when is not None
                holds = truth(leaving.trigger.when.evaluate(taken.readings))
                if leaving.is_plain and not holds.any():
                    continue
                there = (here if gone is None else here & ~gone).nonzero()[0]
                holds = holds[there] if holds.ndim else np.full(len(there), holds)
                going = there[self._open(leaving, taken.rows[there], taken.times[there], holds)]
                if not len(going):
                    continue
                gone = np.zeros(len(taken.rows), dtype=bool) if gone is None else gone
                went = self.leave(leaving, taken.rows[going], taken.times[going], found)
                gone[going[went]] = True
        return gone

    def in_time(self, slot: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let mocks go whose time is over: elapsed, on the clock, held, or drawn by chance."""
        for code, chosen in groups(self._mocks.status[rows]):
            leaving = next(e for e in self._plan.statuses[code].exits if e.slot == slot)
            went = self.leave(leaving, rows[chosen], times[chosen], found)
            stayed, at = rows[chosen][~went], times[chosen][~went]
            # A clock time and a chance in a time come again; an elapsed time has been.
            if len(stayed) and (leaving.trigger.at or leaving.hazard):
                self._mocks.wait_for(leaving, stayed, at)

    def by_count(
        self, code: int, exits: Sequence[Exit], rows: IntArray, times: FloatArray, found: Found
    ) -> None:
        """Let mocks of a status go that have sent as many messages as an exit waits for."""
        mocks = self._mocks
        for leaving in exits:
            assert leaving.trigger.sends is not None
            within = np.flatnonzero(mocks.status[rows] == code)
            sent = self.counts.sent(leaving.level, rows[within], mocks.sequence)
            enough = within[sent >= leaving.trigger.sends]
            if len(enough):
                went = self.leave(leaving, rows[enough], times[enough], found)
                self.counts.recount(leaving.level, rows[enough[~went]], mocks.sequence)

    def leave(
        self,
        leaving: Exit,
        rows: IntArray,
        times: FloatArray,
        found: Found,
        *,
        cause: str | None = None,
    ) -> NDArray[np.bool_]:
        """Let mocks of one status take an exit; return who did, and not who stayed by chance."""
        if leaving.is_sure or not len(rows):
            chosen = np.zeros(len(rows), dtype=np.int64)
        else:
            share = self._mocks.drawn(f"{leaving.name}.choice", rows)
            chosen = np.searchsorted(leaving.shares, share, side="right")
        went = np.zeros(len(rows), dtype=bool)
        for option, target in enumerate(leaving.targets):
            going = np.flatnonzero(chosen == option)
            if target == TO_BACK:
                codes = self._origins.came_from(leaving.level, rows[going])
            else:
                codes = self._origins.within(target, rows[going])
            for code, some in groups(codes):
                if code < 0:  # it came from nowhere
                    continue
                level = self._plan.statuses[code].level if target == TO_BACK else target
                part = going[some]
                went[part] = self.go(
                    rows[part], times[part], found, level=level, code=code,
                    cause=cause or leaving.cause,
                )  # fmt: skip
        if not went.all():
            self._pause(leaving, rows[~went], times[~went])
        return went

    def lead(
        self, target: int, rows: IntArray, times: FloatArray, found: Found, *, cause: str
    ) -> None:
        """Let mocks go to a level, whatever status they are in."""
        for _, chosen in groups(self._mocks.status[rows]):
            going, at = rows[chosen], times[chosen]
            for code, some in groups(self._origins.within(target, going)):
                self.go(going[some], at[some], found, level=target, code=code, cause=cause)

    def go(
        self,
        rows: IntArray,
        times: FloatArray,
        found: Found,
        *,
        level: int,
        code: int,
        cause: str,
    ) -> NDArray[np.bool_]:
        """Let mocks of one status go to another; return who did, and not who goes in circles."""
        mocks = self._mocks
        before = int(mocks.status[rows[0]])
        restless: NDArray[np.bool_] = (mocks.hops[rows] >= MAX_HOPS) & (
            mocks.entered[rows] == times
        )
        if restless.any():
            text = f"held for {HOP_PAUSE:g}s: {MAX_HOPS} moves at one moment"
            found.move(rows[restless], times[restless], before, before, text)
            rows, times = rows[~restless], times[~restless]
            if not len(rows):
                return np.zeros(len(restless), dtype=bool)
        way = mocks.way(before, level, code)
        for each in way.left:
            self._act(self._plan.levels[each].leave, rows, times, found, False)
        self._origins.left(way, before, rows)
        found.move(rows, times, before, way.after, cause)
        mocks.enter(rows, times, way)
        self._entered(way, before, rows, times, found)
        return ~restless

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers."""
        return {
            **under("conditions", self._conditions.state()),
            **under("origins", self._origins.state()),
            **under("counts", self.counts.state()),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same plan and population gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        self._conditions.restore(part_of(state, "conditions"))
        self._origins.restore(part_of(state, "origins"))
        self.counts.restore(part_of(state, "counts"))

    def _entered(
        self, way: Passage, before: int | None, rows: IntArray, times: FloatArray, found: Found
    ) -> None:
        self._origins.entered(way, before, rows)
        self.counts.entered(way, rows, self._mocks.sequence)
        for level in way.entered:
            self._conditions.entered(level, rows)
        if not self._mocks.wanted[rows[0]]:
            if self.part:
                self.part(rows, times, found)
            found.let_go(rows)
            self._links.lost(rows)
            self._forget(rows)
        elif self._links.is_instant:
            made = np.isin(rows, self._links.made(rows))
            if self.greet and made.any():
                self.greet(rows[made], times[made], found)
            self._online(rows, times)
        for level in way.entered:
            self._act(self._plan.levels[level].enter, rows, times, found, True)

    def _open(
        self, leaving: Exit, rows: IntArray, times: FloatArray, holds: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return who may take an exit by its condition; start the timer of one that must hold."""
        met, opens = self._conditions.look(leaving, rows, holds)
        held = leaving.trigger.held
        if held is None:
            return opens
        planned = self._mocks.timers.planned[rows, EXITS + leaving.slot]
        self._mocks.timers.planned[rows[~met], EXITS + leaving.slot] = np.inf
        begins = np.flatnonzero(opens & np.isinf(planned))
        if len(begins):
            self._mocks.timers.start(rows[begins], EXITS + leaving.slot, times[begins] + held)
        return np.zeros(len(rows), dtype=bool)

    def _pause(self, leaving: Exit, rows: IntArray, times: FloatArray) -> None:
        """Let mocks that go in circles try an elapsed time again later."""
        mocks = self._mocks
        restless = (mocks.hops[rows] >= MAX_HOPS) & (mocks.entered[rows] == times)
        if leaving.trigger.after is not None and restless.any():
            later = times[restless] + HOP_PAUSE
            mocks.timers.start(rows[restless], EXITS + leaving.slot, later)


def groups(codes: NDArray[Any]) -> Iterator[tuple[int, slice | NDArray[np.bool_]]]:
    """Yield each code that is there, rising, with where it is."""
    if not len(codes):
        return
    if len(codes) == 1 or (codes == codes[0]).all():  # the common case: no copy of anything
        yield int(codes[0]), slice(None)
        return
    for code in np.unique(codes).tolist():
        yield code, codes == code
