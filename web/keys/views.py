"""The pages of API keys: editors see and make their own, owners see all of them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.accounts.proving import recently_proved
from web.keys import access, actions, forms

PAGE = 50


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the keys that the member sees."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    rows = access.keys_of(opened, user=request.user, role=request.role)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    states = {key.id: key.state(now) for key in page}
    return render(request, "keys/index.html", {"page": page, "states": states})


@require_http_methods(["GET", "POST"])
@login_required
@recently_proved
@never_cache
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a key, and show its text this once."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    form = forms.NewKey(request.POST or None, role=request.role)
    if request.method == "POST" and form.is_valid():
        try:
            key, text = actions.make_key(opened, by=request.user, **form.cleaned_data)
        except actions.TooMany as many:
            form.add_error(None, str(many))
        else:
            return render(request, "keys/made.html", {"key": key, "text": text})
    return render(request, "keys/new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
def revoke(request: UserRequest, workspace: UUID, key: UUID) -> HttpResponse:
    """Ask, then make a key good for nothing."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.key_of(opened, key, user=request.user, role=request.role)
    if request.method == "GET":
        return render(request, "keys/revoke.html", {"key": found})
    if actions.revoke(found, by=request.user):
        messages.success(request, f"{found.name} is revoked. Programs that use it are refused.")
    else:
        messages.info(request, f"{found.name} was revoked already.")
    return redirect("keys:index", opened.code)
