"""Making, renaming and deleting workspaces."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from web.accounts import access, actions, forms
from web.accounts.access import UserRequest
from web.accounts.models import Role
from web.accounts.proving import recently_proved
from web.logs.holds import held_runs


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest) -> HttpResponse:
    """Make another workspace, owned by the user."""
    form = forms.NameWorkspace(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(actions.create_workspace(form.cleaned_data["name"], by=request.user))
        except actions.TooManyWorkspaces as too_many:
            form.add_error(None, str(too_many))
    return render(request, "accounts/create_workspace.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
def settings(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show and change the workspace's name."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    form = forms.NameWorkspace(request.POST or None, initial={"name": opened.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_workspace(opened, form.cleaned_data["name"])
        messages.success(request, "The workspace is renamed.")
        return redirect("workspace_settings", opened.code)
    without = opened.memberships.filter(user__has_two_factors=False).count()
    context = {"form": form, "without_two_factors": without}
    return render(request, "accounts/workspace_settings.html", context)


@require_POST
@login_required
@recently_proved
def want_two_factors(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Let in only members who sign in with two factors, or all again."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    wanted = request.POST.get("wanted") == "yes"
    try:
        actions.want_two_factors(opened, wanted, by=request.user)
    except actions.LacksFactors as lacks:
        messages.error(request, str(lacks))
        return redirect("factors")
    who = "members with two factors get in" if wanted else "one factor is enough"
    messages.success(request, f"From now on {who}.")
    return redirect("workspace_settings", opened.code)


@require_http_methods(["GET", "POST"])
@login_required
@recently_proved
def delete(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Remove the workspace once its name was typed."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    form = forms.DeleteWorkspace(request.POST or None, workspace=opened)
    if request.method == "POST" and held_runs(opened):
        form.add_error(None, "A run of this workspace is held. End its hold first.")
    if request.method == "POST" and form.is_valid():
        actions.delete_workspace(opened)
        messages.success(request, f"{opened.name} is deleted.")
        return redirect("landing")
    return render(request, "accounts/delete_workspace.html", {"form": form})
