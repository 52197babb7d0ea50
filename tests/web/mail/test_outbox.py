"""The outbox: a row for each mail, one attempt at a time, retries that end."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from web.mail import actions, jobs
from web.mail.backends import Outcome
from web.mail.models import Attempt, Mail, State
from web.platform import redis

SENT = Outcome(is_sent=True, text="202 accepted")
AGAIN = Outcome(is_sent=False, text="refused with 503", may_retry=True)
NEVER = Outcome(is_sent=False, text="refused with 400")


@dataclass
class Recorder:
    """A backend that answers with ``outcome`` and keeps what it was given."""

    outcome: Outcome = SENT
    name: str = "recorder"
    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> Outcome:
        self.mails.append(mail)
        return self.outcome


@pytest.fixture
def mail(db, owner) -> Mail:
    context = {"user": owner, "link": "https://mocklot.example/x?a=1&b=<2>"}
    return actions.post(owner.email, "A new\r\npassword", "mail/password", context)


def test_a_mail_has_a_text_and_an_html_part_and_a_subject_of_one_line(mail):
    assert mail.subject == "A new password"
    assert "https://mocklot.example/x?a=1&b=<2>" in mail.text
    assert "https://mocklot.example/x?a=1&amp;b=&lt;2&gt;" in mail.html


def test_a_mail_that_is_sent_is_not_sent_again(mail):
    backend = Recorder()

    actions.send(mail.code, backend=backend)
    actions.send(mail.code, backend=backend)

    mail.refresh_from_db()
    assert (mail.state, len(backend.mails)) == (State.SENT, 1)
    assert mail.tries.get().result == "202 accepted"


def test_a_mail_that_another_process_holds_is_left_alone(mail):
    now = timezone.now()
    actions.claim(mail.code, now=now)

    assert actions.claim(mail.code, now=now) is None


def test_a_mail_whose_sender_died_is_due_again(mail):
    now = timezone.now()
    actions.claim(mail.code, now=now)

    assert actions.claim(mail.code, now=now + actions.HOLD) is not None


def test_a_sender_that_comes_back_late_does_not_undo_what_another_one_did(mail):
    now = timezone.now()
    late = actions.claim(mail.code, now=now)
    other = actions.claim(mail.code, now=now + actions.HOLD)
    actions.settle(other, SENT, backend="b", now=now)

    actions.settle(late, AGAIN, backend="a", now=now)

    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_a_failure_that_may_pass_is_tried_again_later(mail):
    before = timezone.now()

    actions.send(mail.code, backend=Recorder(AGAIN))

    after = timezone.now()
    mail.refresh_from_db()
    assert mail.state == State.QUEUED
    assert before + actions.FIRST_WAIT / 2 <= mail.next_attempt_at <= after + actions.FIRST_WAIT


def test_the_wait_that_the_service_asks_for_is_honoured(mail):
    wait = timedelta(minutes=30)
    outcome = Outcome(is_sent=False, text="429", may_retry=True, wait=wait)
    before = timezone.now()

    actions.send(mail.code, backend=Recorder(outcome))

    mail.refresh_from_db()
    assert mail.next_attempt_at >= before + wait
    assert mail.attempts == 0


def test_a_service_that_wants_a_pause_for_long_fails_no_mail(mail):
    Mail.objects.update(attempts=actions.MAX_ATTEMPTS - 1)
    outcome = Outcome(is_sent=False, text="429", may_retry=True, wait=timedelta(minutes=1))

    actions.send(mail.code, backend=Recorder(outcome))

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.QUEUED, actions.MAX_ATTEMPTS - 1)


def test_a_failure_that_will_not_pass_ends_it(mail):
    actions.send(mail.code, backend=Recorder(NEVER))

    mail.refresh_from_db()
    assert mail.state == State.FAILED


def test_the_attempts_end(mail):
    Mail.objects.update(attempts=actions.MAX_ATTEMPTS - 1)

    actions.send(mail.code, backend=Recorder(AGAIN))

    mail.refresh_from_db()
    assert mail.state == State.FAILED


@pytest.mark.parametrize("attempts", range(1, 40))
def test_the_pause_doubles_up_to_a_limit_and_half_of_it_is_by_chance(attempts):
    full = min(actions.FIRST_WAIT * 2 ** (attempts - 1), actions.LONGEST_WAIT)

    assert actions.pause(attempts, 0.0) == full / 2
    assert actions.pause(attempts, 1.0) == full


def test_the_clock_sends_what_is_due_when_the_queue_is_down(mail, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.REDIS_RETRIES = 0
    redis.connection.cache_clear()

    assert actions.queue_due() == 1

    redis.connection.cache_clear()
    mail.refresh_from_db()
    assert mail.state == State.SENT
    assert len(list(settings.MAIL_DIR.glob("*.eml"))) == 1


def test_the_job_takes_a_code(mail, settings):
    jobs.send(str(mail.code))

    assert Attempt.objects.get().backend == "files"


def test_a_mail_of_a_transaction_that_failed_does_not_exist(db, owner):
    with transaction.atomic():
        actions.post(owner.email, "S", "mail/password", {"user": owner, "link": "x"})
        transaction.set_rollback(True)

    assert not Mail.objects.exists()
