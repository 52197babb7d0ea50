"""The dead man's switch: told while ticks do their work, and never when they do not."""

import logging
from datetime import timedelta
from time import monotonic

import pytest

from tests.web.status.conftest import NOW
from web.alerts.rules import Level
from web.platform import clock
from web.platform.clock import Outcome, Tick, run_tick
from web.platform.models import Heartbeat
from web.status import deadman, operators
from web.status.models import Ping

SECRET = "/ping/3f1c-secret"


@pytest.fixture
def switch(settings, receiver, db, monkeypatch):
    """Return a switch that answers, of a clock that beats; its ticks are those of the test."""
    monkeypatch.setattr(clock, "outcomes", {})
    monkeypatch.setattr(deadman, "outcomes", {})
    settings.DEADMAN_URL = receiver.url + SECRET
    Heartbeat.objects.create(name="clock", at=NOW)
    return receiver


@pytest.mark.parts("redis")
def test_a_clock_that_does_its_work_tells_so(switch, real_redis):
    assert deadman.ping(NOW)

    [request] = switch.requests
    assert (request.method, request.path) == ("GET", SECRET)
    told = Ping.objects.get()
    assert (told.through, told.trouble) == (NOW, "")
    assert operators.switch().badge == "told"


@pytest.mark.parts("redis")
@pytest.mark.parametrize("status", [302, 404, 500])
def test_another_answer_is_not_told_and_says_why(switch, real_redis, status, caplog):
    deadman.ping(NOW)
    switch.answer(status, Location="http://127.0.0.1:1/")

    assert not deadman.ping(NOW + timedelta(minutes=1))

    told = Ping.objects.get()
    assert (told.tried, told.through) == (NOW + timedelta(minutes=1), NOW)
    assert f"127.0.0.1 answers {status}" in told.trouble
    assert operators.switch().badge == "not told"


@pytest.mark.parts("redis")
def test_the_address_is_in_no_line_of_the_log(switch, real_redis, settings, caplog):
    caplog.set_level(logging.DEBUG)
    switch.answer(500)
    deadman.ping(NOW)
    settings.DEADMAN_URL = "http://127.0.0.1:1" + SECRET
    deadman.ping(NOW)
    settings.DEADMAN_URL = "http://user:pass@127.0.0.1:1" + SECRET
    deadman.ping(NOW)
    settings.ALLOWED_TARGETS = []
    settings.DEADMAN_URL = "http://127.0.0.1:1" + SECRET
    deadman.ping(NOW)

    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert len([line for line in lines if "is not told" in line]) == 4
    assert not [line for line in lines if "secret" in line or "user:pass" in line]
    assert "secret" not in Ping.objects.get().trouble


def test_without_redis_nobody_knows_whether_queues_are_worked_off(switch):
    assert not deadman.ping(NOW)

    assert switch.requests == []
    assert "It is not known whether the queue" in Ping.objects.get().trouble


def test_an_old_heartbeat_is_not_told(switch):
    assert not deadman.ping(NOW + timedelta(seconds=61))

    assert (switch.requests, Ping.objects.get().trouble) == ([], "The clock's heartbeat is old.")


@pytest.mark.django_db(transaction=True)
def test_a_clock_remembers_how_its_ticks_went(monkeypatch):
    def fails() -> None:
        raise ValueError("as the test wants it")

    monkeypatch.setattr(clock, "outcomes", {})
    tick = Tick("web.x.tick", fails, 2.0)
    run_tick(tick)
    run_tick(tick)
    outcome = clock.outcomes["web.x.tick"]
    assert (outcome.failures, outcome.since is None) == (2, False)

    tick.call = lambda: None
    run_tick(tick)

    assert outcome == Outcome()


def test_a_tick_that_fails_on_and_on_silences_it_and_one_that_fails_once_does_not(db):
    Heartbeat.objects.create(name="clock", at=NOW)
    outcome = Outcome(failures=3, since=monotonic())

    assert "web.x.tick" not in deadman.silent_because({"web.x.tick": outcome}, NOW)
    outcome.since -= 2 * deadman.FAILING
    assert "web.x.tick has failed 3 t" in deadman.silent_because({"web.x.tick": outcome}, NOW)
    outcome.failures = 2
    assert "web.x.tick" not in deadman.silent_because({"web.x.tick": outcome}, NOW)


@pytest.mark.parametrize(
    ("age", "is_well"), [(None, False), (0.0, True), (600.0, True), (601.0, False)]
)
def test_a_queue_that_nobody_works_off_silences_it(age, is_well):
    trouble = deadman.queue_trouble(Level(name="mail", value=age, words="It waits."))

    assert (trouble == "") is is_well


def test_without_an_address_nobody_is_told(settings, db):
    assert not deadman.ping(NOW)

    assert not Ping.objects.exists()
    assert operators.switch().badge == "off"
