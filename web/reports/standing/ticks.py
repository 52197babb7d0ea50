"""What the clock does for regular reports: begins editions, asks again, forgets old ones."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from web.platform.removal import remove_later
from web.reports.making import silent
from web.reports.models import Edition, ReportState
from web.reports.standing import actions

WAITS_TOO_LONG = timedelta(minutes=1)
MOST = 20  # editions that one tick asks for
KEEP = timedelta(days=400)  # that an edition and its file are kept
MOST_FORGOTTEN = 50


def tick(now: datetime | None = None) -> None:
    """Begin what is due, and put the jobs of waiting and of silent editions into the queue again.

    Any number of clocks may: an edition that is asked for twice is made once.
    """
    moment = now or timezone.now()
    actions.take_due(moment)
    may = Q(not_before=None, created__lt=moment - WAITS_TOO_LONG) | Q(not_before__lte=moment)
    lost = Edition.objects.filter((Q(state=ReportState.QUEUED) & may) | silent(now))
    for edition in lost.order_by("created")[:MOST]:
        actions.nudge(edition)


def forget(now: datetime | None = None) -> int:
    """Remove old editions and have their files removed; return how many."""
    old = Edition.objects.filter(created__lt=(now or timezone.now()) - KEEP)
    rows = list(old.select_related("standing__workspace").order_by("id")[:MOST_FORGOTTEN])
    for edition in rows:
        with transaction.atomic():
            remove_later(f"{edition.standing.prefix}{edition.code}-", wait=timedelta(0))
            edition.delete()
    return len(rows)
