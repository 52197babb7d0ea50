"""The public pages: for everybody, of one look, and with what is not known."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.status.conftest import FINE, NOW
from web.platform import health
from web.status import feeds, looking, pictures, sampling, showing
from web.status.judging import judge
from web.status.looking import Look
from web.status.minutes import Sums
from web.status.pictures import BLANK, Part, Picture
from web.status.states import WORDS, State

PATHS = ("/status", "/status.json", "/status.atom", "/status/history")
ATOM = "{http://www.w3.org/2005/Atom}"


def text(path: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def sampled(facts=(), *, ago=0.0):
    """Sample a service that is well but for ``facts``, ``ago`` s ago."""
    at = timezone.now() - timedelta(seconds=ago)
    sampling.write(at, judge({**FINE, **dict(facts)}), is_present=True)


def shown(look: Look) -> None:
    """Have the pages show this look."""
    looking.memory.found, looking.memory.at = look, monotonic()


def states(page: showing.Page) -> dict[str, State]:
    return {row.component.word: row.state for row in page.rows}


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_answer_before_anything_was_sampled(path, db):
    assert "Everything works" not in text(path)


def test_a_service_that_is_well_says_so_signed_out(db):
    sampled()

    page = text("/status")

    assert "Everything works" in page
    assert "100.00 %" in page
    assert page.count('<span data-status="unknown" title=') == 8 * 89


def test_what_is_wrong_is_said_with_its_reason(db):
    sampled({"mail:mail": 4000.0})

    page = text("/status")

    assert "Down: Mail" in page
    assert "Mails wait in the outbox." in page
    assert "1 day with something to tell" in page


def test_nobody_is_signed_in_there_and_no_session_is_read(
    client_of, owner, django_assert_num_queries
):
    client = client_of(owner)
    sampled()
    text("/status", client)

    for path in ("/status", "/status.json", "/status.atom"):
        with django_assert_num_queries(0):
            assert owner.email not in text(path, client)


def test_caches_may_keep_it_and_the_theme_is_heeded(db, settings):
    client = Client()
    client.cookies[settings.THEME_COOKIE_NAME] = "dark"

    answer = client.get("/status")

    assert "public" in answer["Cache-Control"]
    assert "max-age=15" in answer["Cache-Control"]
    assert 'data-theme="dark"' in answer.content.decode()
    assert 'data-theme="auto"' in text("/status")


def test_a_request_without_tls_is_led_to_the_same_page(db, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    led = Client().get("/status.json")
    assert (led.status_code, led["Location"]) == (301, "https://testserver/status.json")
    assert Client(headers={"X-Forwarded-Proto": "https"}).get("/status.json").status_code == 200


def test_a_silent_clock_is_not_known_and_not_up(db):
    sampled(ago=600)

    page = showing.page(looking.look(), now=timezone.now())

    assert states(page)["watching"] == State.DOWN
    assert {state for word, state in states(page).items() if word != "watching"} == {State.UNKNOWN}
    assert page.rows[0].known < 100


def test_a_part_that_this_process_misses_counts_although_the_sample_was_well(db, monkeypatch):
    sampled()
    monkeypatch.setitem(health.CHECKS, "redis", lambda: "does not answer")

    page = showing.page(looking.look(), now=timezone.now())

    assert states(page)["starting"] == State.DOWN
    assert states(page)["console"] == State.DEGRADED
    assert states(page)["logs"] == State.UP


def test_one_look_serves_all_requests_until_it_is_old(db, django_assert_num_queries):
    sampled()
    first = looking.look()

    with django_assert_num_queries(0):
        assert looking.look() is first
    looking.forget()
    assert looking.look() is not first


# Without the database.


def test_without_the_database_the_page_tells_what_is_kept_and_that_all_is_down(db, announce):
    announce("Mails were late", stage="resolved", ends=timezone.now())
    sampled()
    kept = looking.look().picture

    shown(Look(kept, "memory", {"part:database": 1.0}))

    page = text("/status")
    assert "Everything is down" in page
    assert "as they were seen last" in page
    assert "Mails were late" in page
    assert "100.00 %" in page
    assert "Mails were late" in text("/status/history")
    assert "database does not answer" in text("/status/history")
    code = kept.announcements[0].code
    assert "Mails were late" in text(f"/status/incidents/{code}")
    assert Client().get(f"/status/incidents/{uuid4()}").status_code == 503


def test_without_anything_the_page_says_what_it_does_not_know(db):
    shown(Look(BLANK, "nothing", {"part:database": 1.0, "part:redis": 1.0}))

    page = text("/status")

    assert "is not known here" in page
    assert "None in 90 days" not in page
    assert "Everything is down" in page


def test_the_newer_of_what_is_kept_counts():
    older, newer = Picture(at=NOW), Picture(at=NOW + timedelta(minutes=1))
    gone = {"part:database": 1.0, "part:redis": 1.0}

    found = looking.without_database(Look(newer, "database"), gone)

    assert (found.picture, found.source) == (newer, "memory")
    assert looking.without_database(None, gone).source == "nothing"
    assert looking.without_database(Look(older, "memory"), gone).picture is older


@pytest.mark.parts("redis")
def test_the_clock_keeps_the_page_in_redis_as_it_is(real_redis, announce):
    announce(post_mortem="We know why.", ends=timezone.now(), stage="resolved")
    sampled({"mail:mail": 1000.0})
    now = timezone.now()

    pictures.publish(now)

    assert pictures.kept() == pictures.drawn(now)
    gone = {"part:database": 1.0, "part:redis": 0.0}
    assert looking.without_database(None, gone).source == "redis"


def test_what_another_version_kept_is_no_picture():
    for data in (b"", b"{}", b"[]", b'{"at": null, "sampled": null, "parts": [{}]}'):
        assert pictures.unpacked(data) is None


# What is shown of a history.


def history(**days: Sums) -> Look:
    known = {name.replace("_", "-")[1:]: sums for name, sums in days.items()}
    months: dict[str, Sums] = {}
    for day, sums in known.items():
        months[day[:7]] = months.get(day[:7], Sums()) + sums
    parts = [
        Part(word=word, state="up", words="", since=None, days=known, months=months)
        for word in WORDS
    ]
    return Look(Picture(at=NOW, sampled=NOW, parts=parts), "database")


def test_bars_and_numbers_follow_from_the_seconds():
    half = Sums(up=86_400 // 2, down=86_400 // 2)
    look = history(d2026_10_31=Sums(up=86_400), d2026_11_01=half, d2026_11_02=Sums(maintenance=60))

    page = showing.page(look, now=NOW)

    row = page.rows[0]
    assert [f"{month:%Y-%m}" for month in page.months] == ["2026-11", "2026-10"]
    assert row.months == [50.0, 100.0]
    assert row.uptime == 75.0
    assert [bar.state for bar in row.bars[-24:-20]] == ["up", "down", "maintenance", "unknown"]
    assert row.troubled[-1].words == "1 Nov 2026: 50.00 % up, down 12 h 0 min"
    assert len(row.bars) == 90


def test_the_json_has_the_same_numbers():
    told = feeds.json_of(showing.page(history(d2026_11_22=Sums(up=60, down=60)), now=NOW))

    [first, *_] = told["components"]
    assert (told["version"], told["state"]) == (1, "up")
    assert first["uptime"] == 50.0
    assert first["days"]["2026-11-22"]["down"] == 60
    assert first["months"] == {"2026-11": 50.0}


# What operators tell.


def test_the_feed_has_published_incidents_with_their_updates(announce, settings):
    settings.SITE_URL = "https://mocklot.example"
    announce("Mails are <b>late</b>", words="We look & tell.")
    announce("Secret", is_public=False)

    feed = ET.fromstring(text("/status.atom"))

    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Investigating: Mails are <b>late</b>"
    assert "We look &amp; tell." in entry.findtext(f"{ATOM}summary")
    assert entry.find(f"{ATOM}link").get("href").startswith("https://mocklot.example/status/inc")
    assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo is not None


def test_a_draft_is_nobodys(announce):
    draft = announce("Secret", is_public=False)

    assert Client().get(f"/status/incidents/{draft.code}").status_code == 404
    assert all("Secret" not in text(path) for path in PATHS)


def test_what_goes_on_is_planned_and_was_stand_apart(announce):
    soon = timezone.now() + timedelta(hours=30)
    announce("Goes on")
    announce("Planned", kind="maintenance", stage="scheduled", begins=soon, ends=soon)
    announce("Was", stage="resolved", ends=timezone.now())

    page = showing.page(looking.look(), now=timezone.now())

    names = [[each.said.title for each in some] for some in (page.going, page.planned, page.past)]
    assert names == [["Goes on"], ["Planned"], ["Was"]]


def test_older_incidents_are_on_pages_of_their_own(announce):
    old = datetime(2020, 1, 1, tzinfo=UTC)
    made = announce("Long ago", begins=old, ends=old, stage="resolved", post_mortem="We know.")

    assert "Long ago" not in text("/status")
    assert "Long ago" in text("/status/history")
    assert "We know." in text(f"/status/incidents/{made.code}")


def test_the_history_is_paged(announce):
    for number in range(21):
        announce(f"Number {number:02d}", begins=NOW + timedelta(minutes=number))

    assert "Number 00" not in text("/status/history")
    assert "Number 00" in text("/status/history?page=2")
