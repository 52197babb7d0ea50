"""Which pages are limited, how, and what a request over its limit is answered.

Rule: every expensive page is a line of ``PAGES``, by the name of its address; what is limited by
more than who asks (signing in, API keys) asks ``limits.hold`` itself.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from web.platform.addresses import client_address, network_of
from web.platform.limits import Claim, Limit, OverLimit, hold

SIGN_UP = Limit("sign-up", 20, 3_600, "new accounts from your network")
RESET = Limit("reset", 20, 3_600, "requests for a new password from your network")
LINKS = Limit("links", 60, 600, "links opened from your network")
UPLOAD = Limit("upload", 60, 600, "uploads")
DOWNLOAD = Limit("download", 60, 600, "downloads")
PREVIEW = Limit("preview", 240, 60, "previews")  # an editor asks for one after each pause in typing
TRIAL = Limit("trial", 30, 600, "trials against a target")
SEARCH = Limit("search", 120, 60, "searches")
START = Limit("start", 60, 600, "runs started")
MAIL = Limit("mail", 30, 3_600, "invitations and tests sent")
API_KEY = Limit("api-key", 1_200, 60, "requests with this API key")
API_ADDRESS = Limit("api-address", 2_400, 60, "requests to the API from your network")
PROOF = Limit("proof", 10, 600, "tries to prove who you are")

PAGES: dict[str, Limit] = {
    "reset_password": LINKS,
    "invitation": LINKS,
    "accept_invitation": LINKS,
    "report_link": LINKS,
    "definitions:draft": PREVIEW,
    "definitions:preview": PREVIEW,
    "definitions:series": PREVIEW,
    "definitions:outlook": PREVIEW,
    "definitions:export": DOWNLOAD,
    "schedules:preview": PREVIEW,
    "datasets:download": DOWNLOAD,
    "logs:run": SEARCH,
    "logs:mock": SEARCH,
    "audit:index": SEARCH,
    "audit:download": DOWNLOAD,
    "reports:download": DOWNLOAD,
    "reports:part": DOWNLOAD,
}
"""Address -> what limits it, for each account; for each network where nobody is signed in."""
WRITES: dict[str, Limit] = {
    "sign_up": SIGN_UP,
    "ask_password": RESET,
    "definitions:try": TRIAL,
    "datasets:create": UPLOAD,
    "datasets:replace": UPLOAD,
    "lots:start": START,
    "runs:again": START,
    "reports:new": DOWNLOAD,
    "reports:order": DOWNLOAD,
    "audit:ask": DOWNLOAD,
    "drains:test": MAIL,
    "alerts:test": MAIL,
    "alerts:send_code": MAIL,
    "alerts:prove": PROOF,
    "invite_member": MAIL,
    "resend_invitation": MAIL,
}
"""The same, where only sending the form counts."""

View = Callable[..., HttpResponse]


class Limits:
    """The middleware; it stands behind the one that tells who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: View, _arguments: Any, _named: Any
    ) -> HttpResponse | None:
        """Answer 429 in the view's place where the request is over its limit."""
        match = request.resolver_match
        limit = limit_of(match.view_name if match else "", request.method or "")
        if limit is None:
            return None
        try:
            hold(Claim(limit, who(request)))
        except OverLimit as over:
            return too_many(request, over)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 429 where a view was told so."""
        return too_many(request, error) if isinstance(error, OverLimit) else None


def limit_of(name: str, method: str) -> Limit | None:
    """Return what limits an address, by its name and the method."""
    written = WRITES.get(name) if method not in {"GET", "HEAD", "OPTIONS"} else None
    return written or PAGES.get(name)


def who(request: HttpRequest) -> str:
    """Return whose request it is: the account's, or the network's."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return f"network:{network_of(client_address(request))}"


def too_many(request: HttpRequest, over: OverLimit) -> HttpResponse:
    """Answer 429 as the client reads it, and say when to come again."""
    response: HttpResponse
    if wants_json(request):
        body = {"error": "too_many_requests", "message": str(over), "retry_after": over.wait}
        response = JsonResponse(body, status=429)
    else:
        response = render(request, "429.html", {"over": over}, status=429)
    response.headers["Retry-After"] = str(over.wait)
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    accepts = request.headers.get("Accept", "")
    is_api = request.path.startswith("/api/") or request.path.endswith(".json")
    return is_api or ("application/json" in accepts and "text/html" not in accepts)
