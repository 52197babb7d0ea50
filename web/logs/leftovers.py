"""Deletes objects of a log that no row names: of merged and expired chunks, and of what died.

Rule: bounded steps by the clock, each harmless when doubled. Nothing is deleted that a page may
still read, or that somebody who goes through the log has still to come to.
"""

import logging
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils import timezone

from web.logs.models import Chunk, Reader, RunLog, Spent
from web.platform import storage
from web.runs.models import LIVE, Run

logger = logging.getLogger(__name__)

MOST_DELETED = 1_000  # objects of one step; one call of the store
SWEPT_AFTER = timedelta(hours=1)  # after a run's end; merges and late writers are done by then
MOST_SWEPT = 5  # runs of one step
MOST_KEYS = 50_000  # of one run that are looked at; a run of a day has some 20,000
YOUNG = timedelta(minutes=30)  # an object so young may be about to get its row


def delete_spent(now: datetime | None = None) -> int:
    """Delete objects whose time has come, ``MOST_DELETED`` at most; return how many.

    Raises:
        StorageUnavailable: The object store does not answer; they stay for the next step.
    """
    moment = now or timezone.now()
    Reader.objects.filter(until__lt=moment).delete()
    read = Exists(Reader.objects.filter(run=OuterRef("run")))
    due = list(Spent.objects.filter(~read, after__lte=moment).order_by("after")[:MOST_DELETED])
    if due:
        storage.delete_many([spent.key for spent in due])
        Spent.objects.filter(id__in=[spent.id for spent in due]).delete()
    return len(due)


def sweep(now: datetime | None = None) -> int:
    """Look for objects without a row below runs that ended; return how many are to be deleted.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    moment = now or timezone.now()
    loose = Exists(Chunk.objects.filter(run=OuterRef("pk"), is_loose=True))
    runs = Run.objects.filter(~loose, ended_at__lt=moment - SWEPT_AFTER, log__swept_at=None)
    runs = runs.exclude(state__in=LIVE).select_related("workspace").order_by("ended_at")
    return sum(sweep_run(run, now=moment) for run in runs[:MOST_SWEPT])


def sweep_run(run: Run, *, now: datetime) -> int:
    """Have what lies below a run's log without a row deleted; return how much it is.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    keys = set(islice(storage.keys(f"{run.prefix}log/"), MOST_KEYS))
    known = set(Chunk.objects.filter(run=run).values_list("key", flat=True))
    known |= set(Spent.objects.filter(run=run).values_list("key", flat=True))
    lost = [key for key in sorted(keys - known) if storage.head(key).modified < now - YOUNG]
    if lost:
        logger.info("objects without a row: %d", len(lost), extra={"run": str(run.code)})
    rows = [Spent(run=run, key=key, after=now) for key in lost]
    Spent.objects.bulk_create(rows, ignore_conflicts=True)
    RunLog.objects.update_or_create(run=run, defaults={"swept_at": now})
    return len(lost)
