"""The ways that a mail can leave, against a server that answers as SendGrid does."""

import email
import email.policy
from datetime import timedelta

import pytest

from tests.web.mail.service import KEY
from web.mail import actions
from web.mail.backends import (
    LEAST_RESET,
    LONGEST_RESET,
    UNSAID_RESET,
    Files,
    SendGrid,
    configured,
    refusal,
)
from web.mail.models import Cause


@pytest.fixture
def mail(db, owner):
    context = {"user": owner, "link": "https://mocklot.example/x"}
    return actions.post(owner.email, "Größe", "mail/password", context)


def test_a_file_is_a_whole_mail(mail, settings, tmp_path):
    settings.MAIL_FROM = "Mocklot <no-reply@mocklot.example>"

    outcome = Files(tmp_path / "out").send(mail)

    (file,) = (tmp_path / "out").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert outcome.is_sent
    assert message["To"] == mail.to
    assert message["Subject"] == "Größe"
    assert message.get_body(("plain",)).get_content().strip() == mail.text.strip()
    assert message.get_body(("html",)).get_content().strip() == mail.html.strip()


def test_a_folder_that_cannot_be_written_is_tried_again(mail, tmp_path):
    (tmp_path / "out").write_text("a file")

    outcome = Files(tmp_path / "out").send(mail)

    assert not outcome.is_sent
    assert outcome.may_retry


def test_sendgrid_gets_sender_receiver_subject_and_both_parts(mail, service, settings):
    settings.MAIL_FROM = "Mocklot <no-reply@mocklot.example>"
    service.headers = {"X-Message-Id": "m-1"}

    outcome = SendGrid(KEY, host=service.url).send(mail)

    path, headers, body = service.requests[0]
    assert outcome.is_sent
    assert outcome.text == "202 accepted m-1"
    assert path == "/v3/mail/send"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body["from"] == {"email": "no-reply@mocklot.example", "name": "Mocklot"}
    assert body["personalizations"] == [{"to": [{"email": mail.to}]}]
    assert body["subject"] == "Größe"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("status", "may_retry"),
    [
        (400, False),
        (401, False),
        (403, False),
        (413, False),
        (500, True),
        (503, True),
        (200, False),
    ],
)
def test_an_answer_that_is_no_success_is_tried_again_only_where_it_may_pass(
    mail, service, status, may_retry
):
    service.status = status

    outcome = SendGrid(KEY, host=service.url).send(mail)

    assert not outcome.is_sent
    assert outcome.may_retry == may_retry
    assert str(status) in outcome.text
    assert KEY not in outcome.text


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        ("1090", timedelta(seconds=90)),
        ("900", LEAST_RESET),
        ("", UNSAID_RESET),
        ("999999999999", LONGEST_RESET),
        ("soon", UNSAID_RESET),
    ],
)
def test_too_many_requests_wait_until_the_reset(reset, wait):
    outcome = refusal(429, {"x-ratelimit-reset": reset}, now=1000.0)

    assert outcome.may_retry
    assert outcome.wait == wait


def test_a_service_that_does_not_answer_is_tried_again(mail):
    outcome = SendGrid(KEY, host="http://127.0.0.1:1").send(mail)

    assert outcome.may_retry
    assert outcome.text == "no answer: ConnectionRefusedError"


def test_the_key_chooses_the_backend(settings):
    assert isinstance(configured(), Files)
    settings.SENDGRID_API_KEY = KEY
    assert isinstance(configured(), SendGrid)


def test_a_mail_that_can_be_stopped_says_how_to_mail_programs(service, settings, db):
    settings.MAIL_INBOUND_DOMAIN = "reply.example.org"
    mail = actions.post("a@example.org", "R", "mail/edition", {}, thread="report:x")

    assert SendGrid(KEY, host=service.url).send(mail).is_sent

    (sent,) = service.mails
    link, reply = sent["headers"]["List-Unsubscribe"].split(", ")
    assert link.startswith(f"<{settings.SITE_URL}/mail/stop/")
    assert reply == f"<mailto:{sent['reply_to']['email']}?subject=unsubscribe>"
    assert sent["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["headers"]["Auto-Submitted"] == "auto-generated"
    assert sent["custom_args"] == {"mail": str(mail.code)}
    local, _, domain = sent["reply_to"]["email"].partition("@")
    assert (len(local) <= 64, domain) == (True, "reply.example.org")


def test_a_mail_about_an_account_has_no_way_to_stop_it_and_nobody_counts_its_reading(mail, service):
    SendGrid(KEY, host=service.url).send(mail)

    (sent,) = service.mails
    assert "List-Unsubscribe" not in sent["headers"]
    assert sent["tracking_settings"]["open_tracking"] == {"enable": False}
    assert sent["tracking_settings"]["click_tracking"] == {"enable": False, "enable_text": False}


def test_what_the_service_says_of_a_refusal_is_kept(mail, service):
    service.status = 400

    assert SendGrid(KEY, host=service.url).send(mail).text == "refused with 400: test"


def test_a_plan_that_is_used_up_is_no_fault_of_the_mail(mail, service):
    service.credits = 0

    outcome = SendGrid(KEY, host=service.url).send(mail)

    assert outcome.is_exhausted
    assert outcome.text == "refused with 401: Maximum credits exceeded"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"errors": 4}', "text", None])
def test_an_answer_without_words_is_its_status(body):
    assert refusal(400, {}, now=0.0, body=body).text == "refused with 400"


def test_an_address_is_taken_from_the_services_own_lists(service, settings):
    service.suppressed = {"bounces": {"a@example.org"}, "spam_reports": {"a@example.org"}}

    assert SendGrid(KEY, host=service.url).lift("a@example.org", Cause.BOUNCED) == ""

    assert service.suppressed == {"bounces": set(), "spam_reports": {"a@example.org"}}
