"""What holds for every answer: a request id, a deadline, the platform's probes, the policies."""

import logging
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from time import monotonic, time
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from web.platform import errors, logfmt
from web.platform.deadlines import TooLong, is_over
from web.platform.watchdog import watchdog

Respond = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("web.request")
# Heroku's router takes ids of 20 to 200 such characters from a client and passes them on.
UNIX_MS = re.compile(r"[0-9]{1,15}")
REQUEST_ID = re.compile(r"[A-Za-z0-9+/=_-]{8,200}")
# Parts of an address by which it lets in whoever knows it: links in mails, hooks of services.
SECRET_PARTS = ("token", "secret")
HIDDEN = "…"


def request_id(get_response: Respond) -> Respond:
    """Return a middleware that gives each request an id, logs it, and sends it back."""

    def respond(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        known = given if REQUEST_ID.fullmatch(given) else str(uuid4())
        token = logfmt.request_id.set(known)
        started = monotonic()
        try:
            response = get_response(request)
            log_answer(request, response, seconds=monotonic() - started)
        finally:
            logfmt.request_id.reset(token)
        response.headers["X-Request-ID"] = known
        return response

    return respond


def log_answer(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    """Write one line: the path without its query and its tokens, for those are secrets."""
    facts = {
        "method": request.method,
        "path": shown_path(request),
        "status": response.status_code,
        "ms": round(seconds * 1000),
    }
    came = request.headers.get("X-Request-Start", "")  # Unix time in ms, from the router
    if UNIX_MS.fullmatch(came):
        facts["queue_ms"] = max(0, round((time() - seconds) * 1000) - int(came))
    logger.info("answered", extra=facts)


def shown_path(request: HttpRequest) -> str:
    """Return a request's path without what lets in whoever knows it."""
    path, match = request.path, request.resolver_match
    for name in SECRET_PARTS:
        if match and (secret := match.kwargs.get(name)):
            path = path.replace(str(secret), HIDDEN)
    return path


class Deadlines:
    """The middleware that gives each request its time, and answers 503 when that is used up."""

    def __init__(self, get_response: Respond) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with watchdog.limited(settings.REQUEST_LIMIT):
                return self._get_response(request)
        except TooLong:
            return guarded(request, errors.too_long(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 where a view was ended; what is broken for another reason is not."""
        is_late = isinstance(error, TimeoutError) and is_over()
        return errors.too_long(request) if isinstance(error, TooLong) or is_late else None


def health_probes(get_response: Respond) -> Respond:
    """Return a middleware that answers the probes before the host check and the redirect to TLS.

    A platform probes by address and without TLS; such a request would never reach a view.
    """
    from web.platform import health  # noqa: PLC0415 (reads settings when first used)

    def respond(request: HttpRequest) -> HttpResponse:
        probe = health.PROBES.get(request.path)
        return guarded(request, probe(request)) if probe else get_response(request)

    return respond


def wrong_methods(get_response: Respond) -> Respond:
    """Return a middleware that gives a page to who visits an address of forms: Django's has none.

    Signing in leads there, when the session had ended before a form was sent.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_visit = request.method == "GET" and not response.streaming
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and is_visit:
            return response if response.content else errors.wrong_method(request, response["Allow"])
        return response

    return respond


def security_headers(get_response: Respond) -> Respond:
    """Return a middleware that sends the policies of the settings, with static files too.

    What a signed-in user gets is not kept by any cache, unless the view says how long it may be.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = guarded(request, get_response(request))
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return respond


def guarded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return an answer with all policies that it does not set itself.

    Django's own middleware sets some of them; an answer that never came there has them from here.
    """
    for name, policy in policies(is_secure=request.is_secure()).items():
        response.headers.setdefault(name, policy)
    return response


@cache
def policies(*, is_secure: bool) -> dict[str, str]:
    """Return what every answer tells browsers, by its header; ``is_secure``: it goes over TLS."""
    found = {
        "Content-Security-Policy": content_policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        **settings.POLICIES,
    }
    if is_secure and settings.SECURE_HSTS_SECONDS:
        age = f"max-age={settings.SECURE_HSTS_SECONDS}"
        found["Strict-Transport-Security"] = f"{age}; includeSubDomains; preload"
    return found


def content_policy() -> str:
    """Return ``settings.CONTENT_SECURITY_POLICY`` as its header has it."""
    return "; ".join(
        f"{directive} {' '.join(source for source in sources if source)}"
        for directive, sources in settings.CONTENT_SECURITY_POLICY.items()
    )
