"""The only door to the rows of mail: of the whole service for its operators, of a workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404

from web.accounts.models import Workspace
from web.mail import quota
from web.mail.models import (
    Delivery,
    Gate,
    GateName,
    Incoming,
    Mail,
    State,
    Suppression,
    Topic,
)

DELIVERIES = [choice for choice in Delivery.choices if choice[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which mails somebody wants to see; unknown words count as not said."""

    state: str = ""
    topic: str = ""
    delivery: str = ""
    to: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""

        def known(name: str, values: list[str]) -> str:
            said = str(query.get(name, ""))
            return said if said in values else ""

        return cls(
            state=known("state", State.values),
            topic=known("topic", Topic.values),
            delivery=known("delivery", [value for value, _ in DELIVERIES]),
            to=str(query.get("to", "")).strip()[:254],
        )

    def __bool__(self) -> bool:
        return bool(self.state or self.topic or self.delivery or self.to)


def mails(filters: Filters) -> QuerySet[Mail]:
    """Return the mails that the filters leave, newest first, without their bodies."""
    rows = Mail.objects.defer("text", "html").select_related("workspace").order_by("-id")
    said = {"state": filters.state, "topic": filters.topic, "delivery": filters.delivery}
    rows = rows.filter(**{name: value for name, value in said.items() if value})
    return rows.filter(to__icontains=filters.to) if filters.to else rows


def mails_of(workspace: Workspace, filters: Filters) -> QuerySet[Mail]:
    """Return the mails of a workspace that the filters leave, newest first."""
    return mails(filters).filter(workspace=workspace)


def mail_of(code: UUID) -> Mail:
    """Return one mail with all that is known of it. Raises Http404: there is none."""
    rows = Mail.objects.select_related("workspace").prefetch_related("tries", "events")
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404("no such mail")
    return found


def suppressions(*, text: str = "", lifted: bool = False) -> QuerySet[Suppression]:
    """Return the addresses that take no mail, newest first, or those that do again."""
    rows = Suppression.objects.filter(lifted__isnull=not lifted)
    return rows.filter(address__icontains=text) if text else rows


def suppression_of(code: UUID) -> Suppression:
    """Return one of them. Raises Http404: there is none."""
    found = Suppression.objects.filter(code=code).first()
    if found is None:
        raise Http404("no such address")
    return found


def incoming() -> QuerySet[Incoming]:
    """Return the mails that came to us, newest first."""
    return Incoming.objects.all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How the month stands."""

    used: int
    quota: int  # 0: not known
    percent: float | None
    held: int
    oldest_held: Mail | None
    resets: datetime
    gates: list[Gate]


def allowance(now: datetime) -> Allowance:
    """Return how the month stands, and what holds mails back."""
    used, held = quota.used(now), Mail.objects.filter(state=State.HELD)
    gates = [quota.gate(name, now) for name in GateName]
    return Allowance(
        used=used,
        quota=settings.MAIL_QUOTA,
        percent=quota.PERCENT * used / settings.MAIL_QUOTA if settings.MAIL_QUOTA else None,
        held=held.count(),
        oldest_held=held.order_by("id").first(),
        resets=quota.next_month(now),
        gates=[gate for gate in gates if gate],
    )
