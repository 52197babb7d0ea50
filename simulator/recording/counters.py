"""What a shard did in each second.

Rule: seconds are added, never averaged; every figure of a run is a sum of these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from simulator.recording.histogram import Histogram

_HISTOGRAMS = ("latency", "lateness")


@dataclass(slots=True, kw_only=True)
class Second:
    """The counts of one second of wall time, or a sum of several.

    *due = acknowledged + sent + failed + in flight* holds over all seconds of a shard, not in one:
    what is due in one second may be settled in a later one.
    """

    at: int  # Unix s at which it began; of a sum: the earliest
    due: int = 0  # sends that a mock's plan asked for
    sent: int = 0  # written where the protocol acknowledges nothing (QoS 0)
    acknowledged: int = 0
    failed: int = 0
    bytes: int = 0  # of the payloads that were written or acknowledged
    connects: int = 0
    losts: int = 0  # connections that were lost or never came to be
    latency: Histogram = field(default_factory=Histogram)  # sent to acknowledged
    lateness: Histogram = field(default_factory=Histogram)  # scheduled to sent

    @property
    def delivered(self) -> int:
        """Sends that went well, with or without an acknowledgement."""
        return self.sent + self.acknowledged

    @classmethod
    def summed(cls, seconds: Iterable["Second"], *, at: int = 0) -> Self:
        """All of ``seconds`` in one; ``at`` when there are none."""
        parts = list(seconds)
        whole = cls(at=min((part.at for part in parts), default=at))
        for name in _counts():
            setattr(whole, name, sum(getattr(part, name) for part in parts))
        for name in _HISTOGRAMS:
            setattr(whole, name, Histogram.merged(getattr(part, name) for part in parts))
        return whole

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the counts by name, and the histograms as ``Histogram.to_dict`` has them."""
        counts = {name: getattr(self, name) for name in ("at", *_counts())}
        return counts | {name: getattr(self, name).to_dict() for name in _HISTOGRAMS}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The second that ``to_dict`` wrote. Raises KeyError when a count is missing."""
        second = cls(at=int(stored["at"]))
        for name in _counts():
            setattr(second, name, int(stored[name]))
        for name in _HISTOGRAMS:
            setattr(second, name, Histogram.from_dict(stored[name]))
        return second


def _counts() -> tuple[str, ...]:
    return tuple(f.name for f in fields(Second) if f.name not in {"at", *_HISTOGRAMS})
