"""Who a shard's mocks are, for its log.

Rule: a plain value.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Roster:
    """Who a shard's mocks are: number of the first, their ids by row, the names of statuses."""

    first: int
    identities: Sequence[str]
    statuses: Sequence[str]
