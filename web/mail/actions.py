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

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import Workspace
from web.mail import backends, jobs, quota, tokens, wishes
from web.mail.models import Attempt, Gate, GateName, Mail, State, Topic
from web.mail.plain import wrapped
from web.mail.topics import FIRST, RULES, topic_of
from web.platform import queues

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10  # with the waits below about 17 hours altogether
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
HOLD = timedelta(minutes=2)  # a sender that says nothing for so long is dead
MAX_RESULT = 300  # characters kept of what a backend answered
BATCH = 100  # mails that one tick of the clock hands over


def post(
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    *,
    workspace: Workspace | None = None,
    thread: str = "",
    thread_name: str = "",
) -> Mail:
    """Return a mail that is in the outbox once the transaction has committed.

    One that its address does not want, or whose address takes no mail, is a row too: ``stopped``,
    with the reason.

    Args:
        to: One address.
        subject: One line; line breaks become blanks, more than 200 characters are cut.
        template: ``mail/invitation``: of ``mail/invitation.txt`` and ``mail/invitation.html``;
            ``web.mail.topics`` says what its mails are about.
        context: What both templates take.
        workspace: Whose list of mails shows it; None: nobody's.
        thread: ``report:<code>`` where people may stop just this.
        thread_name: What people call the thread.
    """
    topic = topic_of(template)
    mail = Mail(
        to=to,
        subject=" ".join(subject.split())[:200],
        workspace=workspace,
        topic=topic,
        thread=thread,
        thread_name=thread_name[:200],
        priority=RULES[topic].priority,
        reason=wishes.refusal(to, topic, thread),
    )
    write(mail, template, context)
    if mail.reason:
        mail.state = State.STOPPED
        mail.save()
        return mail
    mail.save()
    is_first = mail.priority == FIRST
    queues.enqueue_on_commit("mail", jobs.send, str(mail.code), at_front=is_first)
    return mail


def write(mail: Mail, template: str, context: Mapping[str, Any]) -> None:
    """Put both parts into a mail, with why it comes and how to stop it below them."""
    variables = {"subject": mail.subject, **foot_of(mail), **context}
    foot = render_to_string("mail/foot.txt", variables)
    mail.text = wrapped(render_to_string(f"{template}.txt", variables).rstrip() + foot)
    mail.html = render_to_string(f"{template}.html", variables)


def foot_of(mail: Mail) -> dict[str, str]:
    """Return what stands below every mail."""
    return {
        "why": RULES[Topic(mail.topic)].why,
        "stop_link": tokens.stop_link(mail),
        "wishes_link": settings.SITE_URL + reverse("mail_wishes"),
        "reply_address": tokens.reply_address(mail),
    }


def due(now: datetime) -> Q:
    """Return the condition for a mail that somebody should send at ``now``."""
    return Q(state__in=[State.QUEUED, State.SENDING], next_attempt_at__lte=now)


def claim(code: UUID, *, now: datetime) -> Mail | None:
    """Return the mail for this process alone to send, or None when it is not due."""
    taken = Mail.objects.filter(due(now), code=code).update(
        state=State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + HOLD
    )
    return Mail.objects.get(code=code) if taken else None


def send(
    code: UUID, *, backend: backends.Backend | None = None, now: datetime | None = None
) -> None:
    """Try once to send the mail if it is due and nothing holds it, and keep what came of it."""
    started = now or timezone.now()
    mail = claim(code, now=started)
    if mail is None or is_held(mail, now=started):
        return
    sender = backend or backends.configured()
    outcome = sender.send(mail)
    if not outcome.is_sent:
        quota.give_back(started)
    settle(mail, outcome, backend=sender.name, now=now or timezone.now())


def is_held(mail: Mail, *, now: datetime) -> bool:
    """Return whether a claimed mail has to wait, and put it aside then; else its place is taken.

    Raises nothing and counts no attempt. A mail whose address was suppressed since is stopped.
    """
    if reason := wishes.refusal(mail.to, mail.topic, mail.thread):
        mine(mail).update(state=State.STOPPED, reason=reason, attempts=mail.attempts - 1)
        return True
    if rate := quota.gate(GateName.RATE, now):
        mine(mail).update(
            state=State.QUEUED, next_attempt_at=rate.until, attempts=mail.attempts - 1
        )
        return True
    if may_pass(mail, now) and quota.take(mail.priority, now):
        return False
    hold(mail)
    return True


