"""Shows each user the times of the own time zone, and keeps up the sessions that go on."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from web.accounts.models import User
from web.accounts.visits import keep


def time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that activates the time zone of the signed-in user."""

    def respond(request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return get_response(request)

    return respond


def visits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that keeps up which sessions of a user go on."""

    def respond(request: HttpRequest) -> HttpResponse:
        keep(request)
        return get_response(request)

    return respond


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the user's zone; UTC for a stranger, and for a zone that this system lacks."""
    name = request.user.time_zone if isinstance(request.user, User) else "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
