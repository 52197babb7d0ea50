"""The operators' pages: the service's own incidents, its levels now, and who is rung.

Rule: for staff alone; everybody else finds nothing there.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from web.accounts.access import UserRequest, hold_staff
from web.alerts import access, actions, operators, pages
from web.alerts.forms import CommentForm
from web.alerts.incident_views import acknowledged, list_context, resolved
from web.alerts.kinds import OF_SERVICE


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show the levels of the service, its incidents, and who is rung."""
    hold_staff(request)
    context = list_context(request, access.incidents_of(None))
    context["kinds"] = [(kind.word, kind.title) for kind in OF_SERVICE]
    context |= {"levels": operators.levels(), "people": operators.people()}
    return render(request, "alerts/operations.html", context)


@require_GET
@login_required
@never_cache
def detail(request: UserRequest, incident: UUID) -> HttpResponse:
    """Show one incident of the service."""
    hold_staff(request)
    found = access.incident_of(None, incident)
    context = {"page": pages.incident_page(found), "incident": found, "form": CommentForm()}
    name = "alerts/_incident.html" if "HX-Request" in request.headers else "alerts/incident.html"
    return render(request, name, context)


@require_POST
@login_required
def acknowledge(request: UserRequest, incident: UUID) -> HttpResponse:
    """Take an incident of the service on."""
    hold_staff(request)
    return acknowledged(request, access.incident_of(None, incident))


@require_POST
@login_required
def resolve(request: UserRequest, incident: UUID) -> HttpResponse:
    """End an incident of the service by hand."""
    hold_staff(request)
    return resolved(request, access.incident_of(None, incident))


@require_POST
@login_required
def comment(request: UserRequest, incident: UUID) -> HttpResponse:
    """Put a comment on an incident of the service."""
    hold_staff(request)
    found = access.incident_of(None, incident)
    form = CommentForm(request.POST)
    if not form.is_valid():
        context = {"page": pages.incident_page(found), "incident": found, "form": form}
        return render(request, "alerts/incident.html", context, status=422)
    actions.comment(found, form.cleaned_data["words"], by=request.user)
    return redirect(found)


@require_POST
@login_required
def send_tests(request: UserRequest) -> HttpResponse:
    """Have a test notice sent to every contact of every operator."""
    hold_staff(request)
    try:
        count = operators.send_tests()
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{count} test notices are on their way.")
    return redirect("operations")
