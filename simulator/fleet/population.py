"""The mocks of a shard as arrays: where each is in its life, and which timers run for it.

Rule: a mock's draws are counted by its own events, so they do not depend on who else is there, nor
on how often anybody looks.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.moments import Moments
from simulator.behaviour.plan import Exit, Plan
from simulator.fleet.readings import View
from simulator.fleet.timers import Timers
from simulator.generators.base import Cast, check_state
from simulator.randomness import FloatArray, IntArray, KeyArray, exponential, uniform

FIRST_WITHIN = 10.0  # s after its start a mock's messages are first due, at the latest
CHECK_EVERY = 1.0  # s between two looks at the conditions of a status that sends nothing

# Kinds of timers; at the same time the lower one goes first. DRAIN sends what waits in a mock's
# buffer, whatever its status. Exits begin at EXITS, in the document's order; then comes the check
# of conditions, then the messages.
SWITCH_ON, INBOX, DRAIN, EXITS = 0, 1, 2, 3

# The arrays that a population must not forget; what else it has is made from these and its plan.
MEMORY = ("status", "sequence", "born", "entered", "ended", "wanted", "_turns")


class Population:
    """All mocks of a cast, none of them switched on yet."""

    def __init__(self, plan: Plan, cast: Cast, *, messages: tuple[str, ...]) -> None:
        count = cast.count
        self.plan = plan
        self.status: NDArray[np.uint8] = np.zeros(count, dtype=np.uint8)
        self.sequence: IntArray = np.zeros(count, dtype=np.int64)  # messages so far
        self.born: FloatArray = np.full(count, np.nan)  # s; NaN before the start
        self.entered: FloatArray = np.full(count, np.nan)  # s
        self.ended: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.wanted: NDArray[np.bool_] = np.zeros(count, dtype=bool)  # is to be connected
        self._turns: IntArray = np.zeros(count, dtype=np.int64)  # events so far
        self._cast = cast
        self._messages = messages
        self._keys: dict[str, KeyArray] = {}
        self._moments: dict[str, Moments] = {}
        self.check = EXITS + max(len(status.exits) for status in plan.statuses)
        self.first_message = self.check + 1
        self.timers = Timers(count, self.first_message + len(messages))

    @property
    def live(self) -> int:
        """How many mocks have not ended."""
        return int(len(self.ended) - np.count_nonzero(self.ended))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers, one entry or row of entries a mock."""
        return {**{name: getattr(self, name).copy() for name in MEMORY}, **self.timers.state()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of a population of the same plan and cast gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state(state, self.state())
        for name in MEMORY:
            getattr(self, name)[:] = state[name]
        self.timers.restore(state)

    def turn(self, rows: IntArray) -> None:
        """Begin an event of each of these mocks: what is drawn in it is its own."""
        self._turns[rows] += 1

    def view(self, rows: IntArray, times: FloatArray) -> View:
        """Return how these mocks look at a time of each, before they send."""
        return View(
            rows,
            times,
            self.born[rows],
            self.entered[rows],
            self.sequence[rows] + 1,
            self.status[rows],
        )

    def drawn(self, name: str, rows: IntArray) -> FloatArray:
        """Return a number in [0, 1) for one purpose in the present event of each mock."""
        return uniform(self._key(name)[rows], self._turns[rows])

    def start(self, rows: IntArray, times: FloatArray) -> None:
        """Let mocks begin in the initial status, their messages spread over its first seconds."""
        self.turn(rows)
        self.born[rows] = times
        self.enter(rows, times, 0)
        for message, interval, _ in self.plan.statuses[0].sends:
            share = self.drawn(f"messages.{self._messages[message]}.first", rows)
            self._start(rows, message, times + share * min(interval, FIRST_WITHIN))

    def enter(self, rows: IntArray, times: FloatArray, code: int) -> None:
        """Put mocks into a status and let its timers run, and no other.

        Messages are due one interval later.
        """
        plan = self.plan.statuses[code]
        self.status[rows] = code
        self.entered[rows] = times
        self.wanted[rows] = plan.is_connected and not plan.is_end
        self.ended[rows] = plan.is_end
        self.timers.stop(rows, INBOX if plan.is_end else EXITS)
        for position, leaving in enumerate(plan.exits):
            self._await(leaving, rows, position, times)
        if plan.needs_checks:
            self.timers.start(rows, self.check, times + CHECK_EVERY)
        for sending in plan.sends:
            self.send_later(sending.message, rows, times)

    def send_later(self, message: int, rows: IntArray, times: FloatArray) -> None:
        """Let a message be due one interval after ``times``, by each mock's status."""
        interval, spread = self._gaps[message]
        if interval is None or spread is None:
            codes = self.status[rows]
            interval = self.plan.intervals[codes, message]
            spread = self.plan.spreads[codes, message]
        due = times + interval
        if np.any(spread):
            share = self.drawn(f"messages.{self._messages[message]}.gap", rows)
            due += spread * (2.0 * share - 1.0)
        self._start(rows, message, due)

    def check_later(self, rows: IntArray, times: FloatArray) -> None:
        """Let the conditions be looked at again."""
        self.timers.start(rows, self.check, times + CHECK_EVERY)

    def await_again(self, leaving: Exit, rows: IntArray, position: int, times: FloatArray) -> None:
        """Start an exit's timer again for mocks that it did not take, if it can come again.

        A clock time and a chance in a time come again; an elapsed time has been.
        """
        if leaving.trigger.after is None:
            self._await(leaving, rows, position, times)

    def _start(self, rows: IntArray, message: int, times: FloatArray) -> None:
        self.timers.start(rows, self.first_message + message, times)

    def _await(self, leaving: Exit, rows: IntArray, position: int, times: FloatArray) -> None:
        """Start the timer of an exit that has one."""
        trigger, hazard = leaving.trigger, leaving.hazard
        if trigger.after is not None:
            due = times + trigger.after.interval
            if trigger.after.spread:
                due += trigger.after.spread * (2 * self.drawn(f"{leaving.name}.after", rows) - 1)
        elif trigger.at is not None:
            moments = self._moments.setdefault(leaving.name, Moments(trigger.at, self._cast.epoch))
            due = moments.after(times)
        elif hazard is not None:
            keys = self._key(f"{leaving.name}.chance")[rows]
            due = times + exponential(keys, self._turns[rows]) / hazard
        else:
            return
        self.timers.start(rows, EXITS + position, due)

    def _key(self, name: str) -> KeyArray:
        if name not in self._keys:
            self._keys[name] = self._cast.keys(name)
        return self._keys[name]

    @cached_property
    def _gaps(self) -> list[tuple[float | None, float | None]]:
        """Each message's interval and spread, where all statuses that send it agree."""
        gaps: list[tuple[float | None, float | None]] = []
        for message in range(len(self._messages)):
            sendings = [each for status in self.plan.statuses for each in status.sends]
            pairs = {(s.interval, s.spread) for s in sendings if s.message == message}
            gaps.append(pairs.pop() if len(pairs) == 1 else (None, None))
        return gaps
