"""The pages of who is on call: chains with their people and hours, exceptions, people."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.alerts import access, actions, roster
from web.alerts.answers import deletion, kept
from web.alerts.models import Chain, ChainChange, Person
from web.alerts.reaching_forms import ChainForm, ChangeForm, PersonForm, turn_rows


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the chains with who is on duty now, and the people."""
    opened = open_workspace(request, workspace)
    now = timezone.now()
    chains = list(access.chains_of(opened))
    duties = roster.duties_of(chains, now=now)
    context = {"chains": list(zip(chains, duties, strict=True)), "people": access.people_of(opened)}
    return render(request, "alerts/on_call.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a chain."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _chain_page(request, Chain(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, chain: UUID) -> HttpResponse:
    """Show a chain with its people, hours and exceptions, and change it."""
    opened = open_workspace(request, workspace)
    if request.method == "POST":
        open_workspace(request, workspace, role=Role.EDITOR)
    return _chain_page(request, access.chain_of(opened, chain))


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, chain: UUID) -> HttpResponse:
    """Ask whether to delete a chain, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.chain_of(opened, chain)
    return deletion(request, found, back=reverse("alerts:on_call", args=[opened.code]))


@require_http_methods(["GET", "POST"])
@login_required
def add_change(request: UserRequest, workspace: UUID, chain: UUID) -> HttpResponse:
    """Put an exception into a chain's hours."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.chain_of(opened, chain)
    form = ChangeForm(request.POST or None, instance=ChainChange(chain=found))
    if form.is_valid() and (kept(form, lambda: actions.add_change(form.instance)) is not None):
        messages.success(request, "The exception is saved.")
        return redirect(found)
    status = 422 if form.errors else 200
    return render(request, "alerts/change.html", {"form": form, "chain": found}, status=status)


@require_POST
@login_required
def delete_change(request: UserRequest, workspace: UUID, chain: UUID, change: UUID) -> HttpResponse:
    """Take an exception out of a chain's hours."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.chain_of(opened, chain)
    actions.delete(access.change_of(found, change))
    messages.success(request, "The exception is deleted.")
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
def create_person(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a person known who can be rung."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _person_page(request, Person(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit_person(request: UserRequest, workspace: UUID, person: UUID) -> HttpResponse:
    """Show a person with the ways to reach them, and change the name."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _person_page(request, access.person_of(opened, person))


@require_http_methods(["GET", "POST"])
@login_required
def delete_person(request: UserRequest, workspace: UUID, person: UUID) -> HttpResponse:
    """Ask whether to delete a person, and delete them with their channels."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.person_of(opened, person)
    return deletion(request, found, back=reverse("alerts:on_call", args=[opened.code]))


def _chain_page(request: UserRequest, chain: Chain) -> HttpResponse:
    data = request.POST or None
    form = ChainForm(data, instance=chain)
    rows = turn_rows(chain, data, zone=request.user.time_zone)
    is_right = all([form.is_valid(), rows.is_valid()])
    if is_right and (saved := kept(form, lambda: actions.save_chain(form.filled(), rows.turns))):
        messages.success(request, f"{saved.name} is saved.")
        return redirect(saved)
    context = {
        "form": form,
        "rows": rows,
        "chain": chain,
        "people": access.people_of(chain.workspace),
        "changes": chain.changes.select_related("person") if chain.pk else [],
    }
    status = 200 if request.method == "GET" else 422
    return render(request, "alerts/chain.html", context, status=status)


def _person_page(request: UserRequest, person: Person) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=person)
    if form.is_valid() and (saved := kept(form, lambda: actions.save_person(form.instance))):
        messages.success(request, f"{saved.name} is saved.")
        return redirect("alerts:person", saved.workspace.code, saved.code)
    context = {"form": form, "person": person}
    status = 422 if form.errors else 200
    return render(request, "alerts/person.html", context, status=status)
