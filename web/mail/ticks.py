"""What the clock does for mail besides sending it: forgets what is old."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from web.mail.models import OPEN, Event, Incoming, Mail, Topic

KEEP_SECRETS = timedelta(days=1)  # that the text of a mail with a link to an account is kept
KEEP_TEXTS = timedelta(days=30)
KEEP = timedelta(days=400)  # that it can be read that a mail was sent
MOST = 1_000  # rows of one tick, each way


def forget(now: datetime | None = None) -> int:
    """Empty the texts of mails that are over, and remove old rows; return how many were removed."""
    moment = now or timezone.now()
    over = Mail.objects.exclude(state__in=OPEN)
    empty(over.filter(topic=Topic.ACCOUNT, created__lt=moment - KEEP_SECRETS))
    empty(over.filter(created__lt=moment - KEEP_TEXTS))
    old = over.filter(created__lt=moment - KEEP).order_by("id").values_list("id", flat=True)
    Incoming.objects.filter(id__in=_some(Incoming.objects.filter(at__lt=moment - KEEP))).delete()
    unknown = Event.objects.filter(mail=None, heard__lt=moment - KEEP)  # of another sender's mails
    Event.objects.filter(id__in=_some(unknown)).delete()
    return Mail.objects.filter(id__in=list(old[:MOST])).delete()[0]


def empty(rows: QuerySet[Mail]) -> None:
    """Empty the texts of some of these mails."""
    full = _some(rows.exclude(text=""))
    Mail.objects.filter(id__in=full).update(text="", html="")


def _some(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("id").values_list("id", flat=True)[:MOST])
