"""The only door to the rows of scaling; for operators alone, and for add-ons by their token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from web.scaling.models import Choice, Process, Scaled
from web.scaling.rule import Action

CHANGES = "changes"
ACTIONS = [
    (CHANGES, "Changes alone"),
    *((each.value, each.value.capitalize()) for each in Action),
]
SPANS = [("1", "The last hour"), ("6", "Six hours"), ("24", "A day"), ("72", "Three days")]
MOST_POINTS = 20_000  # rows of a chart: three days of one process


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which decisions somebody wants to see; unknown words count as not said."""

    process: str = Process.WORKER.value
    action: str = ""
    hours: int = 6  # of the chart

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""
        process, action = str(query.get("process", "")), str(query.get("action", ""))
        hours = str(query.get("hours", ""))
        return cls(
            process=process if process in Process.values else Process.WORKER.value,
            action=action if action in dict(ACTIONS) else "",
            hours=int(hours) if hours in dict(SPANS) else 6,
        )


def choices(filters: Filters) -> QuerySet[Choice]:
    """Return the decisions that the filters leave, newest first."""
    rows = Choice.objects.filter(process=filters.process)
    if filters.action == CHANGES:
        return rows.exclude(action=Action.HOLD)
    return rows.filter(action=filters.action) if filters.action else rows


def points(filters: Filters, *, now: datetime) -> list[Choice]:
    """Return the decisions of the chart's span, oldest first."""
    since = now - timedelta(hours=filters.hours)
    rows = Choice.objects.filter(process=filters.process, at__gte=since).order_by("at", "id")
    return list(rows.only("at", "wanted", "leased", "quantity", "lateness")[:MOST_POINTS])


def scaled() -> list[Scaled]:
    """Return what is scaled."""
    return list(Scaled.objects.order_by("-process"))


def newest(process: str) -> Choice | None:
    """Return the last decision of a process."""
    return Choice.objects.filter(process=process).first()
