"""The pages of incidents: the list, one with its timeline, and what can be done about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.alerts import access, actions, pages
from web.alerts.forms import CommentForm
from web.alerts.kinds import OF_WATCHES
from web.alerts.models import Incident, IncidentState

PAGE = 25


@require_GET
@login_required
@never_cache
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's incidents: open first, filtered and sorted when asked."""
    opened = open_workspace(request, workspace)
    context = list_context(request, access.incidents_of(opened))
    context["has_watches"] = access.watches_of(opened).exists()
    return render(request, "alerts/incidents.html", context)


def list_context(request: UserRequest, incidents: Any) -> dict[str, Any]:
    """Return what a list of incidents shows."""
    filters = access.Filters.read(request.GET)
    found = access.filtered(incidents, filters)
    return {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "order": filters.order or "none",
        "states": IncidentState.choices,
        "kinds": [(kind.word, kind.title) for kind in OF_WATCHES],
    }


@require_GET
@login_required
@never_cache
def detail(request: UserRequest, workspace: UUID, incident: UUID) -> HttpResponse:
    """Show one incident with every attempt to tell somebody."""
    found = access.incident_of(open_workspace(request, workspace), incident)
    context = {"page": pages.incident_page(found), "incident": found, "form": CommentForm()}
    name = "alerts/_incident.html" if "HX-Request" in request.headers else "alerts/incident.html"
    return render(request, name, context)


@require_POST
@login_required
def acknowledge(request: UserRequest, workspace: UUID, incident: UUID) -> HttpResponse:
    """Take an incident on, so that nobody else is rung."""
    found = access.incident_of(open_workspace(request, workspace, role=Role.EDITOR), incident)
    return acknowledged(request, found)


def acknowledged(request: UserRequest, incident: Incident) -> HttpResponse:
    """Take an incident on, and show it."""
    if actions.acknowledge(incident, by=request.user):
        messages.success(request, "It is yours. Nobody else is rung.")
    else:
        messages.info(request, "It had been acknowledged, or was over already.")
    return redirect(incident)


@require_POST
@login_required
def resolve(request: UserRequest, workspace: UUID, incident: UUID) -> HttpResponse:
    """End an incident by hand."""
    found = access.incident_of(open_workspace(request, workspace, role=Role.EDITOR), incident)
    return resolved(request, found)


def resolved(request: UserRequest, incident: Incident) -> HttpResponse:
    """End an incident by hand, and show it."""
    if actions.resolve(incident, by=request.user):
        messages.success(request, "It is closed. The same trouble opens it no more until it went.")
    else:
        messages.info(request, "It was over already.")
    return redirect(incident)


@require_POST
@login_required
def comment(request: UserRequest, workspace: UUID, incident: UUID) -> HttpResponse:
    """Put a comment on an incident's timeline."""
    found = access.incident_of(open_workspace(request, workspace, role=Role.EDITOR), incident)
    form = CommentForm(request.POST)
    if not form.is_valid():
        context = {"page": pages.incident_page(found), "incident": found, "form": form}
        return render(request, "alerts/incident.html", context, status=422)
    actions.comment(found, form.cleaned_data["words"], by=request.user)
    return redirect(found)
