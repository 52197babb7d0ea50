"""Entries, blocks and logs with defaults, for the tests of this folder."""

from math import nan
from typing import Any

from simulator.recording.block import Block, Entry, Event, Kind, Zero, fold
from simulator.recording.chunks import Chunk
from simulator.recording.roster import Roster
from simulator.transports.parcel import Parcel

EPOCH = 1_700_000_000.0  # Unix s
CLOCK = 5_000.0  # the loop's s at the run's start
ZERO = Zero(epoch=EPOCH, clock=CLOCK)
ROSTER = Roster(100, ["a", "b", "c"], ("running", "alarm"))


def sent(
    row: int = 0, *, t: float = 1.0, after: float = 0.0, took: float = 0.01, **kw: Any
) -> Entry:
    """A send of ``row``, planned for ``t``, written ``after`` s later, settled ``took`` s later."""
    reason = kw.pop("reason", "")
    at = CLOCK + t + after
    address = kw.pop("address", "plants/a")
    fields: dict[str, Any] = {"qos": 1, "sequence": 1, "message": "telemetry", "scheduled": t}
    parcel = Parcel(row, address, b'{"t":1}', sent=at, **(fields | kw))
    return (Kind.SEND, parcel, at + took, reason)


def unsent(row: int = 0, *, t: float = 1.0, reason: str = "not connected") -> Entry:
    """A send that never reached the socket."""
    parcel = Parcel(row, "plants/a", b"{}", qos=1, sequence=9, scheduled=t, sent=nan)
    return (Kind.SEND, parcel, CLOCK + t, reason)


def event(kind: Kind, row: int = 0, *, t: float = 1.0, status: int = 0, reason: str = "") -> Entry:
    at = CLOCK + t
    return (kind, Event(row, status, scheduled=t, sent=at), at, reason)


def block(*entries: Entry, acknowledged_from: int = 1, has_faults: bool = False) -> Block:
    return fold(
        entries or (sent(),),
        zero=ZERO,
        acknowledged_from=acknowledged_from,
        has_faults=has_faults,
    )


class Store:
    """Keeps chunks; fails as long as ``error`` is set."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.error: Exception | None = None
        self.calls = 0

    def write(self, chunk: Chunk) -> None:
        self.calls += 1
        if self.error:
            raise self.error
        self.chunks.append(chunk)
