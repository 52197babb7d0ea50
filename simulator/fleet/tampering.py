"""What may be done to the mocks of a fleet on purpose, from outside of their definition.

Rule: whatever is done is taken back by the call beside it, and leaves nothing behind.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from simulator.definition.behaviour.buffer import Buffer
from simulator.randomness import IntArray

if TYPE_CHECKING:
    from simulator.fleet.brood import Brood
    from simulator.fleet.parts import Parts


class Tampering:
    """The door for faults; ``rows`` are of mocks, none twice. What is behind a gateway shares its
    power."""

    def __init__(self, parts: "Parts", brood: "Brood | None") -> None:
        self._parts = parts
        self._brood = brood

    def freeze(self, metrics: Collection[str], rows: IntArray) -> None:
        """Let readings stick at the next that is taken; without names all metrics."""
        self._parts.readings.afflicted().freeze(self._known(metrics), rows)

    def thaw(self, metrics: Collection[str], rows: IntArray) -> None:
        """Take back what ``freeze`` of the same did."""
        self._parts.readings.afflicted().thaw(self._known(metrics), rows)

    def shift_clocks(self, rows: IntArray, *, by: float, drift: float, since: float) -> None:
        """Let clocks be wrong by ``by`` s and ``drift`` millionths of the time since ``since``."""
        self._parts.readings.afflicted().shift(rows, by=by, drift=drift, since=since)

    def set_clocks(self, rows: IntArray, *, by: float, drift: float, since: float) -> None:
        """Take back what ``shift_clocks`` of the same did."""
        self._parts.readings.afflicted().unshift(rows, by=by, drift=drift, since=since)

    def cut_power(self, rows: IntArray, t: float) -> list[int]:
        """Take the power from mocks; return those who had it. Nothing of them is due any more."""
        gone = self._parts.power.cut(rows, self._parts.standing.clock(t))
        self._parts.delivery.lost(gone)
        if self._brood and len(gone):
            self._brood.disconnected(gone, t)
            self._brood.fleet.tampering.cut_power(self._brood.rows(gone), t)
        return [int(row) for row in gone]

    def restore_power(self, rows: IntArray, t: float) -> list[int]:
        """Give power back; return those who are to be connected."""
        if self._brood and len(rows):
            self._brood.fleet.tampering.restore_power(self._brood.rows(rows), t)
        standing = self._parts.standing
        back = self._parts.power.restore_to(rows, standing.clock(t))
        return [int(row) for row in standing.hold_back(back)]

    def lend_buffer(self, rows: IntArray, buffer: Buffer) -> None:
        """Give mocks a buffer for what they cannot send, in place of that of their status."""
        self._parts.delivery.backlog.lend(rows.tolist(), buffer)

    def take_buffer(self, rows: Collection[int]) -> None:
        """Put nothing more into buffers that were lent; what is in them is sent, by their rules."""
        self._parts.delivery.backlog.take_back(rows)

    def _known(self, metrics: Collection[str]) -> list[str]:
        known = self._parts.readings.metrics
        return [name for name in known if not metrics or name in metrics]
