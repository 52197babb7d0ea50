"""Whom faults and orders of one shard may be aimed at.

Rule: made of the shard's assignment and fleet; what it answers is the same whatever the sharding.
"""

from simulator.faults import Crowd
from simulator.fleet import Fleet
from simulator.tower.assignment import Assignment


def crowd_of(assignment: Assignment, fleet: Fleet) -> Crowd:
    """Return the mocks of a shard as a slice of its run."""
    lot = assignment.lot
    return Crowd(
        seed=lot.seed,
        first=assignment.first,
        count=assignment.count,
        total=lot.mocks,
        part=lot.parts[assignment.part].name,
        identities=fleet.identities,
        fixed=fleet.fixed,
        statuses=fleet.statuses,
        status=lambda: fleet.status,
        nested=fleet.nested,
    )
