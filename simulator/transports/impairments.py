"""The impairments of all mocks of an exchange: what is wrong with whose connection, now.

Rule: whoever has no entry here is well.
"""

from typing import Any

from simulator.impairment import WELL, Impairment
from simulator.transports.impairment import Impaired
from simulator.transports.wire import Wire


class Impairments:
    """By row; and the connections that something stands in front of."""

    def __init__(self) -> None:
        self._by_row: dict[int, Impairment] = {}
        self._fronts: dict[Wire[Any], Impaired] = {}
        self._ghosts: dict[int, list[Impaired]] = {}  # by row; the far side believes in them

    def __bool__(self) -> bool:
        """Whether something stands in front of a connection."""
        return bool(self._fronts)

    def of(self, row: int) -> Impairment:
        """Return what is wrong with a mock's connection."""
        return self._by_row.get(row, WELL)

    def put(self, row: int, impairment: Impairment | None, wire: Wire[Any] | None) -> None:
        """Let something be wrong with a mock's connection from now on; ``wire`` is the present
        one, if it is made."""
        if impairment is None:
            self._by_row.pop(row, None)
        else:
            self._by_row[row] = impairment
        present = impairment or WELL
        if not present.is_silent:
            for ghost in self._ghosts.pop(row, ()):
                ghost.lay()
        if wire is None:
            return
        front = self._fronts.get(wire)
        if front is not None:
            front.change(present)
            if not present.is_felt:
                del self._fronts[wire]
        else:
            self.made(wire)

    def made(self, wire: Wire[Any]) -> None:
        """Stand in front of a connection whose mock is not well."""
        impairment = self.of(wire.line.row)
        if impairment.is_felt:
            self._fronts[wire] = Impaired(wire, impairment)

    def is_deaf(self, wire: Wire[Any]) -> bool:
        """Whether a wire may not lose patience with a far side that it cannot hear."""
        front = self._fronts.get(wire)
        return front is not None and front.is_silent and not wire.is_over

    def gone(self, wire: Wire[Any]) -> None:
        """Forget a wire; what the far side still believes in stays until the silence ends."""
        front = self._fronts.pop(wire, None)
        if front is not None and front.is_ghost:
            self._ghosts.setdefault(wire.line.row, []).append(front)

    def close(self) -> None:
        """Let everybody be well, and go of what only the far sides believe in."""
        for wire, front in list(self._fronts.items()):
            front.change(WELL)
            del self._fronts[wire]
        for row in list(self._by_row) + list(self._ghosts):
            self.put(row, None, None)
