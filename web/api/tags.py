"""Tags of what can be edited, so that nobody overwrites what somebody else changed meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags

from web.api.problems import Changed
from web.definitions.models import Definition
from web.lots.models import Lot
from web.targets.models import Target

Row = TypeVar("Row", bound=Model)
NEWER = "Somebody has changed it since you fetched it. Fetch it again, then change that."


def tag_of_definition(row: Definition) -> str:
    """Return the tag of a definition: the number of its version in force."""
    return f'"{row.number}"'


def tag_of_target(row: Target) -> str:
    """Return the tag of a target: when it was edited."""
    return f'"{row.edited:%Y%m%dT%H%M%S.%f}"'


def tag_of_lot(row: Lot) -> str:
    """Return the tag of a lot: when it was changed."""
    return f'"{row.changed:%Y%m%dT%H%M%S.%f}"'


def check(request: HttpRequest, tag: str) -> None:
    """Hold ``If-Match`` against a tag, if the request says it.

    Raises:
        Changed: It is not one of those that the request knows.
    """
    known = parse_etags(request.headers.get("If-Match", ""))
    if known and known != ["*"] and tag not in known:
        raise Changed(NEWER)


@contextmanager
def unchanged(request: HttpRequest, row: Row, tag_of: Callable[[Row], str]) -> Iterator[None]:
    """Lock a row for a change, once it is held against ``If-Match``.

    Raises:
        Changed: Somebody else was faster.
        Http404: It was deleted meanwhile.
    """
    with transaction.atomic():
        rows = type(row)._default_manager.select_for_update()
        present = rows.filter(pk=row.pk).first()
        if present is None:
            raise Http404("not there any more")
        check(request, tag_of(present))
        yield


def tagged(response: HttpResponse, tag: str) -> None:
    """Say in an answer which state it tells of."""
    response.headers["ETag"] = tag
