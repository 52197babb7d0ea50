"""Builders of figures with defaults: a run of 20 mocks that goes well."""

from datetime import UTC, datetime, timedelta
from typing import Any

from web.alerts.rules import Counts, RunFigures, Terms

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def ago(number: float) -> datetime:
    return NOW - seconds(number)


def counts(at: datetime, sends: int, failed: int = 0, **changes: int) -> Counts:
    return Counts(at, sends, failed, **({"dropped": 0, "limited": 0} | changes))


def figures(**changes: Any) -> RunFigures:
    """Return a run that began an hour ago, whose mocks are all connected and sent just now."""
    values: dict[str, Any] = {
        "at": NOW,
        "is_live": True,
        "state": "running",
        "started": ago(3_600),
        "all_on": ago(3_600),
        "heard": ago(1),
        "connected": 20,
        "last_sent": ago(2),
        "lateness": 0.01,
        "counts": (counts(ago(60), 1_000), counts(NOW, 2_000)),
    }
    return RunFigures(**(values | changes))


def terms(kind: str, **changes: Any) -> Terms:
    """Return a rule with limits that are easy to reckon with."""
    values: dict[str, Any] = {
        "limit": {"failures": 5.0, "dropped": 0.0}.get(kind, 60.0),
        "window": seconds(60),
        "least": 100,
    }
    return Terms(kind=kind, **(values | changes))
