"""The only door to the status page's rows: what is published is everybody's, the rest staff's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from web.status.models import OVER, Announcement, Kind, Ping, Update

STANDINGS = [("draft", "Drafts"), ("open", "Not over"), ("over", "Over")]
AHEAD = timedelta(days=1)  # that customers are told before a maintenance
ORDERS = ("begins", "title", "stage", "published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which announcements somebody wants to see; unknown words count as not said."""

    standing: str = ""
    kind: str = ""
    order: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""
        standing, kind, order = (str(query.get(each, "")) for each in ("standing", "kind", "order"))
        return cls(
            standing=standing if standing in dict(STANDINGS) else "",
            kind=kind if kind in Kind.values else "",
            order=order if order.removeprefix("-") in ORDERS else "",
        )

    @property
    def is_any(self) -> bool:
        return bool(self.standing or self.kind)


def published() -> QuerySet[Announcement]:
    """Return what everybody may read, newest first."""
    rows = Announcement.objects.exclude(published=None).prefetch_related("updates")
    return rows.order_by("-begins", "-id")


def published_one(code: UUID) -> Announcement:
    """Return one that everybody may read. Raises Http404: there is none."""
    return _one(published(), code, "announcement")


def announcements(filters: Filters) -> QuerySet[Announcement]:
    """Return what the filters leave of all, for staff."""
    rows = Announcement.objects.select_related("created_by")
    if filters.standing == "draft":
        rows = rows.filter(published=None)
    elif filters.standing:
        rows = rows.exclude(published=None)
        is_over = filters.standing == "over"
        rows = rows.filter(stage__in=OVER) if is_over else rows.exclude(stage__in=OVER)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    return rows.order_by(filters.order, "-id") if filters.order else rows.order_by("-begins", "-id")


def announcement(code: UUID) -> Announcement:
    """Return one, also a draft, for staff. Raises Http404: there is none."""
    return _one(Announcement.objects.select_related("alert", "created_by"), code, "announcement")


def update_of(found: Announcement, code: UUID) -> Update:
    """Return an update of an announcement. Raises Http404: there is none."""
    update = found.updates.filter(code=code).first()
    if update is None:
        raise Http404("no such update")
    return update


def going(now: datetime) -> QuerySet[Announcement]:
    """Return what is published and not over, and has begun or does so within ``AHEAD``."""
    rows = Announcement.objects.exclude(published=None).exclude(stage__in=OVER)
    return rows.filter(begins__lte=now + AHEAD).order_by("-begins", "-id")


def ping_of(name: str) -> Ping | None:
    """Return how a dead man's switch was told last."""
    return Ping.objects.filter(name=name).first()


def _one(rows: QuerySet[Announcement], code: UUID, what: str) -> Announcement:
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404(f"no such {what}")
    return found
