"""The only door to the drains of a workspace and their dead letters."""

from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404

from web.accounts.models import Workspace
from web.drains.models import Drain, Letter, Progress
from web.runs.models import Run

MOST_CHOICES = 200  # runs that can be chosen to be sent


def drains_of(workspace: Workspace) -> QuerySet[Drain]:
    """Return the drains by name, each with ``letter_count``."""
    return (
        Drain.objects.filter(workspace=workspace)
        .select_related("workspace", "paused_by", "created_by")
        .annotate(letter_count=Count("letters"))
        .order_by("name")
    )


def drain_of(workspace: Workspace, code: UUID) -> Drain:
    """Return one drain of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    drain = drains_of(workspace).filter(code=code).first()
    if drain is None:
        raise Http404("no such drain")
    return drain


def letters_of(drain: Drain) -> QuerySet[Letter]:
    """Return the dead letters of a drain, newest first, with their runs."""
    rows = Letter.objects.filter(drain=drain)
    return rows.select_related("run__workspace", "drain__workspace").order_by("-at", "-id")


def letter_of(workspace: Workspace, code: UUID) -> Letter:
    """Return one dead letter of the workspace, with its drain.

    Raises:
        Http404: There is none with this code here.
    """
    rows = Letter.objects.filter(drain__workspace=workspace, code=code)
    letter = rows.select_related("run__workspace", "drain__workspace").first()
    if letter is None:
        raise Http404("no such dead letter")
    return letter


def runs_of(drain: Drain) -> QuerySet[Progress]:
    """Return how far a drain is with each run, what moved last first."""
    rows = Progress.objects.filter(drain=drain, run__deleted=None)
    return rows.select_related("run__workspace").order_by("-at", "-id")


def runs_to_send(drain: Drain) -> list[Run]:
    """Return the runs that somebody may have sent as a whole, newest first."""
    rows = Run.objects.filter(workspace=drain.workspace, deleted=None, ended_at__isnull=False)
    return list(rows.order_by("-created")[:MOST_CHOICES])
