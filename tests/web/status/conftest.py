"""What the tests of the status page share: no look of one test is another's."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from web.status import banners, looking, sampling

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_looks(settings, monkeypatch):
    """Nothing is asked outside, and nothing is remembered."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.GIVEN_URL = ""
    settings.HEROKU_DOMAIN = ""
    settings.DEADMAN_URL = ""
    settings.PLATFORM_STATUS_URL = ""
    monkeypatch.setattr(looking, "memory", looking.Memory())
    monkeypatch.setattr(banners, "memory", banners.Memory())
    sampling.missed.clear()


@pytest.fixture
def staff(make_user):
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user
