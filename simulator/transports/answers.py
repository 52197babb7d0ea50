"""Messages that one frame of the far side answers each, in their order; other frames are commands.

Rule: what is handed in is settled here, or handed out as an orphan.
"""

from collections import deque

from simulator.lot.framing import Acknowledgement
from simulator.protocols.framing import Pattern
from simulator.transports.parcel import Parcel
from simulator.transports.wire import Office, Orphan

MAX_IN_FLIGHT = 100  # messages of a mock that wait for their answer; as those of MQTT
MAX_REFUSAL = 200  # characters of an answer in a reason


class Answers:
    """What of one connection is in flight."""

    __slots__ = ("_ok", "_refused", "in_flight", "office", "row")

    def __init__(self, office: Office, row: int, acknowledgement: Acknowledgement | None) -> None:
        """``acknowledgement``: None: nothing is answered, and every frame is a command."""
        self.office = office
        self.row = row
        self.in_flight: deque[Parcel] = deque()
        self._ok: Pattern | None = None
        self._refused: Pattern | None = None
        if acknowledgement:
            self._ok = Pattern(acknowledgement.ok)
            self._refused = Pattern(acknowledgement.refused) if acknowledgement.refused else None

    def written(self, parcel: Parcel) -> None:
        """Take a parcel that is on its way."""
        if self._ok is None:
            self.office.settled(parcel, parcel.sent, "")
        else:
            self.in_flight.append(parcel)

    def heard(self, frame: bytes) -> None:
        """Settle the oldest parcel, or tell the mock a command; an empty frame is none."""
        if self.in_flight and self._refused and self._refused.matches(frame):
            self._settle(f"refused by the far side: {words(frame)}")
        elif self.in_flight and self._ok and self._ok.matches(frame):
            self._settle("")
        elif frame:
            self.office.received(self.row, "", frame)

    def expire(self, now: float, limit: float) -> bool:
        """Settle the oldest parcel when it waited ``limit`` s; return whether it did."""
        if not self.in_flight or now - self.in_flight[0].sent < limit:
            return False
        self._settle(f"no acknowledgement within {limit:g} s")
        return True

    def orphans(self, why: str) -> list[Orphan]:
        """Hand out all that is in flight."""
        lost, self.in_flight = self.in_flight, deque()
        return [(parcel, f"connection lost before acknowledgement: {why}") for parcel in lost]

    def _settle(self, reason: str) -> None:
        self.office.settled(self.in_flight.popleft(), self.office.clock(), reason)


def words(frame: bytes) -> str:
    """Return what a frame says, for a reason: its beginning, as one line."""
    text = frame[: 4 * MAX_REFUSAL].decode(errors="replace")
    text = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(text.split())[:MAX_REFUSAL]
