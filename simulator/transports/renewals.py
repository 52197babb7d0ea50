"""Connections that are to take the place of others, because a password or token ends soon.

Rule: what stands goes on until its heir can take over; an heir that cannot be made is tried again,
and nothing is lost by it.
"""

from collections.abc import Callable
from typing import Any

from simulator.transports.line import Line
from simulator.transports.openings import Openings
from simulator.transports.wire import Wire

AGAIN = 10.0  # s until an heir that could not be made is tried again; a tenth of a token's life is


class Renewals:
    """The heirs of an exchange's wires, each from the wish for it until it has taken over."""

    def __init__(self, openings: Openings, clock: Callable[[], float]) -> None:
        """``clock``: seconds."""
        self._openings, self._clock = openings, clock
        self._heirs: dict[Line, Wire[Any] | None] = {}  # None: its turn to be opened has not come
        self._again: dict[Line, float] = {}  # when, s
        self._next: dict[Wire[Any], Wire[Any]] = {}  # who follows a wire that is ending
        self._unready: dict[Line, Wire[Any]] = {}  # who took over before it was ready

    def begin(self, line: Line) -> None:
        """Have an heir of the line's connection opened, once that itself is ready."""
        self._again.pop(line, None)
        if line in self._unready:
            self._again[line] = self._clock()
        elif line not in self._heirs:
            self._heirs[line] = None
            self._openings.put(line)

    def is_wanted(self, line: Line) -> bool:
        """Whether the line's heir is to be made, now that its turn has come."""
        return line in self._heirs and self._heirs[line] is None

    def made(self, heir: Wire[Any]) -> Wire[Any]:
        """Take note of an heir, whose connection is opened now; return it."""
        self._heirs[heir.line] = heir
        return heir

    def ready(self, wire: Wire[Any]) -> None:
        """A wire can send: an heir is the line's wire from now on, the one before ends in order."""
        if self._unready.get(wire.line) is wire:
            del self._unready[wire.line]
        elif self._is_heir(wire):
            self._take_over(wire).finish()

    def follow(self, wire: Wire[Any]) -> bool:
        """Let an heir be the line's wire before it is ready; its ``begin`` is called once the one
        before is gone. False: it is no heir."""
        if not self._is_heir(wire):
            return False
        before = self._take_over(wire)
        self._next[before] = self._unready[wire.line] = wire
        before.finish()
        return True

    def gone(self, wire: Wire[Any]) -> None:
        """A wire is gone: let begin who follows it."""
        if heir := self._next.pop(wire, None):
            heir.begin()

    def failed(self, wire: Wire[Any]) -> None:
        """A wire is lost: an heir that had not taken over is tried again later."""
        if self._is_heir(wire):
            del self._heirs[wire.line]
            self._again[wire.line] = self._clock() + AGAIN

    def drop(self, line: Line) -> None:
        """Want no heir: the line has lost its connection, or was let go."""
        self._again.pop(line, None)
        self._unready.pop(line, None)
        if line not in self._heirs:
            return
        heir = self._heirs.pop(line)
        if heir is None:
            self._openings.forget(line)
            return
        self._openings.cancel(heir)
        heir.is_over = True
        heir.cut()

    def sweep(self, now: float) -> None:
        """Begin again what is due; once a second."""
        for line in [line for line, at in self._again.items() if at <= now]:
            self.begin(line)

    def _is_heir(self, wire: Wire[Any]) -> bool:
        """Whether a wire is to take over, and has not."""
        return self._heirs.get(wire.line) is wire

    def _take_over(self, heir: Wire[Any]) -> Wire[Any]:
        """Let the heir be the line's wire; return the one before, which is to be ended."""
        line = heir.line
        del self._heirs[line]
        before: Wire[Any] = line.wire
        line.wire, line.opened_at = heir, self._clock()
        return before
