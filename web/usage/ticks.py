"""What the clock does for usage. Any number of clocks may: what is counted twice counts once."""

from datetime import datetime, timedelta

from django.utils import timezone

from web.usage import enforcing, keeping, metering
from web.usage.models import Kept, Use

KEEP = timedelta(days=3 * 366)  # that rows are kept: a page lists 36 months
MOST = 5_000  # rows of one tick


def meter() -> None:
    """Count what live runs have used, and end those whose plan is used up and says so."""
    metering.look()
    enforcing.look()


def keep() -> None:
    """Count what workspaces keep, each once an hour."""
    keeping.look()


def make_up() -> None:
    """Count ended runs that nobody counted when they ended."""
    metering.make_up()


def forget(now: datetime | None = None) -> int:
    """Remove what was used long ago; return how many rows."""
    before = ((now or timezone.now()) - KEEP).date().replace(day=1)
    old = Use.objects.filter(month__lt=before).order_by("id").values_list("id", flat=True)[:MOST]
    gone = Use.objects.filter(id__in=list(old)).delete()[0]
    return gone + Kept.objects.filter(month__lt=before).delete()[0]
