"""Settled records as columns: what the loop hands to the writer's thread.

Rule: one pass over the records, in C where it can be; no pyarrow here, for the loop imports this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

MICROSECONDS = 1e6  # in a second; the precision of a record's times


class Kind(IntEnum):
    """What a record tells, as the column ``event`` names it in lower case."""

    SEND = 0
    CONNECT = 1
    LOST = 2
    STATUS = 3
    MOVED = 4  # it went on in another tower
    GAP = 5  # records before this one were dropped


class Outcome(IntEnum):
    """How a send ended, as the column ``result`` names it; NONE for what is not a send."""

    NONE = 0
    ACKNOWLEDGED = 1
    SENT = 2  # written where the protocol acknowledges nothing
    FAILED = 3


class Item(Protocol):
    """What is known of a send or an event: a transport's ``Parcel`` is one, and so is ``Event``."""

    row: int
    address: str
    payload: bytes
    qos: int
    sequence: int
    status: int  # code
    message: str
    scheduled: float  # s since the run's start
    sent: float  # the clock's s; nan: it never left
    held: float  # s that a mock kept it in its buffer on purpose
    device: str  # id of a device behind the mock; empty: the mock's own
    fault: str  # names of the faults on purpose that touched it


@dataclass(slots=True)
class Event:
    """Something that happened to a mock and is not a send."""

    row: int
    status: int
    scheduled: float
    sent: float
    address: str = ""
    payload: bytes = b""
    qos: int = 0
    sequence: int = 0
    message: str = ""
    held: float = 0.0
    device: str = ""
    fault: str = ""


# What the loop keeps of something that happened until it is folded: its kind, what it was, when it
# was settled (the clock's seconds), why it failed or happened.
Entry: TypeAlias = tuple[Kind, Item, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some records of one shard, in the order in which they were settled. All equally long.

    Times are int64, µs since 1970. ``sequence`` is 0 for what is not a send.
    """

    kind: NDArray[np.uint8]
    row: NDArray[np.int32]
    sequence: NDArray[np.int64]
    status: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    scheduled: NDArray[np.int64]
    planned: NDArray[np.int64]  # when it was to be sent: ``scheduled``, and what it was held
    sent: NDArray[np.int64]  # of what was never written: when it was given up
    settled: NDArray[np.int64]
    written: NDArray[np.bool_]  # it went to the socket
    size: NDArray[np.int64]  # bytes of the payload
    messages: Sequence[str]
    addresses: Sequence[str]
    payloads: Sequence[bytes]
    reasons: Sequence[str]
    # Ids of devices behind the mocks; empty: the mock's own; no entries: all are.
    devices: Sequence[str]
    faults: Sequence[str] = ()  # names of faults that touched each; no entries: none touched any

    def __len__(self) -> int:
        return len(self.row)

    @property
    def since(self) -> float:
        """When the first of them was settled, Unix s."""
        return float(self.settled.min()) / MICROSECONDS


@dataclass(frozen=True, slots=True)
class Zero:
    """Where a run's time begins: ``epoch`` in Unix seconds, ``clock`` in the loop's seconds."""

    epoch: float
    clock: float

    def run_time(self, at: float) -> float:
        """Seconds since the run's start at the clock's moment ``at``."""
        return at - self.clock

    def unix(self, at: float) -> float:
        """Unix seconds at the clock's moment ``at``; steady, even when somebody sets the date."""
        return self.epoch + (at - self.clock)


def fold(
    entries: Sequence[Entry], *, zero: Zero, acknowledged_from: int, has_faults: bool = False
) -> Block:
    """Make columns of ``entries``, at least one.

    ``acknowledged_from``: the least QoS that the protocol acknowledges; 0 is all, 3 is none.
    ``has_faults``: a fault on purpose may have touched some of them.
    """
    kinds, items, moments, reasons = zip(*entries, strict=True)
    kind = np.frombuffer(bytes(kinds), dtype=np.uint8)
    settled = np.array(moments)
    sent = np.array([item.sent for item in items])
    written = ~np.isnan(sent)
    payloads = [item.payload for item in items]
    devices = [item.device for item in items]
    scheduled = np.array([item.scheduled for item in items]) + zero.epoch
    return Block(
        kind=kind,
        row=np.array([item.row for item in items], dtype=np.int32),
        sequence=np.array([item.sequence for item in items], dtype=np.int64),
        status=np.frombuffer(bytes([item.status for item in items]), dtype=np.uint8),
        outcome=_outcomes(kind, items, reasons, acknowledged_from=acknowledged_from),
        scheduled=_microseconds(scheduled),
        planned=_microseconds(scheduled + np.array([item.held for item in items])),
        sent=_microseconds(zero.unix(np.where(written, sent, settled))),  # type: ignore[arg-type]
        settled=_microseconds(zero.unix(settled)),  # type: ignore[arg-type]
        written=written,
        size=np.array([len(payload) for payload in payloads], dtype=np.int64),
        messages=[item.message for item in items],
        addresses=[item.address for item in items],
        payloads=payloads,
        reasons=reasons,
        devices=devices if any(devices) else (),
        faults=[item.fault for item in items] if has_faults else (),
    )


def _microseconds(seconds: Any) -> NDArray[np.int64]:
    return np.rint(np.asarray(seconds) * MICROSECONDS).astype(np.int64)


def _outcomes(
    kind: NDArray[np.uint8],
    items: Sequence[Item],
    reasons: Sequence[str],
    *,
    acknowledged_from: int,
) -> NDArray[np.uint8]:
    failed = np.frombuffer(bytes(map(bool, reasons)), dtype=np.bool_)
    qos = np.frombuffer(bytes([item.qos for item in items]), dtype=np.uint8)
    acknowledged = qos >= acknowledged_from
    good = np.where(acknowledged, Outcome.ACKNOWLEDGED, Outcome.SENT)
    ended = np.where(failed, Outcome.FAILED, good)
    return np.where(kind == Kind.SEND, ended, Outcome.NONE).astype(np.uint8)


def join(blocks: Sequence[Block], name: str) -> NDArray[Any]:
    """Return a column of numbers of all ``blocks``, at least one."""
    return np.concatenate([getattr(block, name) for block in blocks])
