"""Who is in a workspace, and with which role."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts import access, actions, forms
from web.accounts.access import UserRequest
from web.accounts.models import Role


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the members and the open invitations."""
    opened = access.open_workspace(request, workspace)
    context = {
        "memberships": access.members_of(opened),
        "invitations": access.open_invitations(opened) if request.role == Role.OWNER else [],
        "roles": Role.choices,
        "now": timezone.now(),
    }
    return render(request, "accounts/members.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def invite(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Ask somebody by mail to join."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    form = forms.Invite(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            actions.invite(opened, email, role=role, by=request.user)
        except actions.CannotInvite as refused:
            form.add_error("email", str(refused))
        else:
            messages.success(request, f"An invitation is on its way to {email}.")
            return redirect("members", opened.code)
    return render(request, "accounts/invite.html", {"form": form})


@require_POST
@login_required
def change_role(request: UserRequest, workspace: UUID, membership: UUID) -> HttpResponse:
    """Give a member another role."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    member = access.member_of(opened, membership)
    form = forms.ChangeRole(request.POST)
    if not form.is_valid():
        messages.error(request, f"The role must be one of {', '.join(Role.labels)}.")
        return redirect("members", opened.code)
    if form.cleaned_data["role"] == member.role:
        messages.info(request, f"{member.user} is {member.get_role_display().lower()} already.")
        return redirect("members", opened.code)
    try:
        actions.change_role(member, form.cleaned_data["role"])
    except actions.LastOwner as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{member.user} is now {member.get_role_display().lower()}.")
    return redirect("members", opened.code)


@require_http_methods(["GET", "POST"])
@login_required
def remove(request: UserRequest, workspace: UUID, membership: UUID) -> HttpResponse:
    """Take a member out, once it is confirmed."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    member = access.member_of(opened, membership)
    if request.method == "GET":
        return render(request, "accounts/remove_member.html", {"member": member})
    try:
        actions.remove_member(member)
    except actions.LastOwner as refused:
        messages.error(request, str(refused))
        return redirect("members", opened.code)
    messages.success(request, f"{member.user} is no longer a member.")
    if member.user == request.user:
        return redirect("landing")
    return redirect("members", opened.code)


@require_http_methods(["GET", "POST"])
@login_required
def leave(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Take oneself out, once it is confirmed."""
    opened = access.open_workspace(request, workspace)
    if request.method == "GET":
        return render(request, "accounts/leave.html")
    try:
        actions.remove_member(access.own_membership(opened, request.user))
    except actions.LastOwner as refused:
        messages.error(request, str(refused))
        return redirect("members", opened.code)
    messages.success(request, f"You have left {opened.name}.")
    return redirect("landing")


@require_POST
@login_required
def withdraw(request: UserRequest, workspace: UUID, invitation: UUID) -> HttpResponse:
    """Make the link of an invitation useless."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    asked = access.invitation_of(opened, invitation)
    actions.withdraw(asked)
    messages.success(request, f"The invitation to {asked.email} is withdrawn.")
    return redirect("members", opened.code)


@require_POST
@login_required
def resend(request: UserRequest, workspace: UUID, invitation: UUID) -> HttpResponse:
    """Send the mail again."""
    opened = access.open_workspace(request, workspace, role=Role.OWNER)
    asked = access.invitation_of(opened, invitation)
    actions.resend(asked)
    messages.success(request, f"The invitation to {asked.email} is on its way again.")
    return redirect("members", opened.code)
