"""Legal holds: a run that may not be deleted, and whose log does not expire, until they end.

Rule: who, when and why is kept, also of holds that ended.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.logs.models import Hold
from web.runs.models import Run


class AlreadyHeld(Exception):
    """Somebody holds the run already; the text is a sentence."""


def hold_of(run: Run) -> Hold | None:
    """Return the hold that stands on a run, if there is one."""
    return Hold.objects.select_related("begun_by").filter(run=run, ended=None).first()


def holds_of(run: Run) -> list[Hold]:
    """Return all holds of a run, also those that ended, newest first."""
    return list(Hold.objects.select_related("begun_by", "ended_by").filter(run=run))


def hold(run: Run, *, reason: str, by: User) -> Hold:
    """Hold a run from now on.

    Raises:
        AlreadyHeld: Somebody does.
    """
    try:
        with transaction.atomic():
            Run.objects.select_for_update().get(id=run.id)  # after an expiry that is under way
            note("log.held", workspace=run.workspace, user=by, about=run, words=reason)
            return Hold.objects.create(run=run, reason=reason, begun_by=by)
    except IntegrityError as error:
        raise AlreadyHeld("This run is held already.") from error


def end_hold(run: Run, *, by: User) -> bool:
    """End the hold of a run; return whether there was one."""
    rows = Hold.objects.filter(run=run, ended=None)
    ended = bool(rows.update(ended=timezone.now(), ended_by=by))
    if ended:
        note("log.hold_ended", user=by, about=run)
    return ended


def is_held(run: Run) -> bool:
    """Whether somebody holds the run."""
    return Hold.objects.filter(run=run, ended=None).exists()


def held_runs(workspace: Workspace) -> list[Run]:
    """Return the runs of a workspace that somebody holds."""
    return list(Run.objects.filter(workspace=workspace, holds__ended=None, holds__isnull=False))
