"""What another tower left of a shard, for the one that goes on with it.

Rule: values; whoever holds the leases makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.recording import Board, Limited, Reason, Second


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tower told last of a shard, in a snapshot; it may be later than the checkpoint."""

    board: Board
    reasons: Sequence[Reason]
    total: Second
    dropped: int
    limited: Limited | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Where a shard goes on.

    ``checkpoint`` is that of the last snapshot that was stored; empty: none was. ``reason`` is why
    its tower was lost, in words without a full stop; empty: it handed the shard over in order, and
    nothing happened since. ``at`` is the Unix second of its last sign of life. ``towers`` counts
    those that had the shard after the one that made the checkpoint, and stored none themselves.
    ``told`` is what the lost tower told last; None: nothing that is later than the checkpoint.
    """

    checkpoint: bytes = field(default=b"", repr=False)
    reason: str = ""
    at: float = 0.0
    towers: int = 0
    told: Told | None = field(default=None, repr=False)
