"""The only door to targets: what is not in the workspace is not there."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from web.accounts.models import Workspace
from web.datasets.access import datasets_of
from web.datasets.models import Dataset
from web.targets.models import Target

ORDERS = {  # the word in the address -> the order of rows
    "name": (Lower("name"), "id"),
    "-name": (Lower("name").desc(), "id"),
    "protocol": ("protocol", Lower("name"), "id"),
    "-protocol": ("-protocol", Lower("name"), "id"),
    "host": ("host", "port", "id"),
    "-host": ("-host", "port", "id"),
    "edited": ("edited", "id"),
    "-edited": ("-edited", "id"),
}
DEFAULT_ORDER = "name"


def targets_of(workspace: Workspace) -> QuerySet[Target]:
    """Return the workspace's targets by name, with who edited them last."""
    return Target.objects.filter(workspace=workspace).select_related(
        "edited_by", "workspace", "table"
    )


def listed(workspace: Workspace, *, words: str, order: str) -> QuerySet[Target]:
    """Return the targets whose name or host has ``words`` in it, in the order of ``ORDERS``."""
    found = targets_of(workspace).filter(Q(name__icontains=words) | Q(host__icontains=words))
    return found.order_by(*ORDERS[order])


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
