"""What a tower is given to run: a slice of one part of a lot.

Rule: everything that the slice needs, secrets in the clear included; never stored or printed whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.credentials import CredentialTable
from simulator.datasets import Dataset
from simulator.lot import Credentials, Lot
from simulator.lot.growth import Addition
from simulator.tower.resume import Resume


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The mocks ``first`` to ``first + count - 1`` of ``lot.parts[part]``.

    ``shard`` names the slice, once in a tower. ``first`` is a number in the run, not in the part.
    ``epoch`` is the Unix time of the run's t = 0, in seconds, the same for all of its shards.
    ``datasets`` are those that the part's definition names, ``table`` that of the target's deal.
    ``addition`` is the one that the mocks belong to, where the lot itself has them not.
    ``resume`` is what another tower left of the shard; None: nobody has had it before.
    """

    shard: str
    lot: Lot
    part: int
    first: int
    count: int
    epoch: float
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    secrets: Credentials = field(default_factory=Credentials, repr=False)
    table: CredentialTable | None = field(default=None, repr=False)
    addition: Addition | None = None
    resume: Resume | None = None
