"""The page on which a workspace proves that a target's host is its own."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.targets.access import target_of
from web.targets.ownership import access, actions, pages
from web.targets.ownership.models import Way


@require_GET
@login_required
@never_cache
def show(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Show what is proved, and how to prove it."""
    found = target_of(open_workspace(request, workspace), target)
    part = "targets/_ownership.html" if "HX-Request" in request.headers else ""
    return render(
        request, part or "targets/ownership.html", {"page": pages.page_of(found), "target": found}
    )


@require_POST
@login_required
def check(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Have a job look now."""
    found = target_of(open_workspace(request, workspace, role=Role.EDITOR), target)
    try:
        actions.ask_for_check(found, _way(request.POST.get("way", "")), by=request.user)
    except actions.CannotCheck as cannot:
        messages.error(request, str(cannot))
        context = {"page": pages.page_of(found), "target": found}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "targets/ownership.html", context, status=status)
    return redirect("targets:ownership", found.workspace.code, found.code)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def withdraw(request: UserRequest, workspace: UUID, target: UUID) -> HttpResponse:
    """Ask, then forget a proof."""
    found = target_of(open_workspace(request, workspace, role=Role.EDITOR), target)
    proof = access.ownership_of(found)
    if proof and request.method == "GET":
        context = {"page": pages.page_of(found), "target": found, "proof": proof}
        return render(request, "targets/withdraw_ownership.html", context)
    if proof:
        actions.withdraw(proof, by=request.user)
        messages.success(request, f"The proof of {proof} is withdrawn.")
    return redirect("targets:ownership", found.workspace.code, found.code)


def _way(text: str) -> Way:
    try:
        return Way(text)
    except ValueError:
        raise actions.CannotCheck("Choose one of the ways.") from None
