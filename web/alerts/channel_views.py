"""The pages of channels and of the accounts that they go through; proving and testing them."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role, Workspace
from web.alerts import access, actions, roster
from web.alerts.answers import deletion, kept
from web.alerts.models import Account, AccountKind, Channel, ChannelKind, Person
from web.alerts.reaching_forms import AccountForm, ChannelForm, CodeForm

SHOWN_ATTEMPTS = 10


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the team's channels, and the accounts."""
    opened = open_workspace(request, workspace)
    context = {
        "channels": access.team_channels_of(opened),
        "accounts": access.accounts_of(opened),
    }
    return render(request, "alerts/channels.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Choose a kind (``?kind=``), and make a channel; of a person with ``?person=``."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    person = _person(opened, request.GET.get("person", ""))
    kind = request.GET.get("kind", "")
    known = [each for each in ChannelKind if person is None or each in roster.RINGING]
    if kind not in known:
        return render(request, "alerts/channel_kinds.html", {"kinds": known, "person": person})
    return _channel_page(request, Channel(workspace=opened, kind=kind, person=person))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, channel: UUID) -> HttpResponse:
    """Change a channel; one that leads elsewhere has to be proved again."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _channel_page(request, access.channel_of(opened, channel))


@require_http_methods(["GET", "POST"])
@login_required
def prove(request: UserRequest, workspace: UUID, channel: UUID) -> HttpResponse:
    """Take the code that was sent to a channel."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.channel_of(opened, channel)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.prove(found, form.cleaned_data["code"])
        except actions.Refused as refused:
            form.add_error("code", str(refused))
        else:
            messages.success(request, f"{found} is proved. Notices go there from now on.")
            return redirect(home_of(found))
    status = 422 if form.errors else 200
    context = {"channel": found, "form": form, "back": home_of(found)}
    return render(request, "alerts/prove.html", context, status=status)


@require_POST
@login_required
def send_code(request: UserRequest, workspace: UUID, channel: UUID) -> HttpResponse:
    """Have a code sent to a channel."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.channel_of(opened, channel)
    if not found.needs_code:
        return _sent_test(request, found)
    try:
        actions.send_code(found)
    except actions.Refused as refused:
        messages.error(request, str(refused))
        return redirect(home_of(found))
    messages.success(request, f"A code is on its way to {found.address}. Type it here.")
    return redirect("alerts:prove", opened.code, found.code)


@require_POST
@login_required
def send_test(request: UserRequest, workspace: UUID, channel: UUID) -> HttpResponse:
    """Have a test notice sent to a channel."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _sent_test(request, access.channel_of(opened, channel))


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, channel: UUID) -> HttpResponse:
    """Ask whether to delete a channel, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.channel_of(opened, channel)
    return deletion(request, found, back=home_of(found))


@require_http_methods(["GET", "POST"])
@login_required
def create_account(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a Slack app or a Twilio account known (``?kind=``); a member with full rights may."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    kind = request.GET.get("kind", "")
    if kind not in AccountKind.values:
        return redirect("alerts:channels", opened.code)
    return _account_page(request, Account(workspace=opened, kind=kind))


@require_http_methods(["GET", "POST"])
@login_required
def edit_account(request: UserRequest, workspace: UUID, account: UUID) -> HttpResponse:
    """Change an account."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    return _account_page(request, access.account_of(opened, account))


@require_http_methods(["GET", "POST"])
@login_required
def delete_account(request: UserRequest, workspace: UUID, account: UUID) -> HttpResponse:
    """Ask whether to delete an account with its channels, and delete it."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    found = access.account_of(opened, account)
    return deletion(request, found, back=reverse("alerts:channels", args=[opened.code]))


def home_of(channel: Channel) -> str:
    """Return the page that a channel is listed on."""
    code = channel.workspace.code
    if channel.person:
        return reverse("alerts:person", args=[code, channel.person.code])
    return reverse("alerts:channels", args=[code])


def _person(workspace: Workspace, text: str) -> Person | None:
    if not text:
        return None
    try:
        return access.person_of(workspace, UUID(text))
    except ValueError as error:
        raise Http404("no such person") from error


def _sent_test(request: UserRequest, channel: Channel) -> HttpResponse:
    try:
        actions.send_test(channel)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, "A test notice is on its way. What came of it shows here in a moment."
        )
    return redirect("alerts:channel", channel.workspace.code, channel.code)


def _channel_page(request: UserRequest, channel: Channel) -> HttpResponse:
    form = ChannelForm(request.POST or None, instance=channel)
    if form.is_valid() and (saved := kept(form, lambda: _saved_channel(form))):
        proof = "" if saved.verified else " Prove it now, so that notices go there."
        messages.success(request, f"{saved.name} is saved.{proof}")
        return redirect("alerts:channel", saved.workspace.code, saved.code)
    context = {"form": form, "channel": channel, "back": home_of(channel)}
    if channel.pk:
        context["attempts"] = channel.attempts.order_by("-created")[:SHOWN_ATTEMPTS]
    status = 422 if form.errors else 200
    return render(request, "alerts/channel.html", context, status=status)


def _saved_channel(form: ChannelForm) -> Channel:
    filled, is_elsewhere = form.filled()
    return actions.save_channel(filled, is_elsewhere=is_elsewhere)


def _account_page(request: UserRequest, account: Account) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=account)
    if form.is_valid() and (saved := kept(form, lambda: actions.save_account(form.filled()))):
        messages.success(request, f"{saved.name} is saved.")
        return redirect("alerts:account", saved.workspace.code, saved.code)
    hook = settings.SITE_URL + reverse("slack_hook", args=[account.code])
    context = {"form": form, "account": account, "hook": hook}
    status = 422 if form.errors else 200
    return render(request, "alerts/account.html", context, status=status)
