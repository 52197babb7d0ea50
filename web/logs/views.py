"""The log of a run and of one mock: searched, and watched live."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, open_workspace
from web.logs import access, live
from web.logs.holds import hold_of
from web.logs.pages import log_page
from web.logs.sizes import log_of
from web.runs.access import run_of
from web.runs.pages import mock_now
from web.runs.timeline import mock_control


@require_GET
@login_required
def run(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show what all mocks of a run sent and what became of it, as far as it was asked for."""
    found = run_of(open_workspace(request, workspace), run)
    page = log_page(found, query=request.GET.dict())
    context = {"page": page, "run": found, "log": log_of(found), "hold": hold_of(found)}
    return render(request, "logs/run.html", context)


@require_GET
@login_required
def mock(request: UserRequest, workspace: UUID, run: UUID, mock: int) -> HttpResponse:
    """Show what one mock sent and what became of it, newest first."""
    found = run_of(open_workspace(request, workspace), run)
    number = access.mock_of(found, mock)
    page = log_page(found, query=request.GET.dict(), mock=number)
    context = {"page": page, "run": found, "mock": number, "log": log_of(found)}
    context |= {"control": mock_control(found, number), "now": mock_now(found, number)}
    return render(request, "logs/mock.html", context)


@require_GET
@login_required
def tail(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show what mocks, or those with one failure reason, do while somebody looks."""
    found = run_of(open_workspace(request, workspace), run)
    page = live.tail_page(found, query=request.GET.dict())
    return render(request, "logs/tail.html", {"page": page, "run": found})


@require_GET
@login_required
@never_cache
def tail_json(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer with what was seen since the last look, drawn; each look keeps the watch alive."""
    found = run_of(open_workspace(request, workspace), run)
    return JsonResponse(live.look(request, found, query=request.GET.dict()))
