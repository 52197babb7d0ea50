"""The page for people who are sent what they did not ask for; outside of any workspace."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web.targets import senders
from web.targets.ownership import limits


@require_safe
def abuse(request: HttpRequest) -> HttpResponse:
    """Say who to write to, and how to know what we send."""
    address = settings.ABUSE_ADDRESS
    context = {
        "address": address,
        "is_url": address.startswith(("https://", "http://")),
        "is_mail": "@" in address and "/" not in address,
        "agent": senders.AGENT,
        "mocks": limits.MOCKS,
        "rate": limits.RATE,
    }
    return render(request, "abuse.html", context)
