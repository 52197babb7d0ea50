"""The only door to the schedules of a workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import Http404

from web.accounts.models import Workspace
from web.lots.models import Lot
from web.schedules.models import Schedule, Turn, TurnState

ORDERS = ("name", "lot", "next")
COLUMNS = {"name": "name", "lot": "lot__name", "next": "next_at"}
STATES = (("on", "On"), ("paused", "Paused"), ("over", "Over"))
MOST_OF_A_LOT = 20  # that the page of a lot shows
MOST_WATCHED = 500  # schedules of a workspace whose starts are watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody wants to see of the list; unknown words count as not said."""

    state: str = ""
    lot: UUID | None = None
    order: str = "next"

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""
        order, state = query.get("order", ""), query.get("state", "")
        return cls(
            state=state if state in dict(STATES) else "",
            lot=_uuid(query.get("lot", "")),
            order=order if order.removeprefix("-") in ORDERS else "next",
        )


def schedules_of(workspace: Workspace) -> QuerySet[Schedule]:
    """Return the schedules of a workspace with lot and who made them, by name."""
    found = Schedule.objects.filter(workspace=workspace)
    return found.select_related("workspace", "lot__workspace", "created_by").order_by("name", "id")


def filtered(workspace: Workspace, filters: Filters) -> QuerySet[Schedule]:
    """Return the schedules that the filters leave, in their order; what is over comes last."""
    rows = schedules_of(workspace)
    if filters.state == "over":
        rows = rows.filter(next_at=None)
    elif filters.state:
        rows = rows.filter(next_at__isnull=False, paused_at__isnull=filters.state == "on")
    if filters.lot:
        rows = rows.filter(lot__code=filters.lot)
    column = F(COLUMNS[filters.order.removeprefix("-")])
    falls = filters.order.startswith("-")
    return rows.order_by(
        column.desc(nulls_last=True) if falls else column.asc(nulls_last=True), "name", "id"
    )


def lots_with_schedules(workspace: Workspace) -> QuerySet[Lot]:
    """Return the lots that the list can be filtered by, by name."""
    found = Lot.objects.filter(workspace=workspace, schedules__isnull=False)
    return found.distinct().order_by("name")


def of_lot(lot: Lot) -> list[Schedule]:
    """Return a lot's schedules, the next one to come first, for its page."""
    rows = schedules_of(lot.workspace).filter(lot=lot)
    return list(rows.order_by(F("next_at").asc(nulls_last=True), "name")[:MOST_OF_A_LOT])


def schedule_of(workspace: Workspace, code: UUID) -> Schedule:
    """Return one schedule of the workspace. Raises Http404: there is none with this code here."""
    found = schedules_of(workspace).filter(code=code).first()
    if found is None:
        raise Http404("no such schedule")
    return found


def turns_of(schedule: Schedule, *, state: str = "") -> QuerySet[Turn]:
    """Return what became of a schedule's moments, newest first; an unknown state is none."""
    rows = schedule.turns.select_related("run__workspace")
    return rows.filter(state=state) if state in TurnState.values else rows


def last_starts(workspace: Workspace, *, since: datetime) -> QuerySet[Turn]:
    """Return the last start of each schedule that is on, made or refused, of those since then."""
    tried = Turn.objects.filter(
        schedule=OuterRef("pk"),
        state__in=[TurnState.STARTED, TurnState.REFUSED],
        taken__gte=since,
    ).order_by("-moment", "-id")
    on = Schedule.objects.filter(workspace=workspace, paused_at=None)
    last = on.annotate(last=Subquery(tried.values("id")[:1])).exclude(last=None)
    turns = Turn.objects.filter(id__in=last.values("last")).select_related("schedule")
    return turns.order_by("schedule_id")[:MOST_WATCHED]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
