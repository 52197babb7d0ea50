"""What a fleet asks its tower to do.

Rule: plain values; one entry a mock, in the order in which its events happened.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from simulator.randomness import FloatArray, IntArray

Method = Literal["POST", "PUT", "PATCH"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One message of many mocks, ready to be sent; no mock comes twice.

    The arrays and lists are equally long. ``addresses`` are topics for MQTT, and paths that begin
    with a slash for HTTP.
    """

    message: str  # its name in the definition
    qos: Literal[0, 1, 2]
    retain: bool
    method: Method | None  # None: the target's own
    rows: IntArray
    scheduled: FloatArray  # s since the run's start
    sequences: IntArray  # a mock's messages count from 1, over all kinds of them
    statuses: NDArray[np.uint8]  # position in ``Fleet.statuses``
    addresses: list[str]
    payloads: list[bytes]
    headers: list[Mapping[str, str]] | None = None  # HTTP's, beside the target's; None: no more
    properties: list[Mapping[str, str]] | None = None  # user properties of MQTT 5
    response_topics: list[str] | None = None  # MQTT 5
    correlations: list[str] | None = None  # MQTT 5, as UTF-8
    devices: list[str] | None = None  # ids of devices behind the mocks; a mock may come twice then
    faults: list[str] | None = None  # names of faults on purpose that touched each; None: none
    held: FloatArray | None = None  # s that each waited in its mock's buffer; None: it did not

    def __len__(self) -> int:
        return len(self.payloads)

    def only(self, kept: NDArray[np.bool_]) -> Self:
        """Return it for some of its mocks."""
        chosen: dict[str, Any] = {}
        for name in COLUMNS:
            values = getattr(self, name)
            if isinstance(values, np.ndarray):
                chosen[name] = values[kept]
            elif values is not None:
                chosen[name] = list(compress(values, kept))
        return replace(self, **chosen)

    def part(self, places: slice) -> Self:
        """Return it for those of its mocks that stand there; nothing of it is kept alive."""
        columns = [(name, getattr(self, name)) for name in COLUMNS]
        return replace(
            self, **{name: copy(each[places]) for name, each in columns if each is not None}
        )


# What a batch has one entry a mock of; the other fields are common to all of them.
COLUMNS = (
    "rows", "scheduled", "sequences", "statuses", "addresses", "payloads",
    "headers", "properties", "response_topics", "correlations", "devices", "faults", "held",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """A mock went from one status to another."""

    row: int
    t: float  # s since the run's start
    before: int  # position in ``Fleet.statuses``
    after: int
    cause: str  # in words: "2% per hour", "temperature > 8", "command on cmd/cc-000001"
    device: str = ""  # id of the device behind it that went; empty: the mock itself


@dataclass(frozen=True, slots=True)
class Due:
    """Everything that one call of ``Fleet.due`` found, for the tower to do in the order of fields.

    A mock may stand in several batches; they are in the order of its events. A mock that went and
    came back within the call stands in ``reconnect`` alone. One that ended
    stands in ``ended`` alone, and is to be disconnected.
    """

    connect: list[int] = field(default_factory=list)  # rows
    moves: list[Move] = field(default_factory=list)
    sends: list[Batch] = field(default_factory=list)
    drops: list[tuple[Batch, str]] = field(default_factory=list)  # never sent, and why
    disconnect: list[int] = field(default_factory=list)
    reconnect: list[int] = field(default_factory=list)  # to be let go, and connected anew
    ended: list[int] = field(default_factory=list)


class Found:
    """What a call of ``due`` has found so far."""

    def __init__(self, wanted: NDArray[np.bool_]) -> None:
        """Begin, ``wanted`` saying who is to be connected; it may be written to afterwards."""
        self.sends: list[Batch] = []
        self.drops: list[tuple[Batch, str]] = []
        self._wanted = wanted
        self._before: dict[int, bool] = {}  # who was touched, and was to be connected before
        self._moves: list[Move] = []
        self._let_go: set[int] = set()  # who was not to be connected at some time in between

    def touch(self, rows: IntArray) -> None:
        """Note mocks whose connection may be changed, before it is."""
        for row, wanted in zip(rows.tolist(), self._wanted[rows].tolist(), strict=True):
            self._before.setdefault(row, wanted)

    def move(self, rows: IntArray, times: FloatArray, before: int, after: int, cause: str) -> None:
        """Note mocks that are about to go from one status to another."""
        self.touch(rows)
        for row, t in zip(rows.tolist(), times.tolist(), strict=True):
            self._moves.append(Move(row, t, before, after, cause))

    def let_go(self, rows: IntArray) -> None:
        """Note mocks that have come into a status without a connection."""
        self._let_go.update(rows.tolist())

    def due(self, ended: NDArray[np.bool_]) -> Due:
        """Return it all."""
        due = Due(moves=self._moves, sends=self.sends, drops=self.drops)
        for row, before in self._before.items():
            if ended[row]:
                due.ended.append(row)
            elif self._wanted[row] and not before:
                due.connect.append(row)
            elif before and not self._wanted[row]:
                due.disconnect.append(row)
            elif before and row in self._let_go:
                due.reconnect.append(row)
        return due
