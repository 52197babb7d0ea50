"""What holds for every answer: request ids, log lines, the content policy, error pages, probes."""

import logging
import math
import re
import sys
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from web.platform import health, logfmt
from web.platform.errors import bad_request, server_error
from web.platform.models import Heartbeat


def line(message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("web.x", logging.INFO, "f", 1, message, args, None)
    vars(record).update(extra)
    return logfmt.LogfmtFormatter().format(record)


def test_a_log_line_is_pairs_with_quotes_where_they_are_needed():
    written = line("it %s", "is", path="/a", text='say "x=1"\n', empty="")

    assert ' level=info logger=web.x msg="it is" path=/a ' in written
    assert r'text="say \"x=1\"\n" empty=""' in written
    assert "\n" not in written


def test_a_log_line_leaves_out_what_django_attaches():
    assert "secret" not in line("x", request="secret", sql="secret", params="secret")


@pytest.mark.parametrize("text", ["x" * 30_000, "é" * 30_000])
def test_a_log_line_keeps_beginning_and_end_within_the_limit(text):
    written = line(text, last="end")

    assert len(written.encode()) <= logfmt.MAX_LINE
    assert written.startswith("at=")
    assert written.endswith("last=end")


def test_an_error_is_on_the_same_line():
    try:
        raise ValueError("oops")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "m", (), sys.exc_info())

    written = logfmt.LogfmtFormatter().format(record)

    assert "ValueError: oops" in written
    assert "\n" not in written


def test_the_request_id_of_the_router_is_logged_and_sent_back(client, caplog):
    with caplog.at_level(logging.INFO, "web.request"):
        answer = client.get("/sign-in/?next=secret", headers={"X-Request-ID": "abcd-1234"})

    assert answer.headers["X-Request-ID"] == "abcd-1234"
    record = next(r for r in caplog.records if r.name == "web.request")
    assert (record.path, record.status, record.method) == ("/sign-in/", 200, "GET")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/invitations/s3cr3t/", "/invitations/…/"),
        ("/password/reset/MQ/s3cr3t/", "/password/reset/MQ/…/"),
        ("/reports/ff0415a7-981d-44bc-ae99-7c7dc78849a0/s3cr3t/", None),
        ("/hooks/mail/incoming/s3cr3t/", "/hooks/mail/incoming/…/"),
    ],
)
def test_what_lets_in_whoever_knows_it_is_not_logged(client, caplog, path, shown):
    with caplog.at_level(logging.INFO, "web.request"):
        client.get(path)

    record = next(r for r in caplog.records if r.name == "web.request")
    assert record.path == (shown or path.replace("s3cr3t", "…"))


@pytest.mark.parametrize("given", ["", "short", "x" * 300, "a b c d e f g h", 'x"y"zzzzzzz'])
def test_a_request_id_that_is_none_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 36


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/nowhere/"])
def test_every_page_forbids_what_is_not_its_own(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_template_has_a_script_or_a_style_inline(client_of, owner, workspace):
    client = client_of(owner)

    for path in ("", "members/", "members/invite/", "settings/", "delete/"):
        page = client.get(workspace.get_absolute_url() + path).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick" not in page


@pytest.mark.django_db
def test_what_is_not_there_says_what_to_do(client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_that_is_too_old_says_so():
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {})

    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


@pytest.mark.django_db
def test_a_broken_request_says_so(client):
    answer = client.get("/", headers={"Host": "evil.example"})

    assert answer.status_code == 400


def test_our_own_error_is_a_page_that_needs_nothing(rf):
    answer = server_error(rf.get("/"))

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_the_process_probe_asks_nobody_and_needs_no_host(client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.1"})

    assert answer.json() == {"ok": True}


@pytest.mark.django_db
def test_the_ready_probe_says_what_is_wrong(client, monkeypatch, settings):
    monkeypatch.setattr(
        health, "CHECKS", {"redis": lambda: "does not answer", "storage": lambda: ""}
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "redis": "does not answer", "storage": "ok"}


@pytest.mark.django_db
def test_the_ready_probe_is_content_when_every_part_is(client):
    assert client.get("/readyz").json()["ok"] is True


@pytest.mark.django_db
def test_a_silent_process_is_named():
    Heartbeat.objects.create(name="clock", at=timezone.now() - timedelta(seconds=90))

    said = re.fullmatch(r"clock has been silent for (\d+) s", health.heartbeat_problem())
    assert said
    assert 90 <= int(said[1]) < 3_600


@pytest.mark.django_db
def test_a_process_that_beats_is_well():
    assert health.heartbeat_problem() == "the clock has never run"
    Heartbeat.objects.create(name="clock", at=timezone.now())

    assert health.heartbeat_problem() == ""


def test_a_redis_that_does_not_answer_is_said_in_words(no_redis):
    assert health.redis_problem() == "does not answer"


def test_the_console_says_what_is_not_working_and_still_answers(
    client_of, owner, workspace, monkeypatch
):
    monkeypatch.setitem(health.CHECKS, "storage", lambda: "does not answer")
    monkeypatch.setattr(health, "memory", health.Memory())

    page = client_of(owner).get(workspace.get_absolute_url()).content.decode()

    assert "The object store does not answer" in page
    assert "Redis does not answer" not in page


def test_the_banner_asks_once_in_a_while(monkeypatch):
    asked = []
    monkeypatch.setattr(health, "ask_parts", lambda: asked.append(1) or [])
    monkeypatch.setattr(health, "REMEMBER", 3_600.0)
    monkeypatch.setattr(health, "memory", health.Memory(at=-math.inf))

    for _ in range(10):
        health.outages()

    assert len(asked) == 1


@pytest.mark.parametrize(("answer", "status"), [(server_error, 500), (bad_request, 400)])
def test_programs_are_answered_with_problem_details(rf, answer, status):
    request = rf.get("/api/v1/runs/")

    told = answer(request) if answer is server_error else answer(request, ValueError())

    assert (told.status_code, told["Content-Type"]) == (status, "application/problem+json")


def test_a_visit_to_an_address_of_forms_gets_a_page_that_leads_on(client, db):
    answer = client.get("/sign-out/")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "Nothing was done" in answer.content.decode()
    assert client.put("/sign-out/").content == b""
