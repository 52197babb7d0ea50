"""The operators' pages of the status: what is told to everybody, and by whom.

Rule: for staff alone; everybody else finds nothing there. What becomes public, or goes, is asked
for once more with what readers will see.
"""

from copy import copy
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, hold_staff
from web.alerts import access as alerts
from web.alerts.models import Incident
from web.status import access, actions, looking, operators, pictures, showing
from web.status.forms import AnnouncementForm, FirstForm, PostMortemForm, UpdateForm
from web.status.models import Announcement, Impact, Kind, Stage
from web.status.suggesting import suggested

PAGE = 25
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show how everything is, what was told, and whether others know that we are there."""
    hold_staff(request)
    filters = access.Filters.read(request.GET)
    page = Paginator(access.announcements(filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filters": filters,
        "status": showing.page(looking.look(), now=timezone.now()),
        "outside": operators.outside(),
        "standings": access.STANDINGS,
        "kinds": Kind.choices,
    }
    return render(request, "status/operations.html", context)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def create(request: UserRequest) -> HttpResponse:
    """Ask for a new announcement, and keep it as a draft."""
    hold_staff(request)
    alert = _alert(request)
    form = FirstForm(request.POST or None, initial=first_values(alert))
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        made = actions.begin(
            form.save(commit=False),
            stage=clean["stage"],
            words=clean["words"],
            by=request.user,
            alert=alert,
        )
        messages.success(request, "The draft is kept. Nobody sees it before you publish it.")
        return redirect(made)
    context = {"form": form, "alert": alert}
    return render(request, "status/new.html", context, status=WRONG if form.errors else 200)


def first_values(alert: Incident | None) -> dict[str, object]:
    """Return what the form begins with."""
    first: dict[str, object] = {
        "kind": Kind.INCIDENT,
        "impact": Impact.MINOR,
        "stage": Stage.INVESTIGATING,
        "begins": timezone.now(),
    }
    return first | (suggested(alert) if alert else {})


def _alert(request: UserRequest) -> Incident | None:
    """Return the incident of the service that the draft begins from. Raises Http404: none such."""
    code = request.GET.get("incident", "")
    if not code:
        return None
    try:
        return alerts.incident_of(None, UUID(code))
    except ValueError:
        raise Http404("no such incident") from None


@require_GET
@login_required
@never_cache
def detail(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Show one announcement with what can be done to it."""
    hold_staff(request)
    return _shown(request, access.announcement(announcement))


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def edit(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Ask for other words or times, and keep them."""
    hold_staff(request)
    found = access.announcement(announcement)
    before = copy(found)
    form = AnnouncementForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.save(form.save(commit=False), before=before, by=request.user)
        messages.success(request, "Saved.")
        return redirect(found)
    context = {"form": form, "announcement": before}
    return render(request, "status/edit.html", context, status=WRONG if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def publish(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Show what everybody will read, and publish it when told so again."""
    hold_staff(request)
    found = access.announcement(announcement)
    if request.method == "POST":
        if actions.publish(found, by=request.user):
            messages.success(request, "It is public.")
        return redirect(found)
    return render(request, "status/publish.html", {"announcement": found, "each": _telling(found)})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def withdraw(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Ask, then make it a draft again."""
    hold_staff(request)
    found = access.announcement(announcement)
    if request.method == "POST":
        if actions.withdraw(found, by=request.user):
            messages.success(request, "It is a draft again; nobody else sees it.")
        return redirect(found)
    return render(request, "status/withdraw.html", {"announcement": found})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def delete(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Ask, then remove a draft for good."""
    hold_staff(request)
    found = access.announcement(announcement)
    if request.method == "GET":
        return render(request, "status/delete.html", {"announcement": found})
    if actions.delete(found, by=request.user):
        messages.success(request, "The draft is gone.")
        return redirect("operations_status")
    messages.error(request, "It is published. Withdraw it first.")
    return redirect(found)


@require_POST
@login_required
def tell(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Put an update on an announcement."""
    hold_staff(request)
    found = access.announcement(announcement)
    form = UpdateForm(request.POST, kind=found.kind)
    if not form.is_valid():
        return _shown(request, found, update=form, status=WRONG)
    try:
        actions.tell(found, **form.cleaned_data, by=request.user)
    except actions.TooMany as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def correct(request: UserRequest, announcement: UUID, update: UUID) -> HttpResponse:
    """Ask for other words of an update, and keep them."""
    hold_staff(request)
    found = access.announcement(announcement)
    mine = access.update_of(found, update)
    form = UpdateForm(request.POST or None, instance=mine, kind=found.kind)
    if request.method == "POST" and form.is_valid():
        actions.correct(form.save(commit=False), by=request.user)
        messages.success(request, "Saved.")
        return redirect(found)
    context = {"form": form, "announcement": found, "update": mine}
    return render(request, "status/correct.html", context, status=WRONG if form.errors else 200)


@require_POST
@login_required
def explain(request: UserRequest, announcement: UUID) -> HttpResponse:
    """Keep the post-mortem."""
    hold_staff(request)
    found = access.announcement(announcement)
    form = PostMortemForm(request.POST, instance=found)
    if not form.is_valid():
        return _shown(request, access.announcement(announcement), explained=form, status=WRONG)
    actions.explain(form.save(commit=False), by=request.user)
    messages.success(request, "Saved.")
    return redirect(found)


def _telling(found: Announcement) -> showing.Telling:
    return showing.telling(pictures.said(found))


def _shown(
    request: UserRequest,
    found: Announcement,
    *,
    update: UpdateForm | None = None,
    explained: PostMortemForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "announcement": found,
        "updates": found.updates.select_related("by"),
        "form": update or UpdateForm(kind=found.kind, initial={"stage": found.stage}),
        "explained": explained or PostMortemForm(instance=found),
    }
    return render(request, "status/announcement.html", context, status=status)
