"""The pages for what went wrong, in words and with what to do next.

Django prescribes the arguments, some by name.
"""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.accounts import access
from web.platform.problems import problem

logger = logging.getLogger(__name__)


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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403: the form is too old, or cookies are off."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without the context, which may be what failed."""
    if _is_program(request):
        return problem(500, detail="This is our fault. Try again; what failed is in our log.")
    from django.template import loader  # noqa: PLC0415 (templates may be what failed)

    return HttpResponse(loader.get_template("500.html").render(), status=500)


def _is_program(request: HttpRequest) -> bool:
    """Whether a program asks, which reads problem details and no page."""
    return request.path.startswith("/api/v")
