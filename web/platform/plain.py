"""Programs that come without TLS: they are refused, and not led to TLS as people are.

Rule: a program that is redirected goes on showing its key in the clear, and nobody notices.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from web.platform.middleware import guarded
from web.platform.problems import problem

PROGRAMS = ("/api/v1/", "/hooks/", "/hirefire")  # what no browser is led to
DETAIL = (
    "Ask by https://. What the request showed, such as a key, went over the network in the clear: "
    "make another one."
)

Answering = Callable[[HttpRequest], HttpResponseBase]


def programs_by_tls(get_response: Answering) -> Answering:
    """Refuse programs where everybody has to come by TLS and they do not."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        is_plain = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if is_plain and request.path.startswith(PROGRAMS):
            return guarded(request, refused())
        return get_response(request)

    return answer


def refused() -> HttpResponse:
    """Return what a program is told that came without TLS."""
    return problem(HTTPStatus.FORBIDDEN, detail=DETAIL)
