"""The operators' pages: for staff alone, with everybody's contacts and a test of them."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.web.platform.conftest import no_redis, real_redis  # noqa: F401
from web.alerts.models import Attempt, Incident

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OPERATORS = [
    ("Anna", [("phone", "+819011111111"), ("mail", "anna@example.org")]),
    ("Ben", [("slack", "U0BEN"), ("webhook", "https://hooks.example/x")]),
]


@pytest.fixture(autouse=True)
def _own_parts(settings, db):
    """Neither Redis nor a status page is asked but where a test says so."""
    settings.OPERATORS = OPERATORS
    settings.PLATFORM_STATUS_URL = ""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def staff(make_user):
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user


@pytest.fixture
def own(clock):
    return Incident.objects.create(
        subject="service:redis", subject_name="redis", key="k", kind="part", words="It is gone."
    )


def operator_pages(own):
    names = ("", "_acknowledge", "_resolve", "_comment", "_incident")
    return [reverse(f"operations{name}", args=[own.code] if name else []) for name in names] + [
        reverse("operations_test")
    ]


def test_the_operators_pages_are_there_for_staff_alone(client_of, owner, own):
    for path in operator_pages(own):
        assert Client().get(path).status_code in (302, 405)
        answers = {client_of(owner).get(path).status_code, client_of(owner).post(path).status_code}
        assert answers <= {404, 405}
        assert 404 in answers


def test_an_operator_sees_levels_incidents_and_who_is_rung(client_of, staff, own):
    page = client_of(staff).get(reverse("operations")).content.decode()

    assert "It is gone." in page
    assert "Dead towers" in page
    assert "+819011111111" in page


def test_an_operator_acknowledges_comments_and_closes(client_of, staff, own):
    client = client_of(staff)

    client.post(reverse("operations_acknowledge", args=[own.code]))
    client.post(reverse("operations_comment", args=[own.code]), {"words": "On it."})
    client.post(reverse("operations_resolve", args=[own.code]))

    page = client.get(own.get_absolute_url()).content.decode()
    own.refresh_from_db()
    assert (own.state, own.acknowledged_by) == ("resolved", "Sam on the page")
    assert "On it." in page


def test_incidents_of_a_workspace_are_none_of_the_operators(client_of, staff, incident):
    path = reverse("operations_incident", args=[incident.code])

    assert client_of(staff).get(path).status_code == 404


def test_a_test_notice_goes_to_every_contact_and_not_too_often(client_of, staff):
    client = client_of(staff)
    for _ in range(4):
        page = client.post(reverse("operations_test"), follow=True).content.decode()

    assert Attempt.objects.filter(purpose="test").count() == 12
    assert "At most 3 tests" in page


def test_staff_is_made_and_unmade_by_a_command(staff):
    call_command("staff", staff.email, "--remove")
    staff.refresh_from_db()
    assert not staff.is_staff

    with pytest.raises(CommandError, match="nobody signs in with"):
        call_command("staff", "x@y.zz")
