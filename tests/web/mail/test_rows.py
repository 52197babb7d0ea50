"""What running in production asks of mail and of files: a test for each row, by its name."""

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.web.logs.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.logs.conftest import record
from tests.web.mail.conftest import subjects
from tests.web.mail.service import deliver, event
from tests.web.runs.conftest import START
from web.alerts import roster
from web.alerts import service as watching
from web.alerts.kinds import OF_SERVICE
from web.alerts.models import Incident
from web.datasets.models import Dataset
from web.mail import actions, quota, tokens
from web.mail.models import Attempt, Mail, Month, State, Suppression
from web.platform import redis
from web.reports.models import Edition, Every, Standing
from web.reports.standing import actions as regular
from web.reports.standing import making


def ask_for_a_new_password(client, user) -> int:
    return client.post("/password/reset/", {"email": user.email}).status_code


def test_mail_is_never_sent_inside_a_request(client, owner, service):
    assert ask_for_a_new_password(client, owner) == 302

    assert Mail.objects.get().state == State.QUEUED
    assert service.requests == []


def test_a_worker_sends_and_sends_again_and_every_attempt_is_logged(client, owner, service):
    ask_for_a_new_password(client, owner)
    mail = Mail.objects.get()
    now = timezone.now()
    service.status = 503

    actions.send(mail.code, now=now)
    service.status = 202
    actions.send(mail.code, now=now + timedelta(hours=1))

    said = Attempt.objects.order_by("id").values_list("is_sent", "result")
    assert list(said) == [(False, "refused with 503: test"), (True, "202 accepted")]
    assert Mail.objects.get().state == State.SENT


def test_an_exhausted_quota_stops_nothing_else(
    client, client_of, owner, service, settings, workspace
):
    settings.MAIL_QUOTA = 10
    now = timezone.now()
    for moment in (now, quota.next_month(now)):  # which may begin meanwhile
        Month.objects.update_or_create(first=quota.month_of(moment), defaults={"taken": 10})

    assert ask_for_a_new_password(client, owner) == 302
    actions.send(Mail.objects.get().code)

    assert Mail.objects.get().state == State.HELD
    assert client_of(owner).get(workspace.get_absolute_url()).status_code == 200
    assert actions.queue_due() == 0


def test_four_fifths_of_the_quota_are_told_to_chat_and_phone_and_not_by_mail(settings, db):
    settings.MAIL_QUOTA = 100
    settings.OPERATORS = [("Anna", [("phone", "+81901"), ("slack", "U0"), ("mail", "a@b.cc")])]
    now = timezone.now()
    kinds = [kind for kind in OF_SERVICE if kind.word == "mail_quota"]
    Month.objects.update_or_create(first=quota.month_of(now), defaults={"taken": 80})
    watching.look(now, kinds=kinds)
    assert not Incident.objects.exists()

    Month.objects.update(taken=81)
    watching.look(now, kinds=kinds)

    assert "81 of the month's 100 mails" in Incident.objects.get().words
    (rung,) = roster.ladder_for(None, now=now, kind="mail_quota").rungs
    known = {f"operator:0.{n}": kind for n, (kind, _) in enumerate(settings.OPERATORS[0][1])}
    assert [known.get(way, way.rpartition(".")[2]) for way in rung.ways] in (
        ["phone", "slack"],
        ["0", "1"],
    )


def test_addresses_that_bounce_are_heard_of_by_webhook_and_left_alone(post_to, signer, service):
    mail = post_to("gone@example.org")
    said = event(mail, "bounce", timezone.now(), type="bounce", reason="550 no such user")
    body = json.dumps([said]).encode()

    assert deliver(body, signer.headers(body, timezone.now())) == 204

    assert Suppression.objects.get().address == "gone@example.org"
    actions.send(post_to("gone@example.org").code)
    assert subjects(service) == []


def test_inbound_mail_arrives_by_webhook(client, workspace, owner, settings):
    settings.MAIL_INBOUND_DOMAIN, settings.MAIL_INBOUND_SECRET = "in.example.org", "s3cret"
    standing = Standing(workspace=workspace, name="Monthly")
    regular.save_standing(standing, subscribers=[owner], by=owner)
    mail = actions.post(owner.email, "M", "mail/edition", {}, thread=standing.thread)
    said = {"from": owner.email, "to": tokens.address_of("reply", mail.code), "text": "STOP"}

    assert client.post("/hooks/mail/incoming/s3cret/", said).status_code == 204

    assert actions.post(owner.email, "M", "mail/edition", {}, thread=standing.thread).reason


def test_a_monthly_csv_is_made_by_a_job_put_on_s3_and_mailed_by_its_link(
    client_of, workspace, owner, run, store, object_store, asked
):
    store([record(mock, 1, at=mock) for mock in range(3)])
    month = Standing(workspace=workspace, name="Month", every=Every.MONTH, is_packed=False)
    regular.save_standing(month, subscribers=[owner], by=owner)
    now = datetime.fromtimestamp(START, UTC) + timedelta(minutes=5)

    edition = regular.run_now(month, by=owner, so_far=True, now=now)
    assert edition.state == "queued"
    making.make(edition.code, now=now)

    edition = Edition.objects.get()
    lines: list[dict[str, Any]] = list(
        csv.DictReader(object_store.objects[edition.files[0]["key"]].decode().splitlines())
    )
    assert [line["id"] for line in lines] == ["f-000", "f-001", "f-002"]
    assert "/reports/editions/" in Mail.objects.get(to=owner.email).text


@pytest.mark.parametrize("size", [1_000, 50_000_000])
def test_a_file_goes_straight_from_the_browser_to_s3(
    client_of, workspace, owner, object_store, size
):
    answer = client_of(owner).post(
        f"/w/{workspace.code}/datasets/new/", {"name": "van.csv", "size": size}
    )

    ticket = answer.json()
    urls = [ticket["url"], *(part["url"] for part in ticket["parts"])]
    assert all(url.startswith("https://store.example/") for url in urls if url)
    assert any(urls)
    assert Dataset.objects.get().name == "van.csv"


def test_mails_go_on_while_redis_is_away(client, owner, settings, service):
    settings.REDIS_URL, settings.REDIS_RETRIES = "redis://127.0.0.1:1/0", 0
    redis.connection.cache_clear()
    ask_for_a_new_password(client, owner)

    actions.queue_due()

    redis.connection.cache_clear()
    assert len(service.mails) == 1
