"""The operators' page of what all workspaces used in a month, and the file that they bill by.

Rule: for staff alone; everybody else finds nothing there.
"""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, hold_staff
from web.usage import access, listing, pages

PAGE = 50


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """List what each workspace used in a month, in the order of a heading."""
    hold_staff(request)
    month, order = access.chosen_month(request.GET), access.workspace_order_in(request.GET)
    rows = pages.workspaces_in(month, order=order, search=request.GET.get("search", "")[:80])
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "order": order,
        "month": month,
        "search": request.GET.get("search", "")[:80],
        "months": access.months_with_use(),
    }
    return render(request, "usage/operations.html", context)


@require_GET
@login_required
@never_cache
def download(request: UserRequest, month: str) -> StreamingHttpResponse:
    """Answer with the file that is billed by, a line for each workspace."""
    hold_staff(request)
    asked = access.month_asked(month)
    return listing.answer(listing.billing(asked), name=f"billing-{month}.csv")
