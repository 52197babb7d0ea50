"""What a run uses, in figures that have prices: planned or measured, the same for both.

Rule: pure. How many bytes a record of the log takes is measured: docs/performance.md, "The log of a
run", merged chunks of 15,000 records.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

from web.usage.sizing import Load

RECORD = 12.0  # bytes of a record in the log, without its payload
PAYLOAD = 0.18  # of a payload's bytes that are left of them, where values differ: 21 of 120
HASH = 32.0  # bytes of a payload that is kept as its SHA-256, which nothing makes smaller
# Bytes of a message beside its payload, before TLS: MQTT's head and a topic of some 30 letters.
HEAD = 36.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """What a run uses; s and bytes."""

    seconds: float  # that it lasts
    mocks: int  # at once, at most
    rate: float  # messages/s, at most
    messages: int
    bytes: int  # of payload
    wire_bytes: int  # that leave for the target, before TLS
    log_bytes: int
    log_days: float  # that its log is kept
    mock_seconds: float
    towers: int
    tower_seconds: float

    @property
    def load(self) -> Load:
        """The most that it holds at once."""
        return Load(self.mocks, self.rate)

    def pack(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def unpack(cls, data: dict[str, Any]) -> Self:
        """Return what :meth:`pack` wrote."""
        return cls(**data)


def log_bytes(messages: int, payload: int, *, kept: str, share: float, limit: int) -> int:
    """Return about how large a log will be.

    Args:
        messages: Records.
        payload: Bytes of all their payloads.
        kept: As ``lot.records.payload`` says.
        share: Of the payloads that are kept when they are sampled.
        limit: Bytes that are kept of one when they are truncated.

    Raises:
        ValueError: ``kept`` is no such word.
    """
    mean = payload / messages if messages else 0.0
    if kept == "whole":
        own = mean * PAYLOAD
    elif kept == "truncated":
        own = min(mean, limit) * PAYLOAD
    elif kept == "sampled":
        own = mean * share * PAYLOAD
    elif kept == "hashed":
        own = HASH
    else:
        raise ValueError(f"payloads are kept whole, truncated, sampled or hashed, got {kept!r}")
    return round(messages * (RECORD + own))
