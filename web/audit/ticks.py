"""What the clock does for the audit log; any number of clocks may."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from web.audit import actions
from web.audit.models import EXPORT_LIFE, Entry, Export, ExportState
from web.platform.removal import remove_later
from web.reports.making import silent

MOST_OF_A_WORKSPACE = 200_000  # entries; some 80 MB. The oldest go first
MOST_FORGOTTEN = 5_000  # rows of one tick
LOST = timedelta(minutes=2)  # after which a job that nobody has begun is asked for again


def ask_again(now: datetime | None = None) -> None:
    """Ask again for files whose jobs were lost."""
    old = (now or timezone.now()) - LOST
    waiting = Export.objects.filter(state=ExportState.QUEUED, created__lt=old)
    for export in (waiting | Export.objects.filter(silent(now)))[:20]:
        actions.nudge(export)


def forget(now: datetime | None = None) -> int:
    """Remove entries that are too old or too many, and old files; return how many entries."""
    moment = now or timezone.now()
    for export in Export.objects.filter(created__lt=moment - EXPORT_LIFE)[:100]:
        remove_later(export.prefix, wait=timedelta(0))
        export.delete()
    old = Entry.objects.filter(at__lt=moment - timedelta(days=settings.AUDIT_KEEP_DAYS))
    ids = list(old.order_by("at").values_list("id", flat=True)[:MOST_FORGOTTEN])
    return Entry.objects.filter(id__in=[*ids, *too_many()]).delete()[0]


def too_many() -> list[int]:
    """Return ids of the oldest entries of workspaces that have more than they may."""
    groups = Entry.objects.order_by().exclude(workspace=None).values_list("workspace")
    full = groups.annotate(count=Count("id")).filter(count__gt=MOST_OF_A_WORKSPACE)
    return [
        found
        for workspace, count in full[:20]
        for found in Entry.objects.filter(workspace=workspace)
        .order_by("at", "id")
        .values_list("id", flat=True)[: min(count - MOST_OF_A_WORKSPACE, MOST_FORGOTTEN)]
    ]
