"""Errors for programs, as problem details have them (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    *,
    detail: str = "",
    type: str = "about:blank",
    title: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """Return an answer that says what is wrong.

    Args:
        status: The HTTP status.
        detail: A sentence about this one case.
        type: An address that says what kind of problem it is.
        title: The same in words; empty: the status's own.
        errors: Each mistake with its place, as the page of the API says.
        headers: Further ones, such as ``Retry-After``.

    Source: RFC 9457, section 3.
    """
    said: dict[str, Any] = {
        "type": type,
        "title": title or HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        said["detail"] = detail
    if errors:
        said["errors"] = [dict(error) for error in errors]
    return JsonResponse(said, status=status, content_type=MEDIA_TYPE, headers=headers)
