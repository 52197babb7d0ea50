"""The pages of watches: the list, the form with a row for each kind of rule, silence."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role, User
from web.alerts import access, actions
from web.alerts.answers import kept
from web.alerts.forms import MuteForm, RuleForm, WatchForm, rule_forms
from web.alerts.models import Watch

PAGE = 25


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's watches."""
    rows = access.watches_of(open_workspace(request, workspace))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "alerts/watches.html", {"page": page})


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a watch."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, Watch(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, watch: UUID) -> HttpResponse:
    """Show a watch, and change it."""
    opened = open_workspace(request, workspace)
    found = access.watch_of(opened, watch)
    if request.method == "POST":
        open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, found)


@require_POST
@login_required
def mute(request: UserRequest, workspace: UUID, watch: UUID) -> HttpResponse:
    """Have a watch be silent for some hours; 0 ends that."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.watch_of(opened, watch)
    form = MuteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say for how many hours, from 0 to 720.")
        return redirect(found)
    hours = form.cleaned_data["hours"]
    actions.mute(found, until=timezone.now() + timedelta(hours=hours) if hours else None)
    words = f"{found} is silent for {hours:g} h." if hours else f"{found} tells again."
    messages.success(request, words)
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, watch: UUID) -> HttpResponse:
    """Ask whether to delete a watch, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.watch_of(opened, watch)
    if request.method == "GET":
        return render(request, "alerts/delete_watch.html", {"watch": found})
    actions.delete_watch(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("alerts:watches", opened.code)


def _form_page(request: UserRequest, watch: Watch) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = WatchForm(data, instance=watch, workspace=watch.workspace)
    rows = rule_forms(watch, data)
    is_right = all([form.is_valid(), *(row.is_valid() for row in rows)])
    if is_right and (saved := kept(form, lambda: _saved(form, rows, by=request.user))):
        messages.success(request, f"{saved.name} is saved.")
        return redirect("alerts:watches", watch.workspace.code)
    context = {"form": form, "rules": rows, "watch": watch, "mute": MuteForm({"hours": 2})}
    return render(request, "alerts/watch.html", context, status=200 if data is None else 422)


def _saved(form: WatchForm, rows: Iterable[RuleForm], *, by: User) -> Watch:
    plan = actions.WatchPlan(
        [row.plan for row in rows if row.plan], list(form.cleaned_data["channels"])
    )
    return actions.save_watch(form.instance, plan, by=by)
