"""What the clock does for scaling. Any number of clocks may: a look is claimed."""

from datetime import datetime, timedelta

from django.utils import timezone

from web.scaling import acting, judoscale
from web.scaling.models import Choice
from web.scaling.rule import Action

KEEP_HOLDS = timedelta(days=3)  # that it can be read that nothing was changed
KEEP = timedelta(days=400)  # that it can be read that something was
MOST = 5_000  # rows of one tick


def scale() -> None:
    """Look at each process, and do what the rule says."""
    acting.scale()


def tell() -> None:
    """Tell an add-on that scales in our place."""
    judoscale.tell()


def forget(now: datetime | None = None) -> int:
    """Remove old decisions; return how many."""
    moment = now or timezone.now()
    old = Choice.objects.filter(at__lt=moment - KEEP)
    holds = Choice.objects.filter(action=Action.HOLD, at__lt=moment - KEEP_HOLDS)
    some = (old | holds).order_by("id").values_list("id", flat=True)[:MOST]
    return Choice.objects.filter(id__in=list(some)).delete()[0]
