"""The platform's own incidents, asked of a small server that answers as the real one."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.platform.conftest import no_redis, real_redis  # noqa: F401
from web.alerts import platform_status, service
from web.alerts.kinds import OF_SERVICE
from web.alerts.models import Incident

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_page(settings, db):
    """No status page is asked but where a test says so."""
    settings.PLATFORM_STATUS_URL = ""


def status(apps="green", state="issue"):
    """Return a current status as the platform answers it."""
    incident = {
        "id": 2964,
        "title": "Heroku Feature Degradation",
        "state": state,
        "created_at": "2026-11-23T02:51:00.000Z",
        "updated_at": "2026-11-23T02:55:00.000Z",
        "resolved": False,
        "resolved_at": None,
        "duration": 165146,
        "full_url": "https://status.heroku.example/incidents/2964",
        "updates": [
            {"id": 1, "incident_id": 2964, "update_type": "issue", "contents": "We see errors."}
        ],
    }
    systems = {"Apps": apps, "Data": "green", "Tools": "yellow"}
    return {
        "status": [{"system": name, "status": colour} for name, colour in systems.items()],
        "incidents": [] if apps == "green" else [incident],
        "scheduled": [],
    }


@pytest.fixture
def page(receiver, settings, monkeypatch):
    monkeypatch.setattr(platform_status, "TIMEOUT", 60)
    settings.PLATFORM_STATUS_URL = f"{receiver.url}/api/v4/current-status"
    receiver.answer(body=status())
    return receiver


PLATFORM = [kind for kind in OF_SERVICE if kind.word == "platform"]


def asked_at(now):
    answered = platform_status.ask(now)
    service.look(now, kinds=PLATFORM)
    return answered


def test_a_system_that_is_down_opens_an_incident_and_one_that_is_slow_does_not(page):
    assert asked_at(NOW)
    assert not Incident.objects.exists()

    page.answer(body=status(apps="red"))
    asked_at(NOW + timedelta(minutes=1))

    [incident] = Incident.objects.all()
    assert incident.words == "The platform says that Apps is down. Heroku Feature Degradation"
    assert page.requests[0].path == "/api/v4/current-status"

    page.answer(body=status(state="resolved"))
    asked_at(NOW + timedelta(minutes=2))
    asked_at(NOW + timedelta(minutes=3))
    incident.refresh_from_db()
    assert incident.state == "resolved"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (500, b""),
        (302, b""),
        (200, b"<html>"),
        (200, {"status": "up"}),
        (200, {"status": [{"system": "Apps"}], "incidents": []}),
    ],
)
def test_an_answer_that_is_none_leaves_what_is_known_and_then_nothing_is(page, code, body):
    page.answer(body=status(apps="red"))
    asked_at(NOW)
    assert Incident.objects.get().state == "open"

    page.answer(code, body)
    for minute in range(1, 30):
        assert not asked_at(NOW + timedelta(minutes=minute))

    assert Incident.objects.get().state == "open"
    assert {each.value for each in service.measured("platform", NOW + timedelta(hours=1))} == {None}


def test_a_status_page_that_is_not_there_is_no_error(settings):
    settings.PLATFORM_STATUS_URL = "http://127.0.0.1:1/x"

    assert not asked_at(NOW)


def test_nobody_asks_a_status_page_that_is_not_named():
    assert not asked_at(NOW)
    assert service.measured("platform", NOW) == []
