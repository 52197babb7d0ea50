"""The operators' pages of mail: the outbox, what holds it back, and addresses that take none.

Rule: for staff alone; everybody else finds nothing there. What a mail says is shown to nobody.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from web.accounts.access import UserRequest, hold_staff, open_workspace
from web.accounts.models import Role
from web.audit.actions import note
from web.mail import access, actions, events, quota
from web.mail.models import GateName, State, Topic

PAGE = 50


@require_GET
@login_required
@never_cache
def index(request: UserRequest) -> HttpResponse:
    """Show how the month stands, and every mail of the service."""
    hold_staff(request)
    filters = access.Filters.read(request.GET)
    page = Paginator(access.mails(filters), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "allowance": access.allowance(timezone.now()), **choices(filters)}
    return render(request, "mail/outbox.html", context)


def choices(filters: access.Filters) -> dict[str, object]:
    """Return what a list of mails can be narrowed to."""
    return {
        "filters": filters,
        "states": State.choices,
        "topics": Topic.choices,
        "deliveries": access.DELIVERIES,
    }


@require_GET
@login_required
@never_cache
def detail(request: UserRequest, mail: UUID) -> HttpResponse:
    """Show one mail: each try with its answer, and what the mail service told of it."""
    hold_staff(request)
    return render(request, "mail/detail.html", {"mail": access.mail_of(mail)})


@require_POST
@login_required
def try_again(request: UserRequest, mail: UUID) -> HttpResponse:
    """Send a mail anew that failed."""
    hold_staff(request)
    found = access.mail_of(mail)
    if actions.try_again(found):
        note("operation.mail_tried_again", about=found)
        messages.success(request, "It is on its way again.")
    else:
        messages.info(request, "It has not failed, or its text is not kept any more.")
    return redirect("operations_mail", found.code)


@require_POST
@login_required
def release(request: UserRequest) -> HttpResponse:
    """Open the gates by hand: the plan was raised, or the mail service takes mails again."""
    hold_staff(request)
    for name in GateName:
        quota.open_gate(name)
    count = actions.release()
    note("operation.mails_released", words=f"{count} mails.")
    messages.success(
        request, f"The way is open; {count} mails go on at once, as far as the quota has room."
    )
    return redirect("operations_mails")


@require_GET
@login_required
@never_cache
def addresses(request: UserRequest) -> HttpResponse:
    """List the addresses that take no mail."""
    hold_staff(request)
    text, lifted = request.GET.get("to", "").strip(), bool(request.GET.get("lifted"))
    rows = access.suppressions(text=text, lifted=lifted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "text": text, "lifted": lifted}
    return render(request, "mail/addresses.html", context)


@require_POST
@login_required
def lift(request: UserRequest, suppression: UUID) -> HttpResponse:
    """Have mails go to an address again, here and at the mail service."""
    hold_staff(request)
    found = access.suppression_of(suppression)
    if events.lift(found, by=str(request.user), now=timezone.now()):
        events.ask_to_lift(found)
        note("operation.address_lifted", words=found.address)
        messages.success(request, f"Mails go to {found.address} again.")
    return redirect("operations_mail_addresses")


@require_GET
@login_required
@never_cache
def incoming(request: UserRequest) -> HttpResponse:
    """List the mails that came to us, and what became of them."""
    hold_staff(request)
    page = Paginator(access.incoming(), PAGE).get_page(request.GET.get("page"))
    return render(request, "mail/incoming.html", {"page": page})


@require_GET
@login_required
@never_cache
def of_workspace(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the mails that went out for a workspace, for its owners."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    filters = access.Filters.read(request.GET)
    rows = access.mails_of(opened, filters)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "mail/of_workspace.html", {"page": page, **choices(filters)})
