"""Long lists in pages: a page says where the next one begins, in a text that is nobody's business.

Rule: a place is a row's own values, so rows that come and go move no page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import Field

from web.api.problems import Invalid

MOST = 200  # rows of a page
USUAL = 50
LONGEST = 1_000  # characters of a cursor
GREATEST = 2**63 - 1  # number of a row

Row = TypeVar("Row", bound=Model)
Told = TypeVar("Told")


class Wanted(Schema):
    """Which page is asked for."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="Rows of a page at most.")
    cursor: str = Field(
        "", max_length=LONGEST, description="`next` of the page before; empty: the first page."
    )


class Listed(Schema, Generic[Told]):
    """A page of a list."""

    items: list[Told]
    next: str | None = Field(None, description="`cursor` of the next page; null: there is none.")


def by_name(rows: QuerySet[Row], wanted: Wanted, tell: Callable[[Row], Told]) -> Listed[Told]:
    """Return a page of rows in order of their names."""
    ordered = rows.order_by("name", "id")
    if wanted.cursor:
        name, number = place_in(wanted.cursor, name_in)
        ordered = ordered.filter(Q(name__gt=name) | Q(name=name, id__gt=number))
    return page_of(ordered, wanted, tell, place=lambda row: row.name)


def newest_first(rows: QuerySet[Row], wanted: Wanted, tell: Callable[[Row], Told]) -> Listed[Told]:
    """Return a page of rows in order of their making, the newest first."""
    ordered = rows.order_by("-created", "-id")
    if wanted.cursor:
        at, number = place_in(wanted.cursor, moment_in)
        ordered = ordered.filter(Q(created__lt=at) | Q(created=at, id__lt=number))
    return page_of(ordered, wanted, tell, place=lambda row: row.created.isoformat())


def page_of(
    rows: QuerySet[Row],
    wanted: Wanted,
    tell: Callable[[Row], Told],
    *,
    place: Callable[[Any], str],
) -> Listed[Told]:
    """Return the first rows, and where the next begin."""
    found = list(rows[: wanted.limit + 1])
    shown = found[: wanted.limit]
    more = cursor_of(place(shown[-1]), shown[-1].pk) if len(found) > len(shown) else None
    return Listed(items=[tell(row) for row in shown], next=more)


def cursor_of(*place: Any) -> str:
    """Return a place as a text for an address."""
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_in(cursor: str, read: Callable[[str], Any]) -> tuple[Any, int]:
    """Return the place that ``cursor_of`` wrote.

    Raises:
        Invalid: It is none of ours.
    """
    try:
        value, number = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not (isinstance(number, int) and 0 <= number <= GREATEST):
            raise ValueError("a number that no row has")
        return read(value), number
    except (Error, ValueError, TypeError) as error:
        raise wrong_cursor() from error


def name_in(value: Any) -> str:
    """Return a name that a column can hold. Raises ValueError: PostgreSQL refuses it."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no name")
    value.encode()  # half a pair of surrogates, which JSON can say, is no text
    return value


def moment_in(value: Any) -> datetime:
    """Return a moment. Raises TypeError, ValueError: It is none, or has no offset."""
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time of no zone")
    return at


def wrong_cursor() -> Invalid:
    """Return what is said of a cursor that is none."""
    what = "Take the cursor from “next” of the page before."
    return Invalid(what, {"detail": what, "pointer": "/cursor", "in": "query"})
