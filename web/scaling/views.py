"""The operators' page of scaling, and what the add-on HireFire asks.

Rule: the page is for staff alone, everybody else finds nothing there; HireFire shows its token.
"""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, hold_staff
from web.scaling import access, pages, signals
from web.scaling.models import Process

PAGE = 50


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show what is scaled, how it was over time, and each decision."""
    hold_staff(request)
    filters, now = access.Filters.read(request.GET), timezone.now()
    page = Paginator(access.choices(filters), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "scaling": pages.page(filters, now=now), "filters": filters}
    return render(request, "scaling/index.html", context)


@require_GET
@never_cache
def hirefire(request: HttpRequest) -> HttpResponse:
    """Tell HireFire how many dynos the work asks for, for managers with a ratio of 1.

    404 where its token is not set or another, and 503 while it is not known, so that nothing is
    scaled by it. Source: GET /hirefire with the header HireFire-Token, answered with
    [{"name": process, "value": number}].
    """
    shown = request.headers.get("HireFire-Token", "")
    if not settings.HIREFIRE_TOKEN or not hmac.compare_digest(
        shown.encode(), settings.HIREFIRE_TOKEN.encode()
    ):
        raise Http404("no such page")
    needed = {
        process: signals.look(process, quantity=None, now=timezone.now()).inputs
        for process in Process.values
    }
    if needed[Process.WORKER].lateness is None:
        return JsonResponse({"error": "towers do not tell how late they are"}, status=503)
    told = [
        {"name": process, "value": max(settings.SCALER_RANGES[process][0], inputs.needed)}
        for process, inputs in needed.items()
        if inputs.needed is not None
    ]
    return JsonResponse(told, safe=False)
