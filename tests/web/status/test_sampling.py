"""The clock's samples: a minute is written once, by who comes first; no gap counts as up."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.web.status.conftest import FINE
from web.platform import health
from web.status import actions, measuring, sampling
from web.status.judging import judge
from web.status.minutes import Sums
from web.status.models import Day, Present
from web.status.states import WORDS, State

pytestmark = pytest.mark.django_db
# Not long ago: what operators say now changes no day that is forgotten by now.
NOW = timezone.now().replace(hour=3, minute=0, second=30, microsecond=0) - timedelta(days=1)


def sums(component="mail"):
    return Day.objects.get(component=component, day=NOW.date()).sums


def write(facts, *, after=0, **options):
    at = NOW + timedelta(seconds=after)
    sampling.write(at, judge({**FINE, **facts}), is_present=True, **options)


def test_a_sample_writes_its_minute_for_every_component_and_nobody_writes_it_again():
    write({})
    write({"mail:mail": 4000.0}, after=20)
    write({"mail:mail": 4000.0}, after=60)

    assert Day.objects.count() == len(WORDS)
    assert sums() == Sums(up=60, down=60)
    assert sums("logs") == Sums(up=120)


def test_minutes_in_which_no_clock_ran_are_not_known():
    write({})
    write({}, after=600)

    assert sums() == Sums(up=120)


def test_the_present_keeps_since_when_it_is_so():
    write({})
    write({"mail:mail": 1000.0}, after=60)
    write({"mail:mail": 1000.0}, after=120)

    found = Present.objects.get(component="mail")
    assert (found.state, found.since) == ("degraded", NOW + timedelta(seconds=60))
    assert found.at == NOW + timedelta(seconds=120)
    assert found.words == "Mails wait in the outbox."


def test_a_tick_looks_once_a_minute(monkeypatch):
    assert sampling.sample(NOW)
    assert not sampling.sample(NOW + timedelta(seconds=20))
    assert sampling.sample(NOW + timedelta(seconds=40))

    assert sums("console") == Sums(up=120)
    assert Present.objects.get(component="mail").state == State.UNKNOWN  # there is no Redis


def test_minutes_without_the_database_are_down_once_it_is_back():
    for second in (0, 20, 60, 120):
        sampling.remember(NOW + timedelta(seconds=second))

    sampling.sample(NOW + timedelta(seconds=180))

    assert sums("console") == Sums(up=60, down=180)
    assert not sampling.missed


def test_a_database_that_fails_a_sample_is_remembered(monkeypatch):
    def gone():
        raise DatabaseError("gone")

    monkeypatch.setitem(health.CHECKS, "database", gone)
    with pytest.raises(DatabaseError):
        sampling.sample(NOW)

    assert list(sampling.missed) == [NOW.replace(second=0)]


def test_what_a_process_remembers_has_a_limit():
    for minute in range(sampling.MOST_MISSED + 5):
        sampling.remember(NOW + timedelta(minutes=minute))

    assert len(sampling.missed) == sampling.MOST_MISSED


def test_days_of_long_ago_go():
    write({})
    write({}, after=-401 * 86_400)

    assert sampling.forget(NOW) == len(WORDS)
    assert {each.day for each in Day.objects.all()} == {NOW.date()}


# What operators say of a time.


def test_an_incident_that_counts_as_down_makes_its_minutes_down_and_withdrawn_does_not(
    announce, make_user
):
    for minute in range(5):
        write({}, after=60 * minute)

    ends = NOW + timedelta(minutes=2)
    made = announce(effect="down", ends=ends, begins=NOW, stage="resolved")
    assert sums() == Sums(up=120, down=180)
    assert sums("logs") == Sums(up=300)

    actions.withdraw(made, by=made.created_by)
    assert sums() == Sums(up=300)


def test_a_draft_counts_for_nothing(announce):
    write({})
    announce(effect="down", begins=NOW, ends=NOW + timedelta(minutes=5), is_public=False)

    assert sums() == Sums(up=60)


def test_a_maintenance_excuses_only_what_came_after_it_was_told(announce):
    for minute in range(6):
        write({"mail:mail": 4000.0}, after=60 * minute)
    made = announce(
        kind="maintenance", stage="scheduled", begins=NOW, ends=NOW + timedelta(minutes=5)
    )
    assert sums() == Sums(maintenance=360)

    made.published = NOW + timedelta(minutes=3)
    made.save()
    sampling.recount(made.begins, made.ends, now=NOW + timedelta(minutes=6))

    assert sums() == Sums(down=180, maintenance=180)


def test_minutes_written_while_an_incident_goes_on_count_as_it_says(announce):
    announce(effect="degraded", begins=NOW)

    write({}, after=60)

    assert sums().degraded >= 60


# What is looked at.


def test_shards_of_new_runs_and_of_those_that_go_on_are_told_apart(db):
    assert measuring.waiting(NOW) == {"waiting:new": 0.0, "waiting:begun": 0.0}


def test_our_own_console_is_asked_at_its_address(receiver, settings):
    assert measuring.probed() == {}

    settings.GIVEN_URL = receiver.url
    assert measuring.probed() == {"site:healthz": 0.0}
    assert receiver.requests[0].path == "/healthz"

    receiver.answer(503)
    assert measuring.probed() == {"site:healthz": 1.0}
    settings.GIVEN_URL = "http://127.0.0.1:1"
    assert measuring.probed() == {"site:healthz": 1.0}


def test_a_console_that_we_may_not_connect_to_is_not_judged_by_it(settings, receiver):
    settings.GIVEN_URL = receiver.url
    settings.ALLOWED_TARGETS = []

    assert measuring.probed() == {}
    assert receiver.requests == []


def test_without_the_database_nothing_else_is_asked(monkeypatch):
    monkeypatch.setitem(health.CHECKS, "database", lambda: "does not answer")

    assert measuring.facts(NOW) == {"part:database": 1.0}
