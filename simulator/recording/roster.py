"""Who a shard's mocks are, for its log.

Rule: a plain value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.lot.records import Records

WHOLE = Records()


@dataclass(frozen=True)
class Roster:
    """Who a shard's mocks are: number of the first, their ids by row, the names of statuses.

    ``records`` says how their payloads are kept; ``seed`` is the run's, which a sample is drawn by.
    """

    first: int
    identities: Sequence[str]
    statuses: Sequence[str]
    records: Records = WHOLE
    seed: int = 1
