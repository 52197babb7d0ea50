"""Tells the audit log where the changes of a request come from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.audit.origin import Origin, current
from web.platform.addresses import client_address

MOST_AGENT = 300  # characters kept of what a client calls itself


def origin(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that keeps address and user agent while a request is answered."""

    def respond(request: HttpRequest) -> HttpResponse:
        agent = request.headers.get("User-Agent", "")[:MOST_AGENT]
        token = current.set(Origin(client_address(request), agent, request=request))
        try:
            return get_response(request)
        finally:
            current.reset(token)

    return respond
