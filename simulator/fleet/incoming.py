"""What comes to mocks from outside: messages, and what became of their connections and sends.

Rule: each is told to its mock at its time, between the mock's own events, one after the other.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.commands import Received
from simulator.behaviour.exits import Exit
from simulator.behaviour.plan import Plan
from simulator.fleet.checkpoint import part_of, under
from simulator.fleet.departures import Departures
from simulator.fleet.doings import Doings
from simulator.fleet.due import Found
from simulator.fleet.happenings import BORN, DELIVERED, FAILED, LOST, MADE, Happening, Happenings
from simulator.fleet.inbox import MAX_INBOX, Inbox
from simulator.fleet.matching import Matcher
from simulator.fleet.population import INBOX, LINK, Population
from simulator.fleet.readings import Readings
from simulator.fleet.replying import Replying
from simulator.randomness import FloatArray, IntArray


class Incoming:
    """Tells the mocks of a population."""

    def __init__(
        self,
        plan: Plan,
        mocks: Population,
        readings: Readings,
        *,
        departures: Departures,
        doings: Doings,
        replying: Replying,
    ) -> None:
        self._plan = plan
        self._mocks = mocks
        self._departures = departures
        self._doings = doings
        self._replying = replying
        self._inbox = Inbox()
        self._missed = np.zeros(len(mocks.status), dtype=np.int64)  # messages since the last one
        self._happenings = Happenings()
        exits = [leaving for level in plan.levels for leaving in level.exits]
        self._matchers = {
            leaving.name: Matcher(leaving.trigger.on, readings.fixed, len(readings.identities))
            for leaving in exits
            if leaving.trigger.on is not None
        }
        # What goes first: of a connection that is made, and of a message that comes in.
        self.greet: Callable[[IntArray, FloatArray, Found], None] | None = None
        self.hear: Callable[[IntArray, FloatArray, Received, Found], None] | None = None
        self.counts_results = any(e.trigger.fails is not None for e in exits)
        self._follows_links = doings.greets or any(e.trigger.connection for e in exits)

    def received(self, row: int, topic: str, payload: bytes, t: float) -> None:
        """Keep a message for the mock in a row, which reads it at ``t``."""
        is_awaited = bool(self._matchers or self._replying.matchers or self.hear)
        if not is_awaited or not self._is_alive(row):
            return
        if self._inbox.is_full(row):
            self._missed[row] += 1
        elif self._inbox.put(row, Received(t, topic, payload)):
            self._mocks.timers.start(np.array([row]), INBOX, np.array([t]))

    def tell(self, rows: IntArray, what: int, t: float) -> None:
        """Keep what happened to mocks, to be told to them at ``t``; a row may stand there again."""
        follows = self._follows_links or self.greet is not None
        is_asked = self.counts_results if what in (FAILED, DELIVERED) else follows
        if not is_asked:
            return
        for row in rows.tolist():
            if self._is_alive(row) and self._happenings.put(row, t, what):
                self._mocks.timers.start(np.array([row]), LINK, np.array([t]))

    def subscriptions(self, row: int) -> tuple[str, ...]:
        """Return the topic filters whose messages a mock waits for, each once."""
        matchers = (*self._matchers.values(), *self._replying.matchers)
        return tuple(dict.fromkeys(each.topics[row] for each in matchers))

    def read(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let each mock read the oldest message that came to it."""
        for index, row in enumerate(rows.tolist()):
            message = self._inbox.take(row)
            one = slice(index, index + 1)
            if self.hear:
                self.hear(rows[one], times[one], message, found)
            self._tell_missed(rows[one], times[one], found)
            self._replying.read(rows[one], times[one], message, found)
            for leaving in self._waiting(row, "on"):
                if not self._matchers[leaving.name].matches(row, message):
                    continue
                cause = f"{leaving.cause} {message.source}"
                if self._leave(leaving, rows[one], times[one], found, cause=cause):
                    break
            if self._mocks.ended[row]:
                self._inbox.empty(row)
        self._replying.go_on(rows)
        _start(self._mocks, INBOX, rows, [self._inbox.next_at(row) for row in rows.tolist()])

    def told(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Tell each mock the oldest thing that happened to it."""
        happenings = [self._happenings.take(row) for row in rows.tolist()]
        made = np.array([happening.what in (BORN, MADE) for happening in happenings])
        if made.any():
            if self.greet:
                self.greet(rows[made], times[made], found)
            self._doings.connected(rows[made], times[made], found)
        for index, row in enumerate(rows.tolist()):
            one = slice(index, index + 1)
            self._tell(happenings[index], rows[one], times[one], found)
            if self._mocks.ended[row]:
                self._happenings.empty(row)
        _start(self._mocks, LINK, rows, [self._happenings.next_at(row) for row in rows.tolist()])

    def move(self, by: float) -> None:
        """Let everything that waits be told ``by`` s later."""
        self._inbox.move(by)
        self._happenings.move(by)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that waits to be told."""
        return {
            "missed": self._missed.copy(),
            **under("inbox", self._inbox.state()),
            **under("happenings", self._happenings.state()),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave."""
        self._missed[:] = state["missed"]
        self._inbox.restore(part_of(state, "inbox"))
        self._happenings.restore(part_of(state, "happenings"))

    def _tell_missed(self, row: IntArray, time: FloatArray, found: Found) -> None:
        """Say in the log of a mock how many messages it did not take."""
        if missed := int(self._missed[row[0]]):
            status = int(self._mocks.status[row[0]])
            text = f"{missed} messages not read: {MAX_INBOX} were waiting"
            found.move(row, time, status, status, text)
            self._missed[row] = 0

    def _tell(self, happening: Happening, row: IntArray, time: FloatArray, found: Found) -> None:
        if happening.what == DELIVERED:
            self._departures.counts.delivered(int(row[0]))
            return
        if happening.what == FAILED:
            self._count_failures(happening.times, row, time, found)
            return
        word = {MADE: "made", LOST: "lost"}.get(happening.what)
        if word is not None:
            for leaving in self._waiting(int(row[0]), "connection"):
                if leaving.trigger.connection == word and self._leave(leaving, row, time, found):
                    break

    def _count_failures(self, times: int, row: IntArray, time: FloatArray, found: Found) -> None:
        counts = self._departures.counts
        exits = self._waiting(int(row[0]), "fails")
        failed = {e.level: (0, 0) for e in exits}
        failed = {level: counts.failed(level, int(row[0]), times) for level in failed}
        for leaving in exits:
            fails = leaving.trigger.fails
            assert fails is not None
            if failed[leaving.level][0 if fails.in_a_row else 1] < fails.count:
                continue
            if self._leave(leaving, row, time, found):
                return
            counts.forgive(leaving.level, int(row[0]))

    def _waiting(self, row: int, kind: str) -> list[Exit]:
        return self._plan.statuses[int(self._mocks.status[row])].waiting(kind)

    def _leave(
        self,
        leaving: Exit,
        row: IntArray,
        time: FloatArray,
        found: Found,
        *,
        cause: str | None = None,
    ) -> bool:
        return bool(self._departures.leave(leaving, row, time, found, cause=cause).any())

    def _is_alive(self, row: int) -> bool:
        return not (np.isnan(self._mocks.born[row]) or self._mocks.ended[row])


def _start(mocks: Population, kind: int, rows: IntArray, times: list[float | None]) -> None:
    """Start a timer of those mocks for which something more waits."""
    due = np.array([np.inf if t is None else t for t in times])
    waits = np.isfinite(due)
    if waits.any():
        mocks.timers.start(rows[waits], kind, due[waits])
