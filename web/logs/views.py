"""The log of one mock."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, open_workspace
from web.logs import access
from web.logs.pages import mock_page
from web.runs.access import run_of


@require_GET
@login_required
def mock(request: UserRequest, workspace: UUID, run: UUID, mock: int) -> HttpResponse:
    """Show what one mock sent and what became of it, newest first."""
    found = run_of(open_workspace(request, workspace), run)
    number = access.mock_of(found, mock)
    page = mock_page(found, number, query=request.GET.dict())
    return render(request, "logs/mock.html", {"page": page, "run": found, "mock": number})
