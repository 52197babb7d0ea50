"""The only door to the runs of a workspace."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from web.accounts.models import Workspace
from web.runs.models import Run

SORTS = {
    "newest": ("-created",),
    "oldest": ("created",),
    "name": ("name", "-created"),
    "mocks": ("-mocks", "-created"),
    "failed": ("-failed", "-created"),
}


def runs_of(workspace: Workspace) -> QuerySet[Run]:
    """Return the runs that were not deleted, newest first, with lot and who started them."""
    return (
        Run.objects.filter(workspace=workspace, deleted=None)
        .select_related("lot", "started_by", "workspace")
        .order_by("-created")
    )


def run_of(workspace: Workspace, code: UUID) -> Run:
    """Return one run of the workspace.

    Raises:
        Http404: There is none with this code here, or it was deleted.
    """
    run = runs_of(workspace).filter(code=code).first()
    if run is None:
        raise Http404("no such run")
    return run
