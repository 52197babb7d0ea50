"""A lot that can start, schedules of it, and a clock that a test sets."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.web.runs.conftest import *  # noqa: F403 (fixtures are found by their names)
from web.runs import endings
from web.runs.models import Outcome, Run, Shard, ShardState
from web.schedules import starting
from web.schedules.actions import save_schedule
from web.schedules.models import Schedule, Turn

NIGHT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday


@pytest.fixture
def make_schedule(lot, owner, workspace) -> Callable[..., Schedule]:
    """Return a function that stores a schedule, by default of each hour, made at 05:00 UTC."""

    def make(*, now: datetime = NIGHT, **values: Any) -> Schedule:
        said = {"name": "Hourly", "cron": "0 * * * *", "lot": lot, "workspace": workspace} | values
        if said.get("moment"):
            said["cron"] = ""
        return save_schedule(Schedule(**said), by=owner, now=now)

    return make


@pytest.fixture
def ready(object_store, asked, published) -> None:
    """Whatever a start needs of the parts around it is there."""


def look(now: datetime) -> None:
    """Do what a clock does at a moment."""
    starting.take_due(now)
    starting.start_waiting(now)


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 23) -> datetime:
    """Return a moment of November 2026, UTC."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def history(schedule: Schedule) -> list[tuple[str, str, int]]:
    """Return (moment, state, count) of all turns, oldest first."""
    rows = Turn.objects.filter(schedule=schedule).order_by("moment", "id")
    return [(f"{row.moment:%H:%M}", row.state, row.count) for row in rows]


def finish(run: Run) -> None:
    """Let a run come to its end in order."""
    Shard.objects.filter(run=run).update(state=ShardState.DONE, outcome=Outcome.FINISHED)
    endings.end_run(run.id)
