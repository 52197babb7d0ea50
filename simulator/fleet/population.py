"""The mocks of a shard as arrays: where each is in its life, and which timers run for it.

Rule: a mock's draws are counted by its own events, so they do not depend on who else is there, nor
on how often anybody looks.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.exits import Exit
from simulator.behaviour.moments import Moments
from simulator.behaviour.passage import Passage, passage
from simulator.behaviour.plan import Plan
from simulator.fleet.readings import View
from simulator.fleet.timers import Timers
from simulator.generators.base import Cast, check_state
from simulator.randomness import FloatArray, IntArray, KeyArray, exponential, uniform

CHECK_EVERY = 1.0  # s between two looks at the conditions of a status that sends nothing

# Kinds of timers; at the same time the lower one goes first. Exits begin at EXITS, in the order of
# their slots; then comes the check of conditions, then the messages.
SWITCH_ON, INBOX, LINK, REPLY, DRAIN, EXITS = 0, 1, 2, 3, 4, 5

# The arrays that a population must not forget; what else it has is made from these and its plan.
MEMORY = (
    "status",
    "sequence",
    "born",
    "entered",
    "restarted",
    "until",
    "hops",
    "ended",
    "wanted",
    "_turns",
)

# What mocks are known by at any time, such as variables: names and rows -> columns.
Known: TypeAlias = Callable[[frozenset[str], IntArray], Mapping[str, Any]]


class Population:
    """All mocks of a cast, none of them switched on yet."""

    def __init__(
        self,
        plan: Plan,
        cast: Cast,
        *,
        messages: tuple[str, ...],
        known: Known,
        first_within: float,
    ) -> None:
        """``first_within``: s after its start that a mock's messages are first due, at the latest.

        ``known``: what gives the values that mocks are known by at any time.
        """
        count = cast.count
        self._first_within = first_within
        self.plan = plan
        self.status: NDArray[np.uint8] = np.zeros(count, dtype=np.uint8)
        self.sequence: IntArray = np.zeros(count, dtype=np.int64)  # messages so far
        self.born: FloatArray = np.full(count, np.nan)  # s; NaN before the start
        self.entered: FloatArray = np.full(count, np.nan)  # s
        self.restarted: FloatArray = np.full(count, np.nan)  # s; the last start
        # s; when its status is left after a time, as far as that is known. NaN: not so
        self.until: FloatArray = np.full(count, np.nan)
        self.hops: NDArray[np.int16] = np.zeros(count, dtype=np.int16)  # moves at this moment
        self.ended: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.wanted: NDArray[np.bool_] = np.zeros(count, dtype=bool)  # is to be connected
        self._turns: IntArray = np.zeros(count, dtype=np.int64)  # events so far
        self._cast = cast
        self._messages = messages
        self._known = known
        self._keys: dict[str, KeyArray] = {}
        self._moments: dict[str, Moments] = {}
        # How often each message is sent, of the rate that the definition says; by order.
        self.factors = [1.0] * len(messages)
        self._gaps = self._all_gaps()
        self._passage = cache(lambda before, target, after: passage(plan, before, target, after))
        self.check = EXITS + plan.slots
        self.first_message = self.check + 1
        self.timers = Timers(count, self.first_message + len(messages))

    @property
    def live(self) -> int:
        """How many mocks have not ended."""
        return int(len(self.ended) - np.count_nonzero(self.ended))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what it remembers, one entry or row of entries a mock."""
        own = {name: getattr(self, name).copy() for name in MEMORY}
        return {**own, "factors": np.array(self.factors), **self.timers.state()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of a population of the same plan and cast gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state(state, self.state())
        for name in MEMORY:
            getattr(self, name)[:] = state[name]
        self.factors = state["factors"].tolist()
        self._gaps = self._all_gaps()
        self.timers.restore(state)

    def uptime(self, view: View) -> FloatArray:
        """Return how long it is since each mock's last start, s."""
        return view.t - self.restarted[view.rows]

    def progress(self, view: View) -> FloatArray:
        """Return how much of the time in its status is over for each mock, 0 to 1; NaN: no end."""
        whole = self.until[view.rows] - view.entered
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole > 0, np.clip((view.t - view.entered) / whole, 0.0, 1.0), 1.0) * (
                np.where(np.isnan(whole), np.nan, 1.0)
            )

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
        return uniform(self.key(name)[rows], self._turns[rows])

    def turns(self, rows: IntArray) -> IntArray:
        """Return how many events each mock has had, the present one among them."""
        return self._turns[rows]

    def start(self, rows: IntArray, times: FloatArray) -> Passage:
        """Let mocks begin in the initial status, their messages spread over its first seconds."""
        self.turn(rows)
        self.born[rows] = times
        self.restarted[rows] = times
        way = self.enter(rows, times, self.way(None, self.plan.statuses[0].level, 0))
        for sending in self.plan.statuses[0].sends:
            share = self.drawn(f"messages.{self._messages[sending.message]}.first", rows)
            interval = self._interval(sending.message, rows)
            first = share * np.minimum(interval, self._first_within)
            self._start(rows, sending.message, times + first)
        return way

    def way(self, before: int | None, target: int, after: int) -> Passage:
        """Return the way between two statuses; see ``behaviour/passage.py``."""
        return self._passage(before, target, after)

    def enter(self, rows: IntArray, times: FloatArray, way: Passage) -> Passage:
        """Put mocks into a status; let its timers run, and of others only those that go on.

        Messages are due one interval later.
        """
        plan = self.plan.statuses[way.after]
        self.hops[rows] = np.where(self.entered[rows] == times, self.hops[rows] + 1, 0)
        self.status[rows] = way.after
        self.entered[rows] = times
        self.wanted[rows] = plan.is_connected and not plan.is_end
        self.ended[rows] = plan.is_end
        if way.starts_anew:
            self.restarted[rows] = times
        self._stop(rows, way, is_end=plan.is_end)
        self.until[rows] = np.nan
        for leaving in way.awaited:
            self.wait_for(leaving, rows, times)
        if plan.timed is not None:
            self.until[rows] = self.timers.planned[rows, EXITS + plan.timed.slot]
        if plan.needs_checks:
            self.timers.start(rows, self.check, times + CHECK_EVERY)
        for sending in way.started:
            self.send_later(sending.message, rows, times)
        return way

    def send_later(self, message: int, rows: IntArray, times: FloatArray) -> None:
        """Let a message be due one interval after ``times``, by each mock's status."""
        gap = self._gaps[message]
        interval: float | FloatArray
        spread: float | FloatArray
        if gap is not None:
            interval, spread = gap
        else:
            interval = self._interval(message, rows)
            own = self._at_rate(message, self.plan.spreads[self.status[rows], message])
            spread = np.minimum(own, interval)
        due = times + interval
        if spread if gap is not None else np.any(spread):
            share = self.drawn(f"messages.{self._messages[message]}.gap", rows)
            due += spread * (2.0 * share - 1.0)
        self._start(rows, message, due)

    def send_anew(self, names: frozenset[str], rows: IntArray, times: FloatArray) -> None:
        """Let messages whose interval reads one of these names be due one new interval later."""
        for code in np.flatnonzero(np.bincount(self.status[rows])).tolist():
            within = self.status[rows] == code
            for sending in self.plan.statuses[code].sends:
                if sending.computed is not None and names & sending.computed.expression.names:
                    self.send_later(sending.message, rows[within], times[within])

    def set_rate(self, message: int, factor: float, t: float) -> None:
        """Send a message ``factor`` times as often as the definition says, from ``t`` on.

        What is left of each mock's present interval goes by as much faster or slower.
        """
        slower = self.factors[message] / factor
        self.factors[message] = factor
        self._gaps = self._all_gaps()
        self.timers.stretch(self.first_message + message, t, slower)

    def check_later(self, rows: IntArray, times: FloatArray) -> None:
        """Let the conditions be looked at again."""
        self.timers.start(rows, self.check, times + CHECK_EVERY)

    def wait_for(self, leaving: Exit, rows: IntArray, times: FloatArray) -> None:
        """Start the timer of an exit that has one."""
        trigger, hazard = leaving.trigger, leaving.hazard
        if trigger.after is not None:
            keys = self.key(f"{leaving.name}.after")[rows]
            due = times + trigger.after.draw(keys, self._turns[rows])
        elif trigger.at is not None:
            moments = self._moments.setdefault(leaving.name, Moments(trigger.at, self._cast.epoch))
            due = moments.after(times)
        elif hazard is not None:
            keys = self.key(f"{leaving.name}.chance")[rows]
            due = times + exponential(keys, self._turns[rows]) / hazard
        else:
            return
        self.timers.start(rows, EXITS + leaving.slot, due)

    def key(self, name: str) -> KeyArray:
        """Return each mock's key for one purpose."""
        if name not in self._keys:
            self._keys[name] = self._cast.keys(name)
        return self._keys[name]

    def _stop(self, rows: IntArray, way: Passage, *, is_end: bool) -> None:
        """Stop the timers that do not go on."""
        if is_end or way.stops_all:
            self.timers.stop(rows, INBOX if is_end else EXITS)
            return
        kinds = [EXITS + slot for slot in way.stopped] + [self.check]
        kinds += [self.first_message + message for message in way.silenced]
        for kind in kinds:
            self.timers.planned[rows, kind] = np.inf

    def _start(self, rows: IntArray, message: int, times: FloatArray) -> None:
        self.timers.start(rows, self.first_message + message, times)

    def _interval(self, message: int, rows: IntArray) -> FloatArray:
        """Return how often each mock sends a message in its status, s."""
        codes = self.status[rows]
        intervals: FloatArray = self.plan.intervals[codes, message]
        for code, computed in self.plan.computed.get(message, ()):
            within = codes == code
            if within.any():
                columns = self._known(computed.expression.names, rows[within])
                intervals[within] = computed.seconds(columns)
        return self._at_rate(message, intervals)

    def _at_rate(self, message: int, intervals: FloatArray) -> FloatArray:
        factor = self.factors[message]
        return intervals if factor == 1.0 else intervals / factor

    def _all_gaps(self) -> list[tuple[float, float] | None]:
        return [_gap(self.plan, message, by) for message, by in enumerate(self.factors)]


def _gap(plan: Plan, message: int, factor: float) -> tuple[float, float] | None:
    """Return a message's interval and spread at a rate, where all statuses that send it agree."""
    sendings = [each for status in plan.statuses for each in status.sends]
    pairs = {(s.interval, s.spread) for s in sendings if s.message == message}
    if len(pairs) != 1 or message in plan.computed:
        return None
    interval, spread = pairs.pop()
    return interval / factor, spread / factor
