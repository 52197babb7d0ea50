"""Makes a report: from chunks to CSV to the object store, streamed, then the mail.

Rule: one attempt at a time; an attempt that was overtaken writes nothing more.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from web.logs.reading import SEND, Query, batches
from web.mail.actions import post
from web.platform import storage
from web.reports import csv_rows
from web.reports.access import link_token
from web.reports.models import Report, ReportState
from web.reports.upload import Overtaken, upload

logger = logging.getLogger(__name__)

SILENT = timedelta(minutes=2)  # a job that says nothing for so long is dead
TELL_EVERY = 1.0  # s between two writes of the progress
NO_STORAGE = "The object store did not answer. Try again in a minute."
GONE = "Part of the log is not in the object store any more."


def make(code: UUID) -> None:
    """Make the report if it waits, and mail its link to who asked for it.

    A failure is kept on the report as a sentence; only our own bugs are raised.
    """
    report = claim(code)
    if report is None:
        return
    key = f"{report.run.prefix}reports/{report.code}-{report.attempt}.csv"
    try:
        size = upload(key, blocks(report), content_type="text/csv; charset=utf-8")
    except Overtaken:
        logger.info("report overtaken", extra={"report": str(code)})
    except storage.StorageUnavailable as down:
        logger.warning("report failed: %s", down)
        fail(report, NO_STORAGE)
    except storage.ObjectMissing as missing:
        logger.warning("report failed: %s", missing)
        fail(report, GONE)
    except BaseException:
        fail(report, "An error of ours. It is logged; try again, or tell us.")
        raise
    else:
        finish(report, key=key, size=size)


def claim(code: UUID) -> Report | None:
    """Return the report for this job alone to make, or None when it is not waiting."""
    now = timezone.now()
    silent = Q(state=ReportState.RUNNING, worked_at__lt=now - SILENT)
    taken = Report.objects.filter(Q(state=ReportState.QUEUED) | silent, code=code).update(
        state=ReportState.RUNNING, attempt=F("attempt") + 1, worked_at=now, rows=0, reason=""
    )
    return Report.objects.select_related("run", "asked_by").get(code=code) if taken else None


def blocks(report: Report) -> Iterator[bytes]:
    """Yield the file in pieces of some MB, and keep on the row how far it is.

    Raises:
        Overtaken: The report was deleted, or another attempt has begun.
        StorageUnavailable: The log could not be read.
    """
    yield csv_rows.header()
    rows, told = 0, monotonic()
    for sends in batches(report.run, Query(results=(SEND,))):
        yield csv_rows.lines(sends, run=str(report.run.code))
        rows += sends.num_rows
        if monotonic() - told >= TELL_EVERY:
            tell(report, rows)
            told = monotonic()
    tell(report, rows)


def tell(report: Report, rows: int) -> None:
    """Keep the progress.

    Raises:
        Overtaken: The report was deleted, or another attempt has begun.
    """
    if not mine(report).update(rows=rows, worked_at=timezone.now()):
        raise Overtaken(f"report {report.code} is not attempt {report.attempt}'s any more")


def finish(report: Report, *, key: str, size: int) -> None:
    """Put the file in force and the mail into the outbox, both or neither."""
    with transaction.atomic():
        ready = mine(report).update(
            state=ReportState.READY, key=key, size=size, finished_at=timezone.now()
        )
        if ready:
            mail_link(report)
    if not ready:
        storage.delete(key)


def mail_link(report: Report) -> None:
    """Mail who asked for the report; nobody, when they are gone."""
    report.refresh_from_db()
    if report.asked_by is None:
        return
    path = reverse("report_link", args=[report.code, link_token(report)])
    post(
        report.asked_by.email,
        f"Your CSV report of {report.run.name}",
        "mail/report",
        {"report": report, "run": report.run, "link": settings.SITE_URL + path},
    )


def fail(report: Report, reason: str) -> None:
    """Keep why it failed; the page offers to try again."""
    mine(report).update(state=ReportState.FAILED, reason=reason)


def mine(report: Report) -> QuerySet[Report]:
    """Return the row, as long as this attempt is the one that counts."""
    return Report.objects.filter(id=report.id, attempt=report.attempt, state=ReportState.RUNNING)
