"""The pages of targets: a list, one target, its form."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.platform import reach
from web.targets import access, actions
from web.targets.forms import TargetForm
from web.targets.models import Target
from web.targets.ownership.access import ownership_of
from web.targets.showing import shown

PAGE = 25


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's targets; ``words`` filters, ``order`` sorts, ``page`` turns."""
    opened = open_workspace(request, workspace)
    words, order = request.GET.get("words", "").strip(), request.GET.get("order", "")
    order = order if order in access.ORDERS else access.DEFAULT_ORDER
    rows = access.listed(opened, words=words, order=order)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "targets/index.html", {"page": page, "words": words, "order": order})


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Show one target, without its secrets."""
    opened = open_workspace(request, workspace)
    found = access.target_of(opened, target)
    held = {
        "ownership": ownership_of(found),
        "is_operators": reach.is_operators(found.host, found.port),
    }
    return render(request, "targets/detail.html", {"target": found, **held, **shown(found)})


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a target."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, Target(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Change a target."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, access.target_of(opened, target))


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Ask whether to delete a target, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.target_of(opened, target)
    if request.method == "GET":
        return render(request, "targets/delete.html", {"target": found})
    try:
        actions.delete_target(found)
    except actions.InUse as used:
        messages.error(request, str(used))
        return redirect(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("targets:index", opened.code)


def _form_page(request: UserRequest, target: Target) -> HttpResponse:
    form = TargetForm(request.POST or None, instance=target)
    if request.method == "GET" or not form.is_valid():
        return render_form(request, form, status=200 if request.method == "GET" else 422)
    form.credentials.apply(form.instance)
    try:
        saved = actions.save_target(form.instance, **form.credentials.changes, by=request.user)
    except actions.NameTaken as taken:
        form.add_error("name", str(taken))
        return render_form(request, form, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def render_form(request: UserRequest, form: TargetForm, *, status: int) -> HttpResponse:
    """Return the page of the form of a target, new or stored."""
    context = {"form": form, "target": form.instance}
    return render(request, "targets/form.html", context, status=status)
