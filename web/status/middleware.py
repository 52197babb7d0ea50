"""Keeps the status page apart from sessions, which lie in the database that may be gone."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from web.platform.middleware import Respond

PATHS = ("/status", "/status.json", "/status.atom")
BELOW = "/status/"


def without_session(get_response: Respond) -> Respond:
    """Return a middleware by which nobody is signed in on public pages of the status."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path in PATHS or request.path.startswith(BELOW):
            theme = request.COOKIES.get(settings.THEME_COOKIE_NAME)
            request.COOKIES = {settings.THEME_COOKIE_NAME: theme} if theme else {}
        return get_response(request)

    return respond
