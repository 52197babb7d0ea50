"""The service watches itself: its levels, its operators, the platform's status, a silent clock."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.web.alerts.conftest import rings, send_all
from tests.web.platform.conftest import no_redis, real_redis  # noqa: F401
from web.alerts import escalation, roster, service
from web.alerts.kinds import OF_SERVICE
from web.alerts.models import Attempt, Incident, Look
from web.mail import quota
from web.mail.models import GateName, Mail, Month
from web.platform import health, queues, redis
from web.platform.models import Heartbeat
from web.runs.models import Happening

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


def level(kind, now=NOW):
    """Return the only level of a kind."""
    [found] = service.measured(kind, now)
    return found


def test_every_kind_of_the_service_is_measured():
    assert set(service.MEASURES) == {kind.word for kind in OF_SERVICE}


@pytest.mark.parametrize("kind", ["queue", "redis_memory"])
def test_what_cannot_be_looked_at_is_not_known_and_opens_nothing(kind, no_redis):  # noqa: F811
    assert {each.value for each in service.measured(kind, NOW)} == {None}

    for second in range(0, 300, 15):
        service.look(
            NOW + timedelta(seconds=second),
            kinds=[each for each in OF_SERVICE if each.word == kind],
        )
    assert not Incident.objects.exists()


@pytest.mark.parts("redis")
def test_the_oldest_job_of_a_queue_tells_how_long_jobs_wait(real_redis, monkeypatch):  # noqa: F811
    monkeypatch.undo()
    job = queues.queue("mail").enqueue(print)
    now = job.enqueued_at.replace(tzinfo=job.enqueued_at.tzinfo or UTC) + timedelta(seconds=200)

    found = {each.name: each for each in service.measured("queue", now)}

    assert found["mail"].value == pytest.approx(200, abs=2)
    assert found["reports"].value == 0
    assert "The oldest of 1 jobs in the queue “mail”" in found["mail"].words


@pytest.mark.parts("redis")
def test_redis_tells_its_memory_where_it_has_a_limit(real_redis):  # noqa: F811
    assert list(service.measured("redis_memory", NOW)) == []

    redis.connection().config_set("maxmemory", 100_000_000)
    try:
        [found] = service.measured("redis_memory", NOW)
    finally:
        redis.connection().config_set("maxmemory", 0)
    assert 0 < found.value < 100


def test_a_shard_that_nobody_takes_is_seen(run):
    now = run.shards.get().wanted_since + timedelta(seconds=90)

    assert level("towers", now).value == pytest.approx(90)
    assert "1 shards wait for a tower" in level("towers", now).words


def test_towers_that_were_lost_lately_are_counted_by_their_names(run):
    for name, minutes in (("worker.1/a", 1), ("worker.1/a", 2), ("worker.2/b", 14), ("old", 16)):
        at = NOW - timedelta(minutes=minutes)
        Happening.objects.create(run=run, kind="lost", at=at, shard=0, mocks=20, tower=name)
    Happening.objects.create(run=run, kind="moved", at=NOW, shard=0, mocks=20, tower="worker.3/c")

    lost = level("dead_towers")

    assert lost.value == 2
    assert lost.words == "2 towers were lost within 15 minutes: worker.1/a, worker.2/b."


def test_mails_that_wait_and_the_months_quota_are_seen(settings):
    settings.MAIL_QUOTA = 4
    for month, taken in ((NOW, 3), (NOW - timedelta(days=30), 4)):
        Month.objects.update_or_create(first=quota.month_of(month), defaults={"taken": taken})
    Mail.objects.create(to="x@y.zz", subject="w", state="queued", created=NOW - timedelta(hours=1))

    assert level("mail_quota").value == 75
    assert level("mail_quota").words == "3 of the month's 4 mails have been sent."
    assert level("mail").value == 3_600


def test_mails_that_are_held_back_are_told_of_and_a_refusal_of_the_service_is_all_of_the_quota(
    settings,
):
    settings.MAIL_QUOTA = 0
    Mail.objects.create(to="x@y.zz", subject="w", state="held", text="")
    quota.close(GateName.QUOTA, until=quota.next_month(NOW), reason="used up", now=NOW)

    assert level("mail_quota").value == 100
    assert "1 are held back until 1 " in level("mail_quota").words


def test_of_mail_nobody_is_told_by_mail(settings):
    settings.OPERATORS = [
        ("Anna", [("mail", "anna@example.org"), ("slack", "U0ANNA")]),
        ("Ben", [("mail", "ben@example.org")]),
    ]

    told = roster.ladder_for(None, now=NOW, kind="mail_quota")
    else_told = roster.ladder_for(None, now=NOW, kind="clock")

    assert [(rung.person, len(rung.ways)) for rung in told.rungs] == [("Anna", 1)]
    assert [(rung.person, len(rung.ways)) for rung in else_told.rungs] == [("Anna", 2), ("Ben", 1)]


def test_without_a_known_quota_nothing_is_said_of_it(settings):
    settings.MAIL_QUOTA = 0

    assert service.measured("mail_quota", NOW) == []


def test_a_part_that_does_not_answer_opens_an_incident_that_rings_the_operators(monkeypatch):
    checks = {"redis": lambda: "does not answer", "storage": lambda: ""}
    monkeypatch.setattr(health, "CHECKS", checks)
    kinds = [kind for kind in OF_SERVICE if kind.word == "part"]

    service.look(NOW, kinds=kinds)
    assert not Incident.objects.exists()
    service.look(NOW + timedelta(seconds=20), kinds=kinds)

    [incident] = Incident.objects.all()
    assert (incident.workspace, incident.words) == (None, "redis: does not answer.")
    webhook = incident.attempts.get()
    assert (webhook.kind, webhook.to) == ("webhook", "https://hooks.example/x")

    monkeypatch.setattr(health, "CHECKS", dict.fromkeys(checks, lambda: ""))
    service.look(NOW + timedelta(seconds=40), kinds=kinds)
    service.look(NOW + timedelta(seconds=100), kinds=kinds)
    incident.refresh_from_db()
    assert incident.state == "resolved"


def test_operators_are_rung_by_their_contacts_in_turn_over_and_over(clock):
    ladder = roster.operators_ladder()
    assert [rung.person for rung in ladder.rungs] == ["Anna", "Ben"]
    incident = Incident.objects.create(
        subject="service:x", subject_name="x", key="k", kind="part", ladder=ladder.pack(),
        ring_at=clock.now,
    )  # fmt: skip

    clock.wait(60 * 5)

    assert rings(incident)[:6] == [*[("Anna", 1, n) for n in range(1, 6)], ("Ben", 1, 1)]
    ways = list(incident.attempts.order_by("id").values_list("kind", flat=True))
    assert ways[:6] == ["phone", "mail", "phone", "mail", "phone", "slack"]


def test_a_call_to_an_operator_goes_through_the_services_own_account(clock, twilio, settings):
    settings.OPERATOR_TWILIO_SID = "AC" + "1" * 32
    settings.OPERATOR_TWILIO_TOKEN = "service-token"
    settings.OPERATOR_TWILIO_NUMBER = "+81399999999"
    ladder = roster.operators_ladder().pack()
    Incident.objects.create(
        subject="service:x", subject_name="x", key="k", kind="part", ladder=ladder,
        ring_at=clock.now,
    )  # fmt: skip

    escalation.climb_due(clock.now)
    send_all()

    [request] = twilio.requests
    assert request.basic == f"AC{'1' * 32}:service-token"
    assert request.form["From"] == ["+81399999999"]
    assert "/hooks/phone/service/" in request.form["Url"][0]


def test_a_contact_without_credentials_says_so(clock, settings):
    settings.OPERATOR_TWILIO_TOKEN = ""
    ladder = roster.operators_ladder().pack()
    incident = Incident.objects.create(
        subject="service:x", subject_name="x", key="k", kind="part", ladder=ladder,
        ring_at=clock.now,
    )  # fmt: skip

    escalation.climb_due(clock.now)
    send_all()

    call = incident.attempts.get()
    assert (call.state, call.result) == ("failed", "The settings have no credentials for it.")


# A silent clock, seen by the web.


@pytest.fixture
def silent_clock(monkeypatch):
    """The clock has not beaten for five minutes."""
    checks = dict.fromkeys(health.CHECKS, lambda: "")
    monkeypatch.setattr(
        health, "CHECKS", checks | {"heartbeat": lambda: "clock has been silent for 300 s"}
    )
    Heartbeat.objects.create(name="clock", at=timezone.now() - timedelta(minutes=5))


def test_a_probe_looks_after_a_clock_that_is_silent(silent_clock, asked):
    for _ in range(3):
        assert Client().get("/readyz").status_code == 503

    [incident] = Incident.objects.all()
    assert (incident.kind, incident.state) == ("clock", "open")
    assert rings(incident) == [("Anna", 1, 1)]
    assert asked.count("send") >= 2  # handed to the queue, never sent in the request
    assert set(incident.attempts.values_list("state", flat=True)) == {"waiting"}


def test_a_probe_sends_nothing_itself_while_redis_is_down(silent_clock, no_queue, receiver):
    assert Client().get("/readyz").status_code == 503

    assert receiver.requests == []
    assert Attempt.objects.filter(state="waiting").count() == 2


def test_a_probe_of_a_service_that_is_well_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/readyz").status_code == 200


def test_the_memory_of_the_service_is_one_small_row(run):
    for second in range(0, 60, 15):
        service.look(NOW + timedelta(seconds=second))

    assert len(orjson.dumps(Look.objects.get(subject="service").memory)) < 2_000


def test_connections_are_a_share_of_what_the_database_takes():
    found = service.measured("connections", NOW)

    assert all(0 < each.value < 100 for each in found)
    assert len(found) == (connection.vendor == "postgresql")
