"""Puts mails into the outbox and sends what is due.

Rule: a request only writes the row. A mail is sent by whoever wins the conditional update, so two
processes never send the same one at the same time.
"""

import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from web.mail import backends, jobs
from web.mail.models import Attempt, Mail, State
from web.platform import queues

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10  # with the waits below about 17 hours altogether
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
HOLD = timedelta(minutes=2)  # a sender that says nothing for so long is dead
MAX_RESULT = 300  # characters kept of what a backend answered
BATCH = 100  # mails that one tick of the clock hands over


def post(to: str, subject: str, template: str, context: Mapping[str, Any]) -> Mail:
    """Return a mail that is in the outbox once the transaction has committed.

    Args:
        to: One address.
        subject: One line; line breaks become blanks, more than 200 characters are cut.
        template: ``mail/invitation``: of ``mail/invitation.txt`` and ``mail/invitation.html``.
        context: What both templates take.
    """
    variables = {"subject": subject, **context}
    mail = Mail.objects.create(
        to=to,
        subject=" ".join(subject.split())[:200],
        text=render_to_string(f"{template}.txt", variables),
        html=render_to_string(f"{template}.html", variables),
    )
    queues.enqueue_on_commit("mail", jobs.send, str(mail.code))
    return mail


def due(now: datetime) -> Q:
    """Return the condition for a mail that somebody should send at ``now``."""
    return Q(state__in=[State.QUEUED, State.SENDING], next_attempt_at__lte=now)


def claim(code: UUID, *, now: datetime) -> Mail | None:
    """Return the mail for this process alone to send, or None when it is not due."""
    taken = Mail.objects.filter(due(now), code=code).update(
        state=State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + HOLD
    )
    return Mail.objects.get(code=code) if taken else None


def send(code: UUID, *, backend: backends.Backend | None = None) -> None:
    """Try once to send the mail if it is due, and keep what came of it."""
    mail = claim(code, now=timezone.now())
    if mail is None:
        return
    sender = backend or backends.configured()
    outcome = sender.send(mail)
    settle(mail, outcome, backend=sender.name, now=timezone.now())


@transaction.atomic
def settle(mail: Mail, outcome: backends.Outcome, *, backend: str, now: datetime) -> None:
    """Keep the attempt, and decide whether and when there is another."""
    Attempt.objects.create(
        mail=mail,
        at=now,
        backend=backend,
        is_sent=outcome.is_sent,
        result=outcome.text[:MAX_RESULT],
    )
    held = Mail.objects.filter(id=mail.id, state=State.SENDING, attempts=mail.attempts)
    if outcome.is_sent:
        held.update(state=State.SENT, sent=now)
    elif not outcome.may_retry or mail.attempts >= MAX_ATTEMPTS:
        held.update(state=State.FAILED)
        logger.error("mail given up", extra={"mail": mail.code, "result": outcome.text})
    else:
        wait = max(outcome.wait or timedelta(0), pause(mail.attempts, random.random()))
        held.update(state=State.QUEUED, next_attempt_at=now + wait)
        logger.warning("mail put off", extra={"mail": mail.code, "result": outcome.text})


def pause(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after ``attempts`` tries: doubling, of which half is by chance.

    Args:
        attempts: Tries so far, from 1 on.
        chance: 0 to 1; spreads those that failed at the same moment.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, MAX_ATTEMPTS)
    full = min(doubled, LONGEST_WAIT)
    return full / 2 + full / 2 * chance


def queue_due(now: datetime | None = None) -> int:
    """Hand over what is due to the mail queue, or send it here when Redis is down; a clock's tick.

    Returns:
        How many mails that were.
    """
    moment = now or timezone.now()
    codes = list(
        Mail.objects.filter(due(moment))
        .order_by("next_attempt_at")
        .values_list("code", flat=True)[:BATCH]
    )
    for code in codes:
        try:
            queues.enqueue("mail", jobs.send, str(code))
        except queues.QueueUnavailable:
            send(code)
    return len(codes)
