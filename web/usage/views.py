"""The pages of what a workspace used: by months, by runs, and what one run costs."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, open_workspace
from web.runs.access import run_of
from web.usage import access, cost_pages, listing, pages

PAGE = 25


@require_GET
@login_required
@never_cache
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show what a workspace used in a month: its sums, its plan, and a row for each run."""
    opened = open_workspace(request, workspace)
    month, order = access.chosen_month(request.GET), access.order_in(request.GET)
    rows = access.uses_of(opened, month, order=order)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "usage": pages.usage_page(opened, month),
        "order": order,
        "month": month,
        "parts": listing.parts_of(page.paginator.count),
    }
    return render(request, "usage/index.html", context)


@require_GET
@login_required
@never_cache
def download(request: UserRequest, workspace: UUID, month: str) -> StreamingHttpResponse:
    """Answer with a month's runs as CSV, at most ``listing.MOST`` of them; ``part`` says which."""
    opened = open_workspace(request, workspace)
    asked, part = access.month_asked(month), request.GET.get("part", "1")
    count = access.uses_of(opened, asked).count()
    if part not in map(str, listing.parts_of(count) or [1]):
        raise Http404("no such part")
    rows = listing.runs_of(opened, asked, part=int(part))
    return listing.answer(rows, name=f"usage-{month}-{part}.csv")


@require_GET
@login_required
@never_cache
def run(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show what a run was expected to cost, beside what it did."""
    found = run_of(open_workspace(request, workspace), run)
    return render(request, "usage/run.html", {"run": found, "cost": cost_pages.run_cost(found)})
