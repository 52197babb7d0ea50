"""Holds a run that is about to start to the plan of its workspace, twice: before anything is made,
and under the lock in which its rows are."""

import simulator
from web.accounts.models import Workspace
from web.lots.models import Lot
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.runs.snapshot import NO_STORAGE, CannotStart, CannotStartNow
from web.usage import forecasting, limits
from web.usage.limits import Wanted

NOT_TOLD = (
    "The plan of this workspace has a limit of messages, and how many this lot sends cannot be "
    "told: {error}. Edit its definitions, or ask the operators for another plan."
)


def hold(lot: Lot, simulated: simulator.Lot) -> Wanted | None:
    """Return what a run takes of its workspace's plan; None: there is no plan.

    Raises:
        CannotStart: The plan has no room for it.
        CannotStartNow: The object store does not answer, so nobody can tell.
    """
    if limits.plan_of(lot.workspace) is None:
        return None
    try:
        wanted = forecasting.wanted_of(lot, simulated)
    except (StorageUnavailable, ObjectMissing) as error:
        raise CannotStartNow(NO_STORAGE) from error
    except (simulator.DatasetError, simulator.DefinitionError) as error:
        raise CannotStart(NOT_TOLD.format(error=error)) from error
    limits.hold(lot.workspace, wanted)
    return wanted


def hold_again(workspace: Workspace, wanted: Wanted | None) -> None:
    """Hold a run once more, in the transaction that makes it: others may have started meanwhile.

    Raises:
        CannotStart: The plan has no room for it any more.
    """
    if wanted is not None:
        limits.hold(workspace, wanted, is_locked=True)
