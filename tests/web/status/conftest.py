"""What the tests of the status page share: no look of one test is another's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.web.alerts.servers import LIMIT, Service
from tests.web.platform.conftest import real_redis  # noqa: F401
from web.alerts import platform_status
from web.platform import redis
from web.status import actions, banners, deadman, looking, measuring, sampling, views
from web.status.models import Announcement

NOW = datetime(2026, 11, 23, 3, 0, 30, tzinfo=UTC)
FINE = {
    "part:database": 0.0,
    "part:redis": 0.0,
    "part:storage": 0.0,
    "queue:reports": 0.0,
    "queue:mail": 0.0,
    "queue:drains": 0.0,
    "queue:notices": 0.0,
    "dead_towers:towers": 0.0,
    "mail:mail": 0.0,
    "waiting:new": 0.0,
    "waiting:begun": 0.0,
}
"""Facts of a service that is well."""


@pytest.fixture(autouse=True)
def _no_banners():
    """Banners are asked for here."""


@pytest.fixture(autouse=True)
def _own_looks(settings, monkeypatch):
    """Nothing is asked outside, and nothing is remembered."""
    settings.REDIS_URL, settings.REDIS_RETRIES = "redis://127.0.0.1:1/0", 0
    redis.connection.cache_clear()
    settings.GIVEN_URL = settings.HEROKU_DOMAIN = ""
    settings.DEADMAN_URL = settings.PLATFORM_STATUS_URL = ""
    for looks in (looking, banners):  # which hold until they are forgotten, however long it takes
        monkeypatch.setattr(looks, "memory", looks.Memory())
        monkeypatch.setattr(looks, "monotonic", lambda: 0.0)
    monkeypatch.setattr(looking, "READ_WITHIN", LIMIT)
    monkeypatch.setattr(views, "drawn", {})
    sampling.missed.clear()
    yield
    redis.connection.cache_clear()


@pytest.fixture
def receiver(monkeypatch):
    """Return a server outside: a dead man's switch, a status page, or our own console."""
    monkeypatch.setattr(deadman, "TIMEOUT", LIMIT)  # on a busy machine it has its time
    monkeypatch.setattr(measuring, "PROBE_WITHIN", LIMIT)
    monkeypatch.setattr(platform_status, "TIMEOUT", LIMIT)
    with Service() as server:
        yield server


@pytest.fixture
def staff(make_user):
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user


@pytest.fixture
def announce(make_user) -> Callable[..., Announcement]:
    """Return a function that makes an announcement, published unless told otherwise."""
    author = make_user("Otto")

    def make(title="Mails are late", *, words="We look.", is_public=True, **fields):
        facts = {"kind": "incident", "impact": "minor", "components": ["mail"]}
        facts["begins"] = timezone.now() - timedelta(hours=1)
        stage = fields.pop("stage", "investigating")
        made = Announcement(title=title, **{**facts, **fields})
        actions.begin(made, stage=stage, words=words, by=author)
        if is_public:
            actions.publish(made, by=author, now=made.begins - timedelta(hours=1))
        return made

    return make
