"""What goes wrong on purpose with the connections of an exchange, and what bad papers they show.

Rule: told what and when; a mock that has no line or no connection is left alone.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from simulator.impairment import Impairment
from simulator.transports.dialling import Dialling
from simulator.transports.impairments import Impairments
from simulator.transports.line import Line
from simulator.transports.parcel import Identity
from simulator.transports.traffic import Traffic
from simulator.transports.wire import Wire


class Afflictions:
    """Faults as they meet mocks, by row; the methods are those of ``Exchange``."""

    def __init__(
        self,
        *,
        lines: Mapping[int, Line],
        wires: Collection[Wire[Any]],
        dialling: Dialling,
        impairments: Impairments,
        traffic: Traffic,
        lost: Callable[[int, str], None],
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            lines: Those of the exchange, by row.
            wires: Those of them that have a connection.
            lost: Is told the row of a mock that has no connection any more, and why.
        """
        self._lines, self._wires = lines, wires
        self._dialling = dialling
        self._impairments = impairments
        self._traffic = traffic
        self._lost = lost
        self._clock = clock

    def impair(self, row: int, impairment: Impairment | None) -> None:
        """Let something be wrong with a mock's connection from now on; None: nothing any more."""
        was_away, line = self._impairments.of(row).is_away, self._lines.get(row)
        wire = line.wire if line and line.wire in self._wires else None
        self._impairments.put(row, impairment, wire)
        if impairment is not None and impairment.is_away:
            self.break_off(row, impairment.why)
            if line:
                self._dialling.put_off(line)
        elif was_away:
            self.redial(row, 0.0)

    def break_off(self, row: int, why: str) -> None:
        """Cut a mock's connection without a word."""
        line = self._lines.get(row)
        if line is None:
            return
        wire, was_waiting = line.wire, self._dialling.openings.forget(line)
        if wire is not None:
            # One that is made is not cancelled: uvloop would then never say that it is gone.
            if wire not in self._wires:
                self._dialling.openings.cancel(wire)
            wire.end(why)
        elif line.is_open or was_waiting:  # between two connections
            line.is_open, line.reason = False, why
            self._dialling.plan(line, self._clock())
            self._lost(row, why)

    def redial(self, row: int, wait: float) -> None:
        """Have a mock that is not connected try again in ``wait`` s."""
        line = self._lines.get(row)
        if line and line.wire is None and not line.is_open:
            self._dialling.again(line, wait)

    def identify(self, row: int, identity: Identity) -> None:
        """Let a mock be somebody else from its next connection on."""
        line = self._lines.get(row)
        if line:
            line.identity = identity
            if line.unsettled is None:
                line.kept = None

    def scribble(self, row: int, data: bytes) -> bool:
        """Write bytes that mean nothing on a mock's connection; False: it has none."""
        line = self._lines.get(row)
        if line is None or not line.is_open or line.wire not in self._wires:
            return False
        wire: Wire[Any] = line.wire
        if not wire.is_metered:
            self._traffic.written += len(data)
        wire.transport.write(data)
        return True
