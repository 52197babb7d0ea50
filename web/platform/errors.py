"""The pages for what went wrong, in words and with what to do next.

Django prescribes the arguments, some by name.
"""

import logging
import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from web.accounts import access
from web.platform.deadlines import TooLong
from web.platform.outages import is_outage
from web.platform.problems import problem

logger = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS")
LATER = 30  # s after which a program is to ask again
NO_DATABASE = "The database does not answer, or has no room. Runs go on. Try again in a minute."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 400: the request itself is broken."""
    if _is_program(request):
        return problem(400, detail="The request itself is broken.")
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, with the role that is needed and who can give it."""
    context: dict[str, object] = {}
    if isinstance(exception, access.RoleTooLow):
        logger.warning("role is too low", extra={"needed": exception.needed})
        owners = access.owners_of(exception.workspace)
        context = {"needed": exception.needed, "has": exception.role, "owners": owners}
    if isinstance(exception, access.FactorsNeeded):
        context = {"needs_two_factors": True}
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404: it is not there, or not for this user."""
    return render(request, "404.html", status=404)


def wrong_method(request: HttpRequest, allow: str) -> HttpResponse:
    """Answer 405 to somebody who visits what only takes forms; ``allow`` names the methods."""
    response = render(request, "405.html", status=405)
    response.headers["Allow"] = allow
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403: the form is too old, or cookies are off."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without the context, which may be what failed; 503 where it took too long, or
    where the database is away."""
    failure = sys.exc_info()[1]
    if isinstance(failure, TooLong):
        return too_long(request)
    if is_outage(failure):
        return no_database(request)
    if _is_program(request):
        return problem(500, detail="This is our fault. Try again; what failed is in our log.")
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def too_long(request: HttpRequest) -> HttpResponse:
    """Answer 503: the request was ended at its limit; the page asks nobody for anything."""
    logger.warning("took too long", extra={"limit": settings.REQUEST_LIMIT})
    is_read = request.method in SAFE
    page = ("503.html", {"limit": settings.REQUEST_LIMIT, "is_read": is_read})
    title, code = "Took too long", "took_too_long"
    return _later(request, title, _words(is_read=is_read), code=code, page=page)


def no_database(request: HttpRequest) -> HttpResponse:
    """Answer 503: the database does not answer, or takes nothing; the page does not ask it."""
    logger.warning("the database is away")
    page = ("503_database.html", {"is_read": request.method in SAFE})
    return _later(request, "No database", NO_DATABASE, code="no_database", page=page)


def _later(
    request: HttpRequest, title: str, words: str, *, code: str, page: tuple[str, dict[str, Any]]
) -> HttpResponse:
    """Answer 503 in the way that whoever asks can read, and when to ask again."""
    response: HttpResponse
    if _is_program(request):
        response = problem(503, title=title, detail=words)
    elif request.path.endswith(".json"):
        response = JsonResponse({"error": code, "message": words}, status=503)
    else:
        name, context = page
        response = HttpResponse(loader.get_template(name).render(context), status=503)
    response.headers["Retry-After"] = str(LATER)
    return response


def _words(*, is_read: bool) -> str:
    told = f"This took longer than {settings.REQUEST_LIMIT} s and was ended."
    if is_read:
        return f"{told} Ask for less, such as a shorter time, or try again in a minute."
    return f"{told} Look whether it was done before you send it again."


def _is_program(request: HttpRequest) -> bool:
    """Whether a program asks, which reads problem details and no page."""
    return request.path.startswith("/api/v")
