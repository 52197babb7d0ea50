"""What the clock does for the API."""

from datetime import datetime

from django.utils import timezone

from web.api.models import LIFE, Start

MOST = 5_000  # rows of one tick


def forget(now: datetime | None = None) -> int:
    """Remove what was remembered for ``LIFE``; return how many rows."""
    old = Start.objects.filter(created__lt=(now or timezone.now()) - LIFE).order_by("created")
    return Start.objects.filter(id__in=list(old.values_list("id", flat=True)[:MOST])).delete()[0]
