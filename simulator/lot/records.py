"""What of each send is kept in the log: every record always is, its payload as the lot says.

Rule: the size of a payload is kept whatever becomes of it.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.base import Model
from simulator.lot.ramp import Share

MAX_KEPT = 1_048_576  # bytes of a truncated payload


class Records(Model):
    """How payloads are kept in the log. ``sampled`` keeps those of all sends that failed."""

    payload: Literal["whole", "truncated", "hashed", "sampled"] = Field(
        default="whole",
        description="whole: as sent. truncated: its first bytes. hashed: SHA-256 in its place. "
        "sampled: a share of them whole, and those of all sends that failed",
    )
    limit: int = Field(
        default=256, ge=1, le=MAX_KEPT, description="Bytes that are kept of a truncated payload"
    )
    share: Share = Field(
        default=0.01,
        description="Of a mock's sends whose payload is kept when sampled: 1%. Drawn by the seed, "
        "the mock and the send's number, so the same in every run",
    )
