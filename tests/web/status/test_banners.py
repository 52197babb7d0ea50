"""Banners above the console's pages: the platform's critical incidents, and our own."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from tests.web.status.conftest import NOW
from web.alerts import platform_status
from web.alerts.models import Look
from web.status import banners

TITLE = "Apps do not answer"


@pytest.fixture
def platform(settings, receiver, db):
    """Return a function that has the platform's status page say something, and asks it."""
    settings.PLATFORM_STATUS_URL = f"{receiver.url}/api/v4/current-status"

    def says(colour="red", *, state="issue", now=None, **incident):
        told = {"id": 2964, "title": TITLE, "state": state, "full_url": "https://s.example/2964"}
        receiver.answer(
            body={
                "status": [{"system": "Apps", "status": colour}],
                "incidents": [told | incident] if incident.pop("is_told", True) else [],
                "scheduled": [],
            }
        )
        assert platform_status.ask(now)
        banners.forget()

    return says


@pytest.fixture
def page(client_of, owner, workspace):
    """Return a function that reads a page of the console."""
    client = client_of(owner)

    def read() -> str:
        return client.get(workspace.get_absolute_url()).content.decode()

    read.client = client
    return read


def test_a_critical_incident_of_the_platform_is_above_the_consoles_pages(platform, page):
    platform("red")

    assert TITLE in page()
    assert "https://s.example/2964" in page()


@pytest.mark.parametrize("colour", ["yellow", "blue", "green"])
def test_other_incidents_of_the_platform_are_not(platform, page, colour):
    platform(colour)

    assert TITLE not in page()


def test_it_goes_when_it_is_over_and_when_nobody_knows_any_more(platform, page):
    platform("red")
    assert TITLE in page()

    platform("green", state="resolved")
    assert TITLE not in page()

    platform("red", now=timezone.now() - platform_status.FRESH - timedelta(seconds=5))
    assert TITLE not in page()


def test_what_is_remembered_goes_by_itself_when_it_is_too_old(platform, rf):
    platform("red", now=NOW)
    [kept] = banners.asked(NOW)

    assert kept.until == NOW + platform_status.FRESH
    banners.memory.found, banners.memory.is_asking = [kept], True
    assert banners.banners(rf.get("/")) == []


def test_a_system_that_is_down_without_an_incident_is_told_of_too(platform, page):
    platform("red", is_told=False)

    assert "Apps: down" in page()


def test_addresses_that_are_none_are_not_linked(platform, page, settings):
    platform("red", full_url="javascript:alert(1)", id="x y/../z")

    [banner] = banners.asked(timezone.now())
    assert banner.url == settings.PLATFORM_STATUS_URL.removesuffix("api/v4/current-status")
    assert banner.key == "platform-xyz"


def test_what_an_older_release_kept_is_understood(settings, db):
    settings.PLATFORM_STATUS_URL = "https://status.example/api"
    memory = {"systems": [["Apps", True, "Apps is down."], ["Data", False, ""]]}
    Look.objects.create(subject=platform_status.SUBJECT, at=NOW, memory=memory)

    [found] = platform_status.critical(NOW)

    assert (found.title, found.url) == ("Apps: down", "https://status.example/")


def test_nobody_is_told_who_is_signed_out(platform):
    platform("red")

    assert TITLE not in Client().get("/").content.decode()


def test_our_own_incidents_are_told_while_they_go_on(announce, page):
    made = announce("Mails are late")
    banners.forget()
    assert "Mails are late" in page()
    assert f"/status/incidents/{made.code}" in page()

    made.stage = "resolved"
    made.save()
    banners.forget()
    assert "Mails are late" not in page()


def test_a_draft_and_a_maintenance_of_next_week_are_not(announce, page):
    soon, later = (timezone.now() + timedelta(hours=hours) for hours in (20, 200))
    announce("Draft", is_public=False)
    announce("Soon", kind="maintenance", stage="scheduled", begins=soon, ends=soon)
    announce("Later", kind="maintenance", stage="scheduled", begins=later, ends=later)
    banners.forget()

    found = page()

    assert "Soon" in found
    assert "Scheduled for" in found
    assert "Later" not in found
    assert "Draft" not in found


def test_each_is_hidden_by_itself_in_this_browser(announce, page, client_of, teammate, workspace):
    first = announce("Mails are late")
    announce("Reports are late")
    banners.forget()

    answer = page.client.post(
        "/banners/dismiss/",
        {"banner": f"own-{first.code.hex}", "next": workspace.get_absolute_url()},
    )

    assert answer.url == workspace.get_absolute_url()
    assert "Mails are late" not in page()
    assert "Reports are late" in page()
    other = client_of(teammate).get(workspace.get_absolute_url()).content.decode()
    assert "Mails are late" in other


def test_the_cookie_holds_so_many_and_nothing_else(rf, settings):
    request = rf.get("/")
    for number in range(25):
        request.COOKIES[settings.DISMISSED_COOKIE_NAME] = banners.dismissed_with(
            request, f"own-{number}"
        )

    assert banners.dismissed(request) == [f"own-{number}" for number in range(5, 25)]
    assert "bad" not in banners.dismissed_with(request, "bad; Path=/")


def test_nobody_is_led_elsewhere(client):
    answer = client.post("/banners/dismiss/", {"banner": "x", "next": "https://evil.example/"})

    assert answer.url == "/"


def test_pages_share_one_look(announce, page, django_assert_num_queries, rf):
    announce("Mails are late")
    banners.forget()
    banners.known()

    with django_assert_num_queries(0):
        assert [each.title for each in banners.banners(rf.get("/"))] == ["Mails are late"]


def test_a_page_stands_when_banners_cannot_be_read(page, monkeypatch):
    def gone(_now):
        raise DatabaseError("gone")

    monkeypatch.setattr(banners, "asked", gone)

    assert "Cold chain" in page()
