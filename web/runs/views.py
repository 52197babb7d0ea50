"""The pages of runs: a list, one run while it is live and after, and what can be done with it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.lots import pages as lots
from web.lots.models import Lot
from web.runs import access, actions, pages
from web.runs.faces import face_of
from web.runs.mocks import Wish
from web.runs.models import RunState

PAGE = 25
ANYWAY = "anyway"  # what the form says that starts a run beside its rivals


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's runs, of one lot or in one state when asked."""
    opened = open_workspace(request, workspace)
    filters = access.Filters.read(request.GET)
    page = Paginator(access.filtered(opened, filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filters": filters,
        "order": filters.order,
        "states": RunState.choices,
        "lots": access.lots_with_runs(opened),
        "tags": access.tags_of(opened),
    }
    return render(request, "runs/index.html", context)


@require_GET
@login_required
@never_cache
@vary_on_headers("HX-Request")
def detail(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show one run; a page that is open already asks only for what changes.

    It says in ``as`` what it offers to do, which is not sent again where it is the same.
    """
    found = access.run_of(open_workspace(request, workspace), run)
    page = pages.run_page(found, wish=Wish.read(request.GET.dict()))
    name = "runs/_live.html" if "HX-Request" in request.headers else "runs/detail.html"
    wishes = request.GET.copy()
    context = {
        "page": page,
        "run": found,
        "order": page.wish.order,
        "shown": wishes.pop("as", [""])[-1],
        "face": face_of(found),
        "address": f"{request.path}?{wishes.urlencode()}",
    }
    return render(request, name, context)


@require_GET
@login_required
@never_cache
def live_json(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer with the run's figures and faults: durations and latencies in seconds."""
    found = access.run_of(open_workspace(request, workspace), run)
    return JsonResponse(pages.run_page(found, wish=Wish()).to_json())


@require_GET
@login_required
@never_cache
def series_json(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer with the run over time, from the Unix second ``after`` on, or ``from`` ``to``."""
    found = access.run_of(open_workspace(request, workspace), run)
    after, begin, end = (_second(request, name) for name in ("after", "from", "to"))
    span = (begin, end) if end > begin else None
    return JsonResponse(pages.run_series(found, after=after, span=span))


def _second(request: UserRequest, name: str) -> int:
    """Return a Unix second of the query; 0 where it is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else 0


@require_http_methods(["GET", "POST"])
@login_required
def stop(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask, then end a live run in order."""
    found = access.run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    if request.method == "GET":
        return render(request, "runs/stop.html", {"run": found})
    if not actions.stop_run(found, by=request.user):
        messages.info(request, "This run had ended already.")
    return redirect(found)


@require_POST
@login_required
def again(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Start the run's lot again, as the lot is now."""
    found = access.run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    if found.lot is None:
        messages.error(request, "The lot of this run was deleted, so it cannot start again.")
        return redirect(found)
    try:
        return redirect(
            actions.start_run(found.lot, by=request.user, beside_rivals=ANYWAY in request.POST)
        )
    except actions.WouldCollide as would:
        return rivals_page(request, found.lot, would, back=found.get_absolute_url())
    except actions.CannotStart as cannot:
        messages.error(request, str(cannot))
        return redirect(found)


def rivals_page(
    request: UserRequest, lot: Lot, would: actions.WouldCollide, *, back: str
) -> HttpResponse:
    """Ask whether a lot is to start although its mocks would collide; posts to the same address."""
    context = {"lot": lot, "rivals": would.rivals, "back": back, "anyway": ANYWAY}
    context["cost"] = lots.cost_of(lot, lots.planned(lot))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "runs/rivals.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask, then delete a run with its log and reports."""
    found = access.run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    if request.method == "GET":
        return render(request, "runs/delete.html", {"run": found})
    try:
        actions.delete_run(found, by=request.user)
    except actions.IsHeld as held:
        messages.error(request, str(held))
        return redirect(found)
    messages.success(request, f"The run of {found.name} is deleted.")
    return redirect("runs:index", workspace)
