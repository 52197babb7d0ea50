"""The only door to the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime

from web.accounts.models import User, Workspace
from web.audit.models import KINDS, Entry, Export

COLUMNS = {"at": "at", "who": "who", "what": "action"}
NEWEST = "-at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which entries; what is empty takes all."""

    who: str = ""  # part of the name or address of who did it
    kind: str = ""  # a word of KINDS
    text: str = ""  # part of what it is about, of its words, or of where it came from
    since: datetime | None = None
    until: datetime | None = None  # not included

    def to_json(self) -> dict[str, str]:
        """Return what a row can keep; nothing for what is empty."""
        texts = {"who": self.who, "kind": self.kind, "text": self.text}
        times = {"since": self.since, "until": self.until}
        return {word: value for word, value in texts.items() if value} | {
            word: at.isoformat() for word, at in times.items() if at
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Query":
        """Return what ``to_json`` kept."""
        times = {word: parse_datetime(said[word]) for word in ("since", "until") if word in said}
        texts = {word: str(said[word]) for word in ("who", "kind", "text") if word in said}
        return cls(**texts, **times)  # type: ignore[arg-type]


ALL = Query()


def entries_of(workspace: Workspace, query: Query = ALL, *, order: str = NEWEST) -> QuerySet[Entry]:
    """Return a workspace's entries that the query takes.

    Args:
        workspace: Whose.
        query: Which of them.
        order: A word of ``COLUMNS``, with ``-`` before it for the other way; else the newest first.
    """
    return sorted_by(filtered(Entry.objects.filter(workspace=workspace), query), order)


def entries_of_user(user: User) -> QuerySet[Entry]:
    """Return what a user's account itself went through, newest first."""
    return Entry.objects.filter(user=user, workspace=None)


def filtered(rows: QuerySet[Entry], query: Query) -> QuerySet[Entry]:
    """Return those of ``rows`` that the query takes."""
    if query.who:
        rows = rows.filter(Q(who__icontains=query.who) | Q(via__icontains=query.who))
    if query.kind in KINDS:
        rows = rows.filter(action__startswith=f"{query.kind}.")
    if query.text:
        within = (Q(**{f"{field}__icontains": query.text}) for field in ("words", "address"))
        rows = rows.filter(Q(about__icontains=query.text) | next(within) | next(within))
    if query.since:
        rows = rows.filter(at__gte=query.since)
    if query.until:
        rows = rows.filter(at__lt=query.until)
    return rows


def sorted_by(rows: QuerySet[Entry], order: str) -> QuerySet[Entry]:
    """Return ``rows`` in the order of a heading, the newest first among equals."""
    column = COLUMNS.get(order.removeprefix("-"))
    if column is None:
        return rows.order_by("-at", "-id")
    sign = "-" if order.startswith("-") else ""
    return rows.order_by(f"{sign}{column}", f"{sign or '-'}id")


def exports_of(workspace: Workspace) -> QuerySet[Export]:
    """Return the files made of a workspace's log, newest first."""
    return Export.objects.filter(workspace=workspace).select_related("workspace", "asked_by")


def export_of(workspace: Workspace, code: UUID) -> Export:
    """Return one file. Raises Http404: there is none with this code here."""
    found = exports_of(workspace).filter(code=code).first()
    if found is None:
        raise Http404("no such export")
    return found
