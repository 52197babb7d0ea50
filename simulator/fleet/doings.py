"""What statuses and replies do beside moving mocks: set variables, send messages.

Rule: everything that is set at once is computed before any of it is set; then what is sent shows
the new values.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.plan import Doing, Plan
from simulator.definition.expressions.expression import Expression
from simulator.fleet.due import Found
from simulator.fleet.links import Links
from simulator.fleet.outgoing import Sampler
from simulator.fleet.population import Population
from simulator.fleet.readings import Readings
from simulator.generators.base import check_state
from simulator.randomness import FloatArray, IntArray

# Sends a message of the definition: which, rows, times, where it is noted.
Send: TypeAlias = Callable[[int, IntArray, FloatArray, Found], None]
Sets: TypeAlias = tuple[tuple[str, Expression], ...]


class Doings:
    """Does it for the mocks of a population."""

    def __init__(
        self, plan: Plan, mocks: Population, readings: Readings, links: Links, *, send: Send
    ) -> None:
        self._mocks = mocks
        self._readings = readings
        self._links = links
        self._send = send
        self._samplers: dict[Sets, Sampler] = {}
        # Messages of entry that wait for a connection that is being made, [mock, message].
        self._greetings = tuple(
            dict.fromkeys(message for level in plan.levels for message in level.enter.sends)
        )
        self.greets = bool(self._greetings)
        self._waiting = np.zeros((len(mocks.status), len(self._greetings)), dtype=bool)

    def act(
        self, doing: Doing, rows: IntArray, times: FloatArray, found: Found, is_entry: bool
    ) -> None:
        """Do what a level does as mocks enter it, or as they leave it."""
        if doing.sets:
            self.set(doing.sets, rows, times)
        if is_entry and doing.sends:
            self._greet(doing, rows, times, found)
            return
        for message in doing.sends:
            self._send(message, rows, times, found)

    def set(
        self,
        sets: Sets,
        rows: IntArray,
        times: FloatArray,
        also: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        """Set variables; ``also`` is known beside what every mock knows. Intervals follow."""
        if sets not in self._samplers:
            names = frozenset().union(*(expression.names for _, expression in sets))
            self._samplers[sets] = Sampler(self._readings, names, ())
        readings = self._samplers[sets].take(self._mocks, rows, times).readings
        readings.update(also or {})
        values = [(name, expression.evaluate(readings)) for name, expression in sets]
        for name, each in values:
            self._readings.changeable.set(name, rows, each)
        self._mocks.send_anew(frozenset(name for name, _ in sets), rows, times)

    def connected(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send what waited for the connection of these mocks."""
        for position, message in enumerate(self._greetings):
            waiting = self._waiting[rows, position]
            if waiting.any():
                self._waiting[rows, position] = False
                self._send(message, rows[waiting], times[waiting], found)

    def forget(self, rows: IntArray) -> None:
        """Drop what waits of mocks that are not to be connected any more."""
        if self._greetings:
            self._waiting[rows] = False

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of what waits."""
        return {"waiting": self._waiting.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same plan gave.

        Raises:
            ValueError: The array is not its own.
        """
        check_state(state, self.state())
        self._waiting[:] = state["waiting"]

    def _greet(self, doing: Doing, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Send what is sent on entry, now or once the connection is made."""
        later = self._mocks.wanted[rows] & ~self._links.is_up[rows]
        for message in doing.sends:
            self._waiting[rows[later], self._greetings.index(message)] = True
            if not later.all():
                self._send(message, rows[~later], times[~later], found)
