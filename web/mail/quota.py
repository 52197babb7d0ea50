"""How many mails may still go out this month, and what closes the way for all of them.

Rule: a place is taken before a mail is sent and given back when it was not, each by one conditional
update, so that any number of senders never go above the quota. A month is one of UTC, as the mail
service's plan counts.
"""

import logging
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from web.mail.models import Gate, GateName, Mail, Month
from web.mail.topics import FIRST

logger = logging.getLogger(__name__)

KEPT = 0.02  # share of the quota that is kept for signing in: a month's end locks nobody out
ASK_EVERY = timedelta(hours=1)  # that a used-up quota is tried with one mail
PERCENT = 100.0


def month_of(now: datetime) -> date:
    """Return the first day of the month of a moment, by UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def next_month(now: datetime) -> datetime:
    """Return the moment at which the following month begins, by UTC."""
    following = month_of(now) + timedelta(days=32)
    return datetime(following.year, following.month, 1, tzinfo=UTC)


def used(now: datetime) -> int:
    """Return how many mails of the month were taken by the mail service."""
    month = Month.objects.filter(first=month_of(now)).first()
    return month.taken if month else 0


def most(priority: int) -> int | None:
    """Return how many mails of a month there may be for one of this priority; None: any number."""
    quota: int = settings.MAIL_QUOTA
    if not quota:
        return None
    return quota if priority == FIRST else quota - int(quota * KEPT)


def room(priority: int, now: datetime) -> int | None:
    """Return for how many more there is room this month; None: any number."""
    limit = most(priority)
    return None if limit is None else max(0, limit - used(now))


def take(priority: int, now: datetime) -> bool:
    """Take the place of one mail; False: the month's quota is used up for this priority."""
    month, _ = Month.objects.get_or_create(first=month_of(now))
    limit = most(priority)
    rows = Month.objects.filter(id=month.id)
    if limit is not None:
        rows = rows.filter(taken__lt=limit)
    return bool(rows.update(taken=F("taken") + 1))


def give_back(now: datetime) -> None:
    """Give back a place that was taken at ``now``, for the mail was not sent."""
    Month.objects.filter(first=month_of(now), taken__gt=0).update(taken=F("taken") - 1)


def share(now: datetime) -> float | None:
    """Return percent of the month's quota that are used; None where nothing is known of it."""
    if gate(GateName.QUOTA, now):
        return PERCENT
    return PERCENT * used(now) / settings.MAIL_QUOTA if settings.MAIL_QUOTA else None


def gate(name: GateName, now: datetime) -> Gate | None:
    """Return a gate that is closed now; a used-up quota that was raised since is open."""
    found = Gate.objects.filter(name=name, until__gt=now).first()
    if found and name == GateName.QUOTA and found.quota < settings.MAIL_QUOTA:
        return None
    return found


def close(name: GateName, *, until: datetime, reason: str, now: datetime | None = None) -> None:
    """Let no mail pass until a moment, or until the gate is opened."""
    moment = now or timezone.now()
    facts = {
        "closed": moment,
        "until": until,
        "reason": reason[:300],
        "quota": settings.MAIL_QUOTA,
        "ask_at": moment + ASK_EVERY if name == GateName.QUOTA else None,
        "trial": None,
    }
    Gate.objects.update_or_create(name=name, defaults=facts)
    logger.warning("mails are held back", extra={"gate": str(name), "until": until.isoformat()})


def open_gate(name: GateName) -> bool:
    """Let mails pass again; False: it was open."""
    return bool(Gate.objects.filter(name=name).delete()[0])


def may_ask(gate: Gate, now: datetime) -> bool:
    """Return whether it is time to try one mail, for this caller alone."""
    if gate.ask_at is None or gate.ask_at > now:
        return False
    same = Gate.objects.filter(id=gate.id, ask_at=gate.ask_at)
    return bool(same.update(ask_at=now + ASK_EVERY, trial=None))


def ask_with(gate: Gate, mail: Mail) -> None:
    """Let this one mail pass a closed gate."""
    Gate.objects.filter(id=gate.id).update(trial=mail.id)
