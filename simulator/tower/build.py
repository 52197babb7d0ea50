"""From an assignment's document to its fleet, and to who its mocks are.

Rule: everything that can be wrong with an assignment shows here, before anything is sent.
"""

from collections.abc import Callable

from simulator.definition import parse_document
from simulator.errors import DefinitionError
from simulator.fleet import Fleet
from simulator.recording import Roster
from simulator.tower.assignment import Assignment
from simulator.tower.identities import Identities


def build_fleet(assignment: Assignment) -> Fleet:
    """Return the fleet of an assignment.

    Raises:
        DefinitionError: The lot has no such part, or its document or a dataset is not sound.
    """
    lot = assignment.lot
    if not 0 <= assignment.part < len(lot.parts):
        raise DefinitionError(f"part must be from 0 to {len(lot.parts) - 1}, got {assignment.part}")
    part, addition = lot.parts[assignment.part], assignment.addition
    return Fleet(
        parse_document(part.document, datasets=assignment.datasets),
        first=assignment.first,
        count=assignment.count,
        total=lot.mocks,
        base=addition.first if addition else part.first,
        size=addition.count if addition else part.count,
        before=addition.before if addition else 0,
        seed=lot.seed,
        epoch=assignment.epoch,
        pace=lot.pace,
        rate=part.rate,
        datasets=assignment.datasets,
        speech=lot.target.speech,
    )


def roster_of(assignment: Assignment, fleet: Fleet) -> Roster:
    """Return who the mocks of an assignment's records are."""
    lot = assignment.lot
    return Roster(
        assignment.first, fleet.identities, fleet.statuses, records=lot.records, seed=lot.seed
    )


def identities_of(assignment: Assignment, fleet: Fleet, unix: Callable[[], float]) -> Identities:
    """Return what makes the mocks' identities at the moments that ``unix`` tells, Unix s.

    Raises:
        DefinitionError: Something of them cannot be said.
    """
    return Identities(
        fleet,
        first=assignment.first,
        target=assignment.lot.target,
        secrets=assignment.secrets,
        table=assignment.table,
        clock=unix,
    )
