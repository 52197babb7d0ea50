"""What a shard did in each second.

Rule: seconds are added, never averaged; every figure of a run is a sum of these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self

from simulator.recording.breakdown import Breakdown
from simulator.recording.histogram import Histogram

HISTOGRAMS = ("latency", "lateness", "end_to_end")
BREAKDOWNS = ("messages", "statuses")


@dataclass(slots=True, kw_only=True)
class Second:
    """The counts of one second of wall time, or a sum of several.

    *due = acknowledged + sent + failed + in flight* holds over all seconds of a shard, not in one:
    what is due in one second may be settled in a later one.
    """

    at: int  # Unix s at which it began; of a sum: the earliest
    due: int = 0  # sends that a mock's plan asked for
    skipped: int = 0  # of those that failed: not sent, because the generator was late
    sent: int = 0  # written where the protocol acknowledges nothing (QoS 0)
    acknowledged: int = 0
    failed: int = 0
    bytes: int = 0  # of the payloads that were written or acknowledged
    wire_out: int = 0  # bytes handed to sockets: packets and requests whole, before TLS
    wire_in: int = 0  # bytes read from them
    connects: int = 0
    reconnects: int = 0  # of the connects: by mocks that had been connected before
    losts: int = 0  # connections that were lost or never came to be
    limited: int = 0  # seconds in which the generator was later than its limit, one for each shard
    # What an observer of the target's way back saw of the sends.
    arrived: int = 0
    missing: int = 0  # written, and not seen within the time for it
    duplicates: int = 0  # arrivals of what had arrived before
    disordered: int = 0  # arrivals after a later message of the same mock and address
    unfollowed: int = 0  # sends that it could not look for: it was not connected, or had no room
    counted: int = 0  # how far the receiver's own counter rose
    latency: Histogram = field(default_factory=Histogram)  # sent to acknowledged
    lateness: Histogram = field(default_factory=Histogram)  # scheduled to sent
    end_to_end: Histogram = field(default_factory=Histogram)  # sent to arrived
    messages: Breakdown = field(default_factory=Breakdown)  # the sends, by message
    statuses: Breakdown = field(default_factory=Breakdown)  # the same by status, and who is in it

    @property
    def delivered(self) -> int:
        """Sends that went well, with or without an acknowledgement."""
        return self.sent + self.acknowledged

    @classmethod
    def summed(cls, seconds: Iterable["Second"]) -> Self:
        """All of ``seconds`` in one; of none, one that begins at 0."""
        parts = list(seconds)
        whole = cls(at=min((part.at for part in parts), default=0))
        for name in _counts():
            setattr(whole, name, sum(getattr(part, name) for part in parts))
        for name in HISTOGRAMS:
            setattr(whole, name, Histogram.merged(getattr(part, name) for part in parts))
        for name in BREAKDOWNS:
            setattr(whole, name, Breakdown.merged(getattr(part, name) for part in parts))
        return whole

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the counts by name, histograms and breakdowns as their ``to_dict`` has them.

        Of what came later than version 1 of the log, only what there is.
        """
        counts = {name: getattr(self, name) for name in ("at", *_counts())}
        told = {name: count for name, count in counts.items() if count or name in _OLD}
        histograms = {name: getattr(self, name) for name in HISTOGRAMS}
        for name, histogram in histograms.items():
            if histogram.total or name in _OLD:
                told[name] = histogram.to_dict()
        breakdowns = {name: getattr(self, name) for name in BREAKDOWNS}
        return told | {name: each.to_dict() for name, each in breakdowns.items() if each}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The second that ``to_dict`` wrote; what was not counted then is 0.

        Raises:
            KeyError: A count is missing that there always was.
        """
        second = cls(at=int(stored["at"]))
        for name in _counts():
            setattr(second, name, int(stored[name] if name in _OLD else stored.get(name, 0)))
        for name in HISTOGRAMS:
            if name in stored or name in _OLD:
                setattr(second, name, Histogram.from_dict(stored[name]))
        for name in BREAKDOWNS:
            if name in stored:
                setattr(second, name, Breakdown.from_dict(stored[name]))
        return second


# What every stored second has; the others came later, and are left out where there is nothing.
_OLD = {"at", "due", "sent", "acknowledged", "failed", "bytes", "connects", "losts"}
_OLD |= {"latency", "lateness"}


@cache
def _counts() -> tuple[str, ...]:
    other = {"at", *HISTOGRAMS, *BREAKDOWNS}
    return tuple(f.name for f in fields(Second) if f.name not in other)
