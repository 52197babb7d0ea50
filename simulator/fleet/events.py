"""What happens to the mocks of a fleet when its moment has come: one kind of event at a time.

Rule: the events of a call are of mocks that differ; what they lead to is noted in ``Found``.
"""

import numpy as np

from simulator.fleet.departures import groups
from simulator.fleet.due import Found
from simulator.fleet.outgoing import checks, counted, watched
from simulator.fleet.parts import Parts
from simulator.fleet.population import DRAIN, EXITS, INBOX, LINK, REPLY, SWITCH_ON
from simulator.randomness import FloatArray, IntArray


class Events:
    """The events that a fleet's wheel gives back."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._plan, self._mocks = parts.plan, parts.mocks
        self._departures = parts.departures
        # By message: the conditions that are held against it, and the exits that count it.
        self._watched = [watched(parts.plan, i) for i in range(len(parts.outgoing))]
        self._counted = [counted(parts.plan, i) for i in range(len(parts.outgoing))]
        self._checks = checks(parts.plan, parts.readings)

    def do(self, kind: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Do one kind of event of some mocks, none twice."""
        parts, mocks = self._parts, self._mocks
        if kind != DRAIN:  # it draws nothing, and may come when a connection is told
            mocks.turn(rows)
        if kind >= mocks.first_message:
            self._send(kind - mocks.first_message, rows, times, found)
        elif kind == SWITCH_ON:
            self._switch_on(rows, times, found)
        elif kind == INBOX:
            parts.incoming.read(rows, times, found)
        elif kind == REPLY:
            parts.replying.do(rows, times, found)
        elif kind == DRAIN:
            parts.delivery.drain(rows, times, found)
        elif kind == mocks.check:
            self._check(rows, times, found)
        elif kind == LINK:
            parts.incoming.told(rows, times, found)
        else:
            self._departures.in_time(kind - EXITS, rows, times, found)

    def _switch_on(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let mocks ask for their connection; let those begin that have it, or need none."""
        found.touch(rows)
        first = self._plan.statuses[0]
        if first.is_connected and not first.is_end and not self._parts.links.is_instant:
            self._mocks.wanted[rows] = True
        else:
            self._departures.start(rows, times, found)

    def _send(self, message: int, rows: IntArray, times: FloatArray, found: Found) -> None:
        mocks, outgoing = self._mocks, self._parts.outgoing[message]
        taken = outgoing.sampler.take(mocks, rows, times)
        gone = self._departures.by_reading(self._watched[message], taken, found)
        if gone is None:
            mocks.send_later(message, rows, times)
        else:
            mocks.send_later(message, rows[~gone], times[~gone])
            # Whoever went sends what it read only if its new status sends this message too.
            kept = ~gone | (self._plan.intervals[mocks.status[rows], message] < np.inf)
            taken = taken.only(kept)
            outgoing.sampler.renew(mocks, taken)
        if len(taken.rows):
            self._parts.delivery.send(outgoing, taken, found)
        for code, exits in self._counted[message]:
            self._departures.by_count(code, exits, taken.rows, taken.times, found)

    def _check(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Look at the conditions of statuses that send nothing."""
        for code, chosen in groups(self._mocks.status[rows]):
            exits = self._plan.statuses[code].waiting("when")
            taken = self._checks[code].take(self._mocks, rows[chosen], times[chosen])
            gone = self._departures.by_reading([(code, exits)], taken, found)
            stayed = slice(None) if gone is None else ~gone
            self._mocks.check_later(taken.rows[stayed], taken.times[stayed])
