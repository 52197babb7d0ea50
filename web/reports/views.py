"""The pages of reports, and the link that the mail carries."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.logs.forms import SearchForm
from web.logs.query import Query
from web.reports import access, actions, asking
from web.reports.models import Report, ReportState
from web.runs.access import run_of

PAGE = 25


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's reports; the list refreshes itself while one is being made."""
    rows = access.reports_of(open_workspace(request, workspace))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    is_live = any(report.is_live for report in page)
    name = "reports/_list.html" if "HX-Request" in request.headers else "reports/index.html"
    return render(request, name, {"page": page, "is_live": is_live})


@require_POST
@login_required
def ask(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask for the CSV of a run."""
    found = run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    try:
        report = actions.ask_for_report(found, by=request.user)
    except actions.NotYet as not_yet:
        messages.error(request, str(not_yet))
        return redirect(found)
    messages.success(request, f"The CSV is being made. Its link goes to {request.user.email}.")
    return redirect(report)


@require_http_methods(["GET", "POST"])
@login_required
def order(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask for a run's log as a file; the query string says which records, as on the log's page."""
    found = run_of(open_workspace(request, workspace, role=Role.EDITOR), run)
    search = SearchForm(found, request.GET.dict())
    if not search.is_valid():
        return redirect(f"{reverse('logs:run', args=[workspace, run])}?{request.GET.urlencode()}")
    form = asking.OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = form.order(search.query)
            return redirect(actions.ask_for_download(found, asked, by=request.user))
        except actions.TooMany as many:
            messages.error(request, str(many))
    totals = actions.totals_of(found, search.query)
    context = {
        "run": found,
        "form": form,
        "words": asking.words_of(search.query),
        "records": totals["looked_total"],
    }
    return render(request, "reports/order.html", context)


@require_POST
@login_required
def cancel(request: UserRequest, workspace: UUID, report: UUID) -> HttpResponse:
    """End the making of a report."""
    found = access.report_of(open_workspace(request, workspace, role=Role.EDITOR), report)
    if not actions.cancel_report(found, by=request.user):
        messages.info(request, "This report is not being made any more.")
    return redirect(found)


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, report: UUID) -> HttpResponse:
    """Show how far the report is."""
    found = access.report_of(open_workspace(request, workspace), report)
    name = "reports/_progress.html" if "HX-Request" in request.headers else "reports/detail.html"
    words = asking.words_of(Query.from_json(found.query))
    return render(request, name, {"report": found, "words": words})


@require_GET
@login_required
@never_cache
def download(request: UserRequest, workspace: UUID, report: UUID, part: int = 1) -> HttpResponse:
    """Lead to the file, or one of its parts, in the object store."""
    found = access.report_of(open_workspace(request, workspace), report)
    if found.state != ReportState.READY or not 1 <= part <= len(found.files):
        raise Http404("not ready, or no such part")
    return to_file(request, found, part=part, otherwise=found.get_absolute_url())


@require_GET
@never_cache
def link(request: HttpRequest, report: UUID, token: str) -> HttpResponse:
    """Lead whoever has the mail's link to the file; say what to do when it is too old."""
    try:
        found = access.report_from_link(report, token)
    except Http404:
        return render(request, "reports/no_link.html", status=404)
    part = request.GET.get("part", "")
    number = int(part) if part.isdecimal() and len(part) < 6 else 0
    if not number and len(found.files) > 1:
        return render(request, "reports/parts.html", {"report": found})
    if number > len(found.files):
        return render(request, "reports/no_link.html", status=404)
    return to_file(request, found, part=number or 1, otherwise="/")


def to_file(request: HttpRequest, report: Report, *, part: int = 1, otherwise: str) -> HttpResponse:
    """Redirect to a short-lived address of the store, or back with what is wrong."""
    try:
        return redirect(actions.download_link(report, part=part))
    except actions.StorageDown as down:
        messages.error(request, str(down))
        return redirect(otherwise)


@require_POST
@login_required
def retry(request: UserRequest, workspace: UUID, report: UUID) -> HttpResponse:
    """Try a failed report again."""
    found = access.report_of(open_workspace(request, workspace, role=Role.EDITOR), report)
    if not actions.retry_report(found):
        messages.info(request, "This report has not failed, so there is nothing to try again.")
    return redirect(found)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, report: UUID) -> HttpResponse:
    """Ask, then delete the report and its file."""
    found = access.report_of(open_workspace(request, workspace, role=Role.EDITOR), report)
    if request.method == "GET":
        return render(request, "reports/delete.html", {"report": found})
    try:
        actions.delete_report(found)
    except actions.StorageDown as down:
        messages.error(request, str(down))
        return redirect(found)
    messages.success(request, f"The report on {found.run} is deleted.")
    return redirect("reports:index", workspace)
