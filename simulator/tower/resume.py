"""What another tower left of a shard, for the one that goes on with it.

Rule: a value; whoever holds the leases makes it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Where a shard goes on.

    ``checkpoint`` is that of the last snapshot that was stored; empty: none was. ``reason`` is why
    its tower was lost, in words without a full stop; empty: it handed the shard over in order, and
    nothing happened since. ``at`` is the Unix second of its last sign of life.
    """

    checkpoint: bytes = field(default=b"", repr=False)
    reason: str = ""
    at: float = 0.0
