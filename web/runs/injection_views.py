"""Putting faults into a live run by hand, and ending them."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.runs import access, injections

MOST_TEXT = 20_000  # characters; 100 faults are some 10,000
MOST_DIGITS = 8  # of a mock's number


@require_http_methods(["GET", "POST"])
@login_required
def faults(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show the faults of a run, and take more."""
    opened = open_workspace(request, workspace)
    found = access.run_of(opened, run)
    context = {"run": found, "text": _first_text(request), "wrong": [], "errors": []}
    if request.method == "GET":
        return render(request, "runs/faults.html", context)
    open_workspace(request, workspace, role=Role.EDITOR)
    text = request.POST.get("faults", "")[:MOST_TEXT]
    try:
        begun = injections.begin_faults(found, text, by=request.user)
    except injections.CannotInject as cannot:
        context |= {"text": text, "wrong": cannot.told.places, "errors": cannot.told.sentences}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "runs/faults.html", context, status=status)
    names = ", ".join(str(each) for each in begun)
    messages.success(request, f"In {injections.LEAD:g} s: {names}.")
    return redirect("runs:faults", opened.code, found.code)


def _first_text(request: UserRequest) -> str:
    """Return the text that the form begins with: a fault of the mocks that ``?mock=`` names, one
    (``3``) or neighbours (``3-17``)."""
    first, _, last = request.GET.get("mock", "").partition("-")
    ends = first, last or first
    if not all(end.isdecimal() and len(end) <= MOST_DIGITS for end in ends):
        return ""
    return f"faults:\n  - {{fault: drop, aim: {{index: [{int(ends[0])}, {int(ends[1])}]}}}}\n"


@require_POST
@login_required
def end(request: UserRequest, workspace: UUID, run: UUID, injection: UUID) -> HttpResponse:
    """End a fault before its time."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.injection_of(access.run_of(opened, run), injection)
    if injections.end_fault(found, by=request.user):
        messages.success(request, f"{found} ends within a second.")
    return redirect("runs:faults", opened.code, run)
