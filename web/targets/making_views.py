"""The ways to a new target: from an address, from a ready profile, field by field."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import simulator
from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.targets import actions, profiles
from web.targets.forms import AddressForm, TargetForm
from web.targets.models import Target
from web.targets.profile_forms import OWN, ProfileForm
from web.targets.views import render_form


@require_GET
@login_required
def begin(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Ask how a target is to be made."""
    open_workspace(request, workspace, role=Role.EDITOR)
    return _choice(request, AddressForm())


@require_POST
@login_required
def fill(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the form of a new target, filled from a pasted address; nothing is saved."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    address = AddressForm(request.POST)
    if not address.is_valid():
        return _choice(request, address, status=422)
    form = TargetForm(instance=Target(workspace=opened), initial=_filled(address))
    # A password is never sent back into a page by itself; here its author has just typed it.
    form.credentials.fields["password"].widget.render_value = True
    return render_form(request, form, status=200)


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: UserRequest, workspace: UUID, profile: str) -> HttpResponse:
    """Make a target from a ready profile."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = profiles.profile_named(profile)
    form = ProfileForm(request.POST or None, profile=found, target=Target(workspace=opened))
    if request.method == "GET" or not form.is_valid():
        return _profile_page(request, form, status=200 if request.method == "GET" else 422)
    try:
        saved = _made(request, form)
    except actions.NameTaken as taken:
        form.add_error(OWN, str(taken))
        return _profile_page(request, form, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def _made(request: UserRequest, form: ProfileForm) -> Target:
    form.target.name = form.cleaned_data[OWN]
    profiles.put(form.target, form.making)
    form.target.table, form.target.dealing = form.dealt, form.dealing
    return actions.save_target(form.target, **form.making.changes, by=request.user)


def _choice(request: UserRequest, address: AddressForm, *, status: int = 200) -> HttpResponse:
    context = {"address": address, "profiles": simulator.PROFILES.values()}
    return render(request, "targets/begin.html", context, status=status)


def _profile_page(request: UserRequest, form: ProfileForm, *, status: int) -> HttpResponse:
    context = {"form": form, "profile": form.profile}
    return render(request, "targets/profile.html", context, status=status)


def _filled(address: AddressForm) -> dict[str, Any]:
    values: dict[str, Any] = address.cleaned_data["address"]
    return {"name": values["host"], **values}
