"""The only door to definitions: what is not in the workspace is not there."""

from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from web.accounts.models import Workspace
from web.definitions.models import Definition, Version

ORDERS = {  # the word in the address -> the order of rows
    "name": (Lower("name"),),
    "-name": (Lower("name").desc(),),
    "edited": (F("edited"), "name"),
    "-edited": (F("edited").desc(), "name"),
    "lots": (F("lot_count"), Lower("name")),
    "-lots": (F("lot_count").desc(), Lower("name")),
}
DEFAULT_ORDER = "name"


def definitions_of(
    workspace: Workspace, *, name: str = "", order: str = DEFAULT_ORDER
) -> QuerySet[Definition]:
    """Return the workspace's definitions, each with ``lot_count``, the lots that use it.

    Args:
        workspace: Whose.
        name: Part of the name, in any case; empty for all.
        order: One of ``ORDERS``; another word means ``DEFAULT_ORDER``.
    """
    rows = Definition.objects.filter(workspace=workspace).select_related("edited_by", "workspace")
    if name:
        rows = rows.filter(name__icontains=name)
    counted = rows.annotate(lot_count=Count("lot_parts__lot", distinct=True))
    return counted.order_by(*ORDERS.get(order, ORDERS[DEFAULT_ORDER]))


def definition_of(workspace: Workspace, code: UUID) -> Definition:
    """Return one definition of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    definition = definitions_of(workspace).filter(code=code).first()
    if definition is None:
        raise Http404("no such definition")
    return definition


def versions_of(definition: Definition) -> QuerySet[Version]:
    """Return the definition's versions, newest first, with who saved each."""
    return definition.versions.select_related("created_by").order_by("-number")


def version_of(definition: Definition, number: int) -> Version:
    """Return one version.

    Raises:
        Http404: The definition has no version with this number.
    """
    version = versions_of(definition).filter(number=number).first()
    if version is None:
        raise Http404("no such version")
    return version