def may_pass(mail: Mail, now: datetime) -> bool:
    """Return whether no gate is closed for a mail, and no other that was held is to go before."""
    closed = quota.gate(GateName.QUOTA, now)
    if closed:
        return closed.trial == mail.id
    before = Q(priority__lt=mail.priority) | Q(priority=mail.priority, id__lt=mail.id)
    return not Mail.objects.filter(before, state=State.HELD).exists()


def hold(mail: Mail) -> None:
    """Put a claimed mail aside until there is room in a month's quota."""
    reason = "The month's quota of mails is used up."
    mine(mail).update(state=State.HELD, reason=reason, attempts=mail.attempts - 1)


def mine(mail: Mail) -> Any:
    """Return the row, as long as it is still this attempt's."""
    return Mail.objects.filter(id=mail.id, state=State.SENDING, attempts=mail.attempts)


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
    if outcome.is_sent:
        mine(mail).update(state=State.SENT, sent=now, reason="")
        Gate.objects.filter(name=GateName.QUOTA, trial=mail.id).delete()
    elif outcome.is_exhausted:
        quota.close(GateName.QUOTA, until=quota.next_month(now), reason=outcome.text, now=now)
        hold(mail)
    elif outcome.wait is None and (not outcome.may_retry or mail.attempts >= MAX_ATTEMPTS):
        mine(mail).update(state=State.FAILED, reason=outcome.text[:MAX_RESULT])
        logger.error("mail given up", extra={"mail": mail.code, "result": outcome.text})
    else:
        put_off(mail, outcome, now=now)


def put_off(mail: Mail, outcome: backends.Outcome, *, now: datetime) -> None:
    """Have a mail tried again later; where the service asked us to wait, all, and none counts."""
    wait = outcome.wait or pause(mail.attempts, random.random())
    counted = mail.attempts if outcome.wait is None else mail.attempts - 1
    mine(mail).update(state=State.QUEUED, next_attempt_at=now + wait, attempts=counted)
    if outcome.wait:
        quota.close(GateName.RATE, until=now + outcome.wait, reason=outcome.text, now=now)
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


def release(now: datetime | None = None) -> int:
    """Let mails that were held back go on, first things first, as far as there is room; how many.

    While the mail service says that the quota is used up, one an hour is tried.
    """
    moment = now or timezone.now()
    held = Mail.objects.filter(state=State.HELD).order_by("priority", "id")
    closed = quota.gate(GateName.QUOTA, moment)
    if closed:
        first = held.first()
        if first is None or not quota.may_ask(closed, moment):
            return 0
        quota.ask_with(closed, first)
        return go_on([first], moment)
    return go_on(list(roomy(list(held[:BATCH]), moment)), moment)


def roomy(held: list[Mail], now: datetime) -> list[Mail]:
    """Return those of held mails that there is room for."""
    rooms = {priority: quota.room(priority, now) for priority in {each.priority for each in held}}
    found: list[Mail] = []
    for mail in held:
        room = rooms[mail.priority]
        if room is not None and len(found) >= room:
            break
        found.append(mail)
    return found


def go_on(mails: list[Mail], now: datetime) -> int:
    """Queue mails that were held, in their order; return how many."""
    ids = [mail.id for mail in mails]
    Mail.objects.filter(id__in=ids, state=State.HELD).update(
        state=State.QUEUED, next_attempt_at=now, reason=""
    )
    return len(ids)


def queue_due(now: datetime | None = None) -> int:
    """Hand over what is due to the mail queue, or send it here when Redis is down; a clock's tick.

    Returns:
        How many mails that were.
    """
    moment = now or timezone.now()
    release(moment)
    codes = list(
        Mail.objects.filter(due(moment))
        .order_by("priority", "next_attempt_at", "id")
        .values_list("code", flat=True)[:BATCH]
    )
    for code in codes:
        try:
            queues.enqueue("mail", jobs.send, str(code))
        except queues.QueueUnavailable:
            send(code)
    return len(codes)


def try_again(mail: Mail, *, now: datetime | None = None) -> bool:
    """Have a mail that failed sent anew; False: it has not failed, or its body is gone."""
    again = Mail.objects.filter(id=mail.id, state=State.FAILED).exclude(text="")
    moment = now or timezone.now()
    if not again.update(state=State.QUEUED, attempts=0, next_attempt_at=moment, reason=""):
        return False
    queues.enqueue_on_commit("mail", jobs.send, str(mail.code))
    return True
