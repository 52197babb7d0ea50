"""Runs that were used for something, and an operator."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from tests.web.runs.conftest import *  # noqa: F403 (fixtures are found by their names)
from web.accounts.models import User, Workspace
from web.usage.models import Use
from web.usage.months import month_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def staff(make_user) -> User:
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user


@pytest.fixture
def used(workspace) -> Callable[..., Use]:
    """Return a function that stores what a run of a month used."""

    def make(*, of: Workspace = workspace, at: datetime = NOON, **values: Any) -> Use:
        known = {
            "workspace": of,
            "workspace_code": of.code,
            "workspace_name": of.name,
            "run_code": uuid4(),
            "run_name": "Night shift",
            "started_at": at,
            "until": at + timedelta(hours=1),
            "month": month_of(at),
            "mocks": 20,
            "mock_seconds": 7_200,
            "messages": 1_000,
        }
        return Use.objects.create(**known | values)

    return make
