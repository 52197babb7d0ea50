"""How long logs are kept: a workspace's retention, and holds of runs. For owners."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.logs import holds, sizes
from web.logs.forms import HoldForm, RetentionForm
from web.logs.retention import decide, loss_of, retention_of
from web.runs.access import run_of


@require_http_methods(["GET", "POST"])
@login_required
def retention(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show and change how long logs are kept; what deletes some is asked for once more."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    kept = retention_of(opened)
    asked = request.POST or {"days": kept.days or "", "gigabytes": kept.gigabytes or ""}
    form = RetentionForm(asked)
    loss = None
    if request.method == "POST" and form.is_valid():
        wish = {name: form.cleaned_data[name] for name in ("days", "gigabytes")}
        loss = loss_of(opened, **wish)
        if not loss.chunks or "sure" in request.POST:
            decide(opened, **wish, by=request.user)
            messages.success(request, "Saved. What is not kept any more goes bit by bit.")
            return redirect("logs:retention", opened.code)
    context = {
        "form": form,
        "kept": kept,
        "loss": loss,
        "size": sizes.logs_of(opened),
        "runs": sizes.largest(opened),
        "held": holds.held_runs(opened),
    }
    return render(request, "logs/retention.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def hold(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show a run's holds, and hold it."""
    found = run_of(open_workspace(request, workspace, role=Role.OWNER), run)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            holds.hold(found, reason=form.cleaned_data["reason"], by=request.user)
        except holds.AlreadyHeld as held:
            messages.error(request, str(held))
        else:
            messages.success(request, "The run is held: it is kept until the hold is ended.")
        return redirect("logs:hold", workspace, run)
    context = {"run": found, "form": form, "holds": holds.holds_of(found)}
    return render(request, "logs/hold.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def end_hold(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Ask, then end the hold of a run."""
    found = run_of(open_workspace(request, workspace, role=Role.OWNER), run)
    if request.method == "GET":
        return render(request, "logs/end_hold.html", {"run": found})
    if not holds.end_hold(found, by=request.user):
        messages.info(request, "This run is not held.")
    return redirect("logs:hold", workspace, run)
