"""The pages of targets: a list, one target, its form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.targets import access, actions
from web.targets.forms import AddressForm, TargetForm
from web.targets.models import Target


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's targets."""
    opened = open_workspace(request, workspace)
    return render(request, "targets/index.html", {"targets": access.targets_of(opened)})


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Show one target, without its secrets."""
    opened = open_workspace(request, workspace)
    return render(request, "targets/detail.html", {"target": access.target_of(opened, target)})


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


@require_POST
@login_required
def fill(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the form of a new target, filled from a pasted address; nothing is saved."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    address = AddressForm(request.POST)
    form = TargetForm(instance=Target(workspace=opened))
    if address.is_valid():
        form = TargetForm(instance=Target(workspace=opened), initial=_filled(address))
        # A password is never sent back into a page by itself; here its author has just typed it.
        form.fields["password"].widget.render_value = True
    return _render_form(request, form, address=address, status=200 if address.is_valid() else 422)


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
        return _render_form(request, form, status=200 if request.method == "GET" else 422)
    try:
        saved = actions.save_target(form.instance, **form.secrets, by=request.user)
    except actions.NameTaken as taken:
        form.add_error("name", str(taken))
        return _render_form(request, form, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def _render_form(
    request: UserRequest, form: TargetForm, *, address: AddressForm | None = None, status: int
) -> HttpResponse:
    context = {"form": form, "target": form.instance, "address": address or AddressForm()}
    return render(request, "targets/form.html", context, status=status)


def _filled(address: AddressForm) -> dict[str, Any]:
    values: dict[str, Any] = address.cleaned_data["address"]
    return {"name": values["host"], **values}
