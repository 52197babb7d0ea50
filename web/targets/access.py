"""The only door to targets: what is not in the workspace is not there."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from web.accounts.models import Workspace
from web.datasets.access import datasets_of
from web.datasets.models import Dataset
from web.targets.models import Target


def targets_of(workspace: Workspace) -> QuerySet[Target]:
    """Return the workspace's targets by name, with who edited them last."""
    return Target.objects.filter(workspace=workspace).select_related(
        "edited_by", "workspace", "table"
    )


def target_of(workspace: Workspace, code: UUID) -> Target:
    """Return one target of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    target = targets_of(workspace).filter(code=code).first()
    if target is None:
        raise Http404("no such target")
    return target


def tables_of(workspace: Workspace) -> QuerySet[Dataset]:
    """Return the workspace's credential tables by name."""
    return datasets_of(workspace).filter(is_credentials=True)
