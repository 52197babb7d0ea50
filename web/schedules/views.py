"""The pages of schedules: a list, one with its history, its form, and the switch."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role, Workspace
from web.lots import access as lots
from web.schedules import access, actions, pages
from web.schedules.forms import PRESETS, LimitForm, ScheduleForm, TimetableForm
from web.schedules.models import Schedule, TurnState

PAGE = 25
LOOK = "look"  # the button that shows when, and saves nothing


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's schedules, the next to come first."""
    opened = open_workspace(request, workspace)
    filters = access.Filters.read(request.GET)
    rows = access.filtered(opened, filters)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "order": filters.order,
        "states": access.STATES,
        "lots": access.lots_with_schedules(opened),
    }
    return render(request, "schedules/index.html", context)


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, schedule: UUID) -> HttpResponse:
    """Show one schedule, when it comes next, and what became of each moment."""
    found = access.schedule_of(open_workspace(request, workspace), schedule)
    state = request.GET.get("state", "")
    turns = access.turns_of(found, state=state)
    zone = request.user.time_zone
    context = {
        "schedule": found,
        "preview": pages.preview(found.timetable, now=timezone.now(), zone=zone),
        "page": Paginator(turns, PAGE).get_page(request.GET.get("page")),
        "states": TurnState.choices,
        "state": state,
    }
    return render(request, "schedules/detail.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a schedule."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, Schedule(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def create_for(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Make a schedule of a lot."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, Schedule(workspace=opened, lot=lots.lot_of(opened, lot)))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, schedule: UUID) -> HttpResponse:
    """Change a schedule; its history stays."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, access.schedule_of(opened, schedule))


@require_GET
@login_required
def preview(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show in words what a form says that is being filled in, and when it would come."""
    open_workspace(request, workspace)
    return render(request, "schedules/_preview.html", {"preview": _preview(request, request.GET)})


@require_POST
@login_required
def pause(request: UserRequest, workspace: UUID, schedule: UUID) -> HttpResponse:
    """Have a schedule start nothing until it is resumed."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.schedule_of(opened, schedule)
    actions.pause(found)
    messages.success(request, f"{found.name} starts nothing until it is resumed.")
    return redirect(found)


@require_POST
@login_required
def resume(request: UserRequest, workspace: UUID, schedule: UUID) -> HttpResponse:
    """Have a schedule go on."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.schedule_of(opened, schedule)
    actions.resume(found)
    messages.success(request, f"{found.name} goes on.")
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, schedule: UUID) -> HttpResponse:
    """Ask whether to delete a schedule, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.schedule_of(opened, schedule)
    if request.method == "GET":
        return render(request, "schedules/delete.html", {"schedule": found})
    actions.delete_schedule(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("schedules:index", opened.code)


@require_http_methods(["GET", "POST"])
@login_required
def limit(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Say how long a run of the workspace may last."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    if request.method == "GET":
        form = LimitForm(initial={"longest": opened.longest_run})
        return render(request, "schedules/limit.html", {"form": form})
    form = LimitForm(request.POST)
    if not form.is_valid():
        return render(request, "schedules/limit.html", {"form": form}, status=422)
    actions.limit_runs(opened, form.cleaned_data["longest"])
    messages.success(request, "This holds for every run that is started from now on.")
    return redirect("schedules:index", opened.code)


def _form_page(request: UserRequest, schedule: Schedule) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = _form(request, schedule, data)
    context = {"form": form, "schedule": schedule, "presets": PRESETS}
    if data is None:
        context["preview"] = _preview(request, form.initial)
        return render(request, "schedules/form.html", context)
    context["preview"] = _preview(request, data)
    if LOOK in data or not form.is_valid():
        return render(request, "schedules/form.html", context, status=200 if LOOK in data else 422)
    try:
        saved = actions.save_schedule(form.apply(schedule), by=request.user)
    except actions.TooMany as many:
        form.add_error(None, str(many))
        return render(request, "schedules/form.html", context, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def _form(request: UserRequest, schedule: Schedule, data: Mapping[str, Any] | None) -> ScheduleForm:
    workspace: Workspace = schedule.workspace
    return ScheduleForm(
        data,
        schedule=schedule,
        workspace=workspace,
        now=timezone.now(),
        zone=request.user.time_zone,
    )


def _preview(request: UserRequest, said: Mapping[str, Any]) -> pages.Preview:
    zone = request.user.time_zone
    return pages.preview_of(TimetableForm(said), now=timezone.now(), zone=zone)
