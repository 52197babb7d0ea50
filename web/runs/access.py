"""The only door to the runs of a workspace."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.http import Http404
from django.urls import reverse

from web.accounts.models import Workspace
from web.lots.models import Lot
from web.lots.tags import LONGEST, needle, shared
from web.runs.models import LIVE, Board, Injection, Run, RunState

ORDERS = ("created", "name", "mocks", "failed", "acknowledged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody wants to see of the list; unknown words count as not said."""

    lot: UUID | None = None
    state: str = ""
    tag: str = ""
    order: str = "-created"

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""
        order, state = query.get("order", ""), query.get("state", "")
        return cls(
            lot=_uuid(query.get("lot", "")),
            state=state if state in RunState.values else "",
            tag=query.get("tag", "")[:LONGEST],
            order=order if order.removeprefix("-") in ORDERS else "-created",
        )


def runs_of(workspace: Workspace) -> QuerySet[Run]:
    """Return the runs that were not deleted, newest first, with lot and who started them."""
    return (
        Run.objects.filter(workspace=workspace, deleted=None)
        .select_related("lot__target", "lot__workspace", "started_by", "workspace")
        .order_by("-created")
    )


def filtered(workspace: Workspace, filters: Filters) -> QuerySet[Run]:
    """Return the runs that the filters leave, in their order."""
    runs = runs_of(workspace)
    if filters.lot:
        runs = runs.filter(lot__code=filters.lot)
    if filters.state:
        runs = runs.filter(state=filters.state)
    if filters.tag:
        runs = runs.filter(tags__contains=needle(filters.tag))
    return runs.order_by(filters.order, "-created")


def lots_with_runs(workspace: Workspace) -> QuerySet[Lot]:
    """Return the lots that the list can be filtered by, by name."""
    return Lot.objects.filter(workspace=workspace, runs__deleted=None).distinct().order_by("name")


def tags_of(workspace: Workspace) -> list[str]:
    """Return the tags that runs of the workspace have, by name."""
    columns = Run.objects.filter(workspace=workspace, deleted=None).exclude(tags="")
    return shared(list(columns.values_list("tags", flat=True).distinct().order_by()))


def run_of(workspace: Workspace, code: UUID) -> Run:
    """Return one run of the workspace.

    Raises:
        Http404: There is none with this code here, or it was deleted.
    """
    run = runs_of(workspace).filter(code=code).first()
    if run is None:
        raise Http404("no such run")
    return run


def live_load(workspace: Workspace) -> tuple[int, int]:
    """Return how many runs of the workspace have not ended, and how many mocks those have."""
    live = Run.objects.filter(workspace=workspace, deleted=None, state__in=LIVE)
    sums = live.aggregate(runs=Count("id"), mocks=Sum("mocks"))
    return sums["runs"], sums["mocks"] or 0


def injection_of(run: Run, code: UUID) -> Injection:
    """Return one fault that was put into the run by hand. Raises Http404: there is none."""
    found = run.injections.filter(code=code).first()
    if found is None:
        raise Http404("no such fault")
    return found


def control_address(run: Run) -> str:
    """Return the address of the page of control."""
    return reverse("runs:control", args=[run.workspace.code, run.code])


def wall_address(run: Run) -> str:
    """Return the address of the wall."""
    return reverse("runs:wall", args=[run.workspace.code, run.code])


def map_address(run: Run) -> str:
    """Return the address of the map."""
    return reverse("runs:map", args=[run.workspace.code, run.code])


def log_address(run: Run) -> str:
    """Return the address of the run's log; those of its mocks' lie below it, by their numbers."""
    return reverse("logs:run", args=[run.workspace.code, run.code])


def mock_address(run: Run, mock: int) -> str:
    """Return the address of the log of one mock."""
    return reverse("logs:mock", args=[run.workspace.code, run.code, mock])


def identity_of(run: Run, mock: int) -> str:
    """Return the id of one mock of a run; empty while no tower has told it."""
    boards = Board.objects.filter(shard__run=run, shard__first__lte=mock).order_by("-shard__first")
    found = boards.values_list("shard__first", "identities").first()
    if found is None or not found[1]:
        return ""
    names = zlib.decompress(bytes(found[1])).decode().split("\n")
    return names[mock - found[0]] if mock - found[0] < len(names) else ""


def numbers_of(run: Run, name: str) -> list[int]:
    """Return the numbers of the mocks of a run that have this id; few, mostly one."""
    numbers: list[int] = []
    for first, packed in Board.objects.filter(shard__run=run).values_list(
        "shard__first", "identities"
    ):
        ids = zlib.decompress(bytes(packed)).decode().split("\n") if packed else []
        numbers += [first + row for row, each in enumerate(ids) if each == name]
    return numbers


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
