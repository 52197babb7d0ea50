"""The operators' page of closed hosts, the kill switch of each.

Rule: for staff alone; everybody else finds nothing there.
"""

from http import HTTPStatus
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from web.accounts.access import UserRequest, hold_staff
from web.runs import closing
from web.targets.ownership import access

SURE = "sure"  # the field of who has seen how many runs it ends


class HostForm(forms.Form):
    """A host to close, and why."""

    host = forms.CharField(
        max_length=253,
        help_text="broker.example, *.example, 192.0.2.7 or 192.0.2.0/24.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    reason = forms.CharField(
        max_length=300, help_text="A sentence that the customers read whose runs it ends."
    )

    def clean_host(self) -> str:
        """Return the host as blocks name it."""
        try:
            return closing.pattern_of(self.cleaned_data["host"])
        except closing.NoHostToClose as error:
            raise forms.ValidationError(str(error)) from error


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show the closed hosts, and a form to close another."""
    hold_staff(request)
    return _page(request, HostForm())


@require_POST
@login_required
def close(request: UserRequest) -> HttpResponse:
    """Ask, with how many runs it ends; then close a host, and abort what goes there."""
    hold_staff(request)
    form = HostForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    clean = form.cleaned_data
    if SURE not in request.POST:
        context = {"clean": clean, "count": closing.would_end(clean["host"]), "sure": SURE}
        return render(request, "runs/close_host.html", context)
    block, ended = closing.close_host(clean["host"], reason=clean["reason"], by=request.user)
    messages.success(request, f"{block} is closed; {ended} run{'' if ended == 1 else 's'} aborted.")
    return redirect("operations_hosts")


@require_POST
@login_required
def open_again(request: UserRequest, block: UUID) -> HttpResponse:
    """Let customers send to a host again."""
    hold_staff(request)
    found = access.blocks().filter(code=block).first()
    if found is None:
        raise Http404("no such block")
    closing.open_host(found, by=request.user)
    messages.success(request, f"{found.host} is open again.")
    return redirect("operations_hosts")


def _page(request: UserRequest, form: HostForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"form": form, "blocks": access.blocks()}
    return render(request, "runs/hosts.html", context, status=status)
