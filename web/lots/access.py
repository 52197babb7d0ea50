"""The only door to the lots of a workspace."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, F, Max, OrderBy, Prefetch, QuerySet, Sum
from django.db.models.functions import Coalesce, Lower
from django.http import Http404

from web.accounts.models import Workspace
from web.definitions.models import Version
from web.lots.models import Lot
from web.lots.tags import needle, shared

# The word in the address -> the order of rows.
ORDERS: dict[str, tuple[str | OrderBy | Lower, str]] = {
    "name": (Lower("name"), "id"),
    "-name": (Lower("name").desc(), "id"),
    "mocks": ("mocks", "id"),
    "-mocks": ("-mocks", "id"),
    "target": (Lower("target__name"), "id"),
    "-target": (Lower("target__name").desc(), "id"),
    "duration": ("duration", "id"),
    "-duration": ("-duration", "id"),
    "changed": ("changed", "id"),
    "-changed": ("-changed", "id"),
}
DEFAULT_ORDER = "-changed"


def lots_of(workspace: Workspace) -> QuerySet[Lot]:
    """Return the lots with ``mocks``, ``part_count`` and ``last_run`` (datetime or None)."""
    return (
        Lot.objects.filter(workspace=workspace)
        .select_related("target", "workspace")
        .annotate(
            mocks=Coalesce(Sum("parts__count"), 0),
            part_count=Count("parts"),
        )
        .order_by("-changed")
    )


def tagged(lots: QuerySet[Lot], tag: str) -> QuerySet[Lot]:
    """Return those of ``lots`` that have a tag; all of them for an empty one."""
    return lots.filter(tags__contains=needle(tag)) if tag else lots


def listed(workspace: Workspace, *, name: str, tag: str, order: str) -> QuerySet[Lot]:
    """Return the lots with ``name`` in theirs and with the tag, in the order of ``ORDERS``."""
    return tagged(lots_of(workspace).filter(name__icontains=name), tag).order_by(*ORDERS[order])


def tags_of(workspace: Workspace) -> list[str]:
    """Return the tags that lots of the workspace have, by name."""
    columns = Lot.objects.filter(workspace=workspace).exclude(tags="")
    return shared(list(columns.values_list("tags", flat=True).distinct().order_by()))


def last_runs(lots: Iterable[Lot]) -> dict[int, object]:
    """Return when each of ``lots`` was started last, by the row's id; without those never run."""
    rows = Lot.objects.filter(id__in=[lot.id for lot in lots], runs__isnull=False)
    return dict(rows.values_list("id").annotate(last=Max("runs__created")).order_by())


def lot_of(workspace: Workspace, code: UUID) -> Lot:
    """Return one lot of the workspace with its parts and their definitions fetched.

    Raises:
        Http404: There is none with this code here.
    """
    in_force = Version.objects.filter(number=F("definition__number"))
    texts = Prefetch("parts__definition__versions", in_force, to_attr="in_force")
    lots = lots_of(workspace).prefetch_related("parts__definition", texts)
    lot = lots.filter(code=code).first()
    if lot is None:
        raise Http404("no such lot")
    return lot
