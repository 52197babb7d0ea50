"""Sends what is due: claims a row, asks the sender of its kind once, keeps what came of it.

Rule: whoever wins the conditional update sends, so that two processes never send the same notice
at the same time. A call that may have been made is never made again.
"""

import logging
import random
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from web.alerts import jobs, letters, ways
from web.alerts.models import (
    Attempt,
    AttemptState,
    Channel,
    ChannelKind,
    IncidentState,
    Purpose,
)
from web.alerts.notices import JOB_TIMEOUT, QUEUE
from web.alerts.senders.base import Outcome, Sender
from web.platform import queues, shared_clock
from web.platform.secrets import SealBroken, unseal

logger = logging.getLogger(__name__)

SENDERS = {  # module and function, imported by the job alone: the libraries are large
    ChannelKind.MAIL: ("mail", "send"),
    ChannelKind.WEBHOOK: ("webhook", "send"),
    ChannelKind.SLACK: ("slack", "send"),
    ChannelKind.SLACK_HOOK: ("webhook", "send_to_slack"),
    ChannelKind.PHONE: ("phone", "send"),
}
HOLD = timedelta(minutes=2)  # a sender that says nothing for so long is dead
MOST_TRIES = 6  # with the waits below about 10 minutes altogether
MOST_RING_TRIES = 2  # the next attempt follows soon
FIRST_WAIT = timedelta(seconds=10)
MOST_RESULT = 300  # characters
BATCH = 100  # notices that one tick hands over
MOST_HERE = 3  # that the clock sends itself while Redis is down: each may take 10 s
LATEST = timedelta(hours=6)  # what waited for longer is told no more
IN_DOUBT = "The sender ended while it called; whether it rang is not known."
TOO_LATE = "It waited for too long."


def due(now: datetime) -> Q:
    """Return the condition for a notice that somebody should send at ``now``."""
    live = [AttemptState.WAITING, AttemptState.SENDING]
    return Q(state__in=live, next_at__lte=now)


def claim(code: UUID, *, now: datetime) -> Attempt | None:
    """Return the notice for this process alone to send, or None when it is not due."""
    rows = Attempt.objects.filter(code=code)
    in_doubt = rows.filter(due(now), kind=ChannelKind.PHONE, state=AttemptState.SENDING)
    if in_doubt.update(state=AttemptState.FAILED, result=IN_DOUBT):
        return None
    taken = rows.filter(due(now)).update(
        state=AttemptState.SENDING, tries=F("tries") + 1, next_at=now + HOLD
    )
    if not taken:
        return None
    return rows.select_related(
        "channel__account", "incident__workspace", "incident__watch", "incident__run"
    ).get()


def send(code: UUID, *, now: datetime | None = None) -> None:
    """Try once to send the notice if it is due and still wanted, and keep what came of it."""
    attempt = claim(code, now=now or shared_clock.now())
    if attempt is None:
        return
    if not is_wanted(attempt):
        _held(attempt).update(state=AttemptState.SKIPPED)
        return
    settle(attempt, tried(attempt), now=now or shared_clock.now())


def is_wanted(attempt: Attempt) -> bool:
    """Return whether anybody still wants it: nobody is rung about what was acknowledged."""
    if attempt.purpose != Purpose.RING or attempt.incident is None:
        return True
    return attempt.incident.state == IncidentState.OPEN


def tried(attempt: Attempt) -> Outcome:
    """Return what came of one try; also a sender's own fault is an outcome, and is logged."""
    try:
        way = ways.way_of(attempt)
        letter = letters.letter_of(attempt, code=unseal(attempt.note))
    except (ways.NoWay, SealBroken) as no:
        return Outcome(is_sent=False, text=str(no))
    return sender_of(attempt.kind)(attempt, way, letter)


def sender_of(kind: str) -> Sender:
    """Return what sends notices of a kind."""
    module, name = SENDERS[ChannelKind(kind)]
    sender: Sender = getattr(import_module(f"web.alerts.senders.{module}"), name)
    return sender


@transaction.atomic
def settle(attempt: Attempt, outcome: Outcome, *, now: datetime) -> None:
    """Keep what came of a try, and decide whether and when there is another."""
    result = {"result": outcome.text[:MOST_RESULT]}
    most = MOST_RING_TRIES if attempt.purpose == Purpose.RING else MOST_TRIES
    if outcome.is_sent:
        _held(attempt).update(
            state=AttemptState.SENT, sent=now, reference=outcome.reference[:120], **result
        )
        _prove(attempt, now)
    elif not outcome.may_retry or attempt.tries >= most or now - attempt.created > LATEST:
        _held(attempt).update(state=AttemptState.FAILED, **result)
        logger.warning("notice given up", extra={"notice": attempt.code, "kind": attempt.kind})
    else:
        wait = max(outcome.wait, pause(attempt.tries, random.random()))
        _held(attempt).update(state=AttemptState.WAITING, next_at=now + wait, **result)


def pause(tries: int, chance: float) -> timedelta:
    """Return how long to wait after ``tries``: doubling, of which half is by chance (0 to 1)."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, MOST_TRIES)
    return doubled / 2 + doubled / 2 * chance


def _prove(attempt: Attempt, now: datetime) -> None:
    """A test that arrived proves a webhook or a chat; a mail or a call needs its code typed."""
    channel = attempt.channel
    if attempt.purpose == Purpose.TEST and channel is not None and not channel.needs_code:
        Channel.objects.filter(id=channel.id, verified=None).update(verified=now)


def _held(attempt: Attempt) -> QuerySet[Attempt]:
    return Attempt.objects.filter(id=attempt.id, state=AttemptState.SENDING, tries=attempt.tries)


def queue_due(now: datetime | None = None, *, may_send: bool = True) -> int:
    """Hand over what is due to the queue; a clock's tick.

    While Redis is down it sends some itself where it ``may_send``: a request never does.

    Returns:
        How many notices that were.
    """
    moment = now or shared_clock.now()
    late = Attempt.objects.filter(due(moment), created__lt=moment - LATEST)
    late.update(state=AttemptState.FAILED, result=TOO_LATE)
    codes = Attempt.objects.filter(due(moment)).order_by("next_at").values_list("code", flat=True)
    handed = list(codes[:BATCH])
    try:
        for code in handed:
            queues.enqueue(QUEUE, jobs.send, str(code), timeout=JOB_TIMEOUT)
    except queues.QueueUnavailable:
        for code in handed[:MOST_HERE] if may_send else []:
            send(code, now=now)
    return len(handed)
