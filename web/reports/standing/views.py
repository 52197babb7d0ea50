"""The pages of regular reports: a list, one with its editions, its form, and the link of a mail."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role, Workspace
from web.logs.retention import retention_of
from web.reports.actions import StorageDown
from web.reports.models import Edition, Every, ReportState, Standing
from web.reports.standing import access, actions, letters, periods, telling
from web.reports.standing.forms import StandingForm

PAGE = 25
LONGEST = {Every.DAY: 2, Every.WEEK: 8, Every.MONTH: 32}  # days of a period, and till it is made


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's regular reports."""
    opened = open_workspace(request, workspace)
    page = Paginator(access.standing_reports(opened), PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/standing/index.html", {"page": page})


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Show one regular report with its editions; the list refreshes while one is being made."""
    found = access.standing_of(open_workspace(request, workspace), standing)
    page = Paginator(access.editions_of(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "standing": found,
        "page": page,
        "editions": [(each, telling.called(each)) for each in page],
        "is_live": any(each.is_live for each in page),
    }
    if "HX-Request" in request.headers:
        return render(request, "reports/standing/_editions.html", context)
    now = timezone.now()
    readers = access.readers(found)
    context |= {
        "readers": readers,
        "is_subscribed": any(user == request.user and not off for user, off in readers),
        "address": letters.address_of(found),
        "present": periods.words(
            found.every, periods.period_of(found.every, now, found.zone), found.zone
        ),
        "last": periods.words(
            found.every, periods.period_before(found.every, now, found.zone), found.zone
        ),
        "short": too_short(found),
    }
    return render(request, "reports/standing/detail.html", context)


def too_short(standing: Standing) -> int:
    """Return for how many days logs are kept where that is less than a period; else 0."""
    days = retention_of(standing.workspace).days
    return days if days is not None and days < LONGEST[Every(standing.every)] else 0


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a regular report."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, opened, Standing(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Change a regular report; its editions stay."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, opened, access.standing_of(opened, standing))


def _form_page(request: UserRequest, workspace: Workspace, standing: Standing) -> HttpResponse:
    form = StandingForm(
        request.POST or None, instance=standing, workspace=workspace, by=request.user
    )
    context = {"form": form, "standing": standing}
    if request.method == "GET":
        return render(request, "reports/standing/form.html", context)
    if not form.is_valid():
        return render(request, "reports/standing/form.html", context, status=422)
    try:
        chosen = form.cleaned_data["subscribers"]
        saved = actions.save_standing(form.instance, subscribers=chosen, by=request.user)
    except actions.TooMany as many:
        form.add_error(None, str(many))
        return render(request, "reports/standing/form.html", context, status=422)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)


def _editable(request: UserRequest, workspace: UUID, standing: UUID) -> Standing:
    return access.standing_of(open_workspace(request, workspace, role=Role.EDITOR), standing)


@require_POST
@login_required
def pause(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Have no editions made until it is resumed."""
    found = _editable(request, workspace, standing)
    actions.pause(found, by=request.user)
    messages.success(request, f"{found.name} is paused.")
    return redirect(found)


@require_POST
@login_required
def resume(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Have editions made again."""
    found = _editable(request, workspace, standing)
    actions.resume(found, by=request.user)
    messages.success(request, f"{found.name} goes on.")
    return redirect(found)


@require_POST
@login_required
def run_now(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Make an edition at once."""
    found = _editable(request, workspace, standing)
    try:
        edition = actions.run_now(found, by=request.user, so_far="so_far" in request.POST)
    except actions.TooMany as many:
        messages.error(request, str(many))
        return redirect(found)
    return redirect(edition)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Ask whether to delete a regular report, and delete it."""
    found = _editable(request, workspace, standing)
    if request.method == "GET":
        return render(request, "reports/standing/delete.html", {"standing": found})
    actions.delete_standing(found, by=request.user)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("reports:regular", workspace)


@require_POST
@login_required
def subscribe(request: UserRequest, workspace: UUID, standing: UUID) -> HttpResponse:
    """Have the signed-in member get a report, or not."""
    found = access.standing_of(open_workspace(request, workspace), standing)
    if "stop" in request.POST:
        actions.unsubscribe(found, request.user)
        messages.success(request, f"You get {found.name} no more.")
    else:
        actions.subscribe(found, request.user)
        messages.success(request, f"Its links go to {request.user.email}.")
    return redirect(found)


@require_GET
@login_required
def edition(request: UserRequest, workspace: UUID, standing: UUID, edition: UUID) -> HttpResponse:
    """Show how far an edition is."""
    found = access.standing_of(open_workspace(request, workspace), standing)
    one = access.edition_of(found, edition)
    context = {"standing": found, "edition": one, "period": telling.called(one)}
    is_part = "HX-Request" in request.headers
    name = "reports/standing/_progress.html" if is_part else "reports/standing/edition.html"
    return render(request, name, context)


@require_POST
@login_required
def retry(request: UserRequest, workspace: UUID, standing: UUID, edition: UUID) -> HttpResponse:
    """Make an edition again that failed."""
    one = access.edition_of(_editable(request, workspace, standing), edition)
    if not actions.retry_edition(one):
        messages.info(request, "This edition has not failed, so there is nothing to try again.")
    return redirect(one)


@require_POST
@login_required
def cancel(request: UserRequest, workspace: UUID, standing: UUID, edition: UUID) -> HttpResponse:
    """End the making of an edition."""
    one = access.edition_of(_editable(request, workspace, standing), edition)
    if not actions.cancel_edition(one, by=request.user):
        messages.info(request, "This edition is not being made any more.")
    return redirect(one)


@require_GET
@login_required
@never_cache
def download(
    request: UserRequest, workspace: UUID, standing: UUID, edition: UUID, part: int = 1
) -> HttpResponse:
    """Lead to the file, or one of its parts, in the object store."""
    found = access.standing_of(open_workspace(request, workspace), standing)
    one = access.edition_of(found, edition)
    if one.state != ReportState.READY or not 1 <= part <= len(one.files):
        raise Http404("not ready, or no such part")
    return to_file(request, one, part=part, otherwise=one.get_absolute_url())


@require_GET
@never_cache
def link(request: HttpRequest, edition: UUID, token: str) -> HttpResponse:
    """Lead whoever has the mail's link to the file; say what to do when it is too old."""
    try:
        found = access.edition_from_link(edition, token)
    except Http404:
        return render(request, "reports/no_link.html", status=404)
    part = request.GET.get("part", "")
    number = int(part) if part.isdecimal() and len(part) < 6 else 0
    if not number and len(found.files) > 1:
        context = {"edition": found, "period": telling.called(found)}
        return render(request, "reports/standing/parts.html", context)
    if number > len(found.files):
        return render(request, "reports/no_link.html", status=404)
    return to_file(request, found, part=number or 1, otherwise=reverse("landing"))


def to_file(request: HttpRequest, found: Edition, *, part: int, otherwise: str) -> HttpResponse:
    """Redirect to a short-lived address of the store, or back with what is wrong."""
    try:
        return redirect(actions.download_link(found, part=part))
    except StorageDown as down:
        messages.error(request, str(down))
        return redirect(otherwise)
