"""Everything that people change about reports."""

import logging

from django.db.models import Sum
from django.db.models.functions import Coalesce

from web.accounts.models import User
from web.logs.models import Chunk
from web.platform import queues, storage
from web.reports import jobs
from web.reports.models import Report, ReportState
from web.runs.models import Run

logger = logging.getLogger(__name__)

MAKE_TIMEOUT = 2 * 60 * 60  # s; some 500 million records
STILL_LIVE = "The run is still going on. Ask for the report when it has ended."


class NotYet(Exception):
    """The run cannot be reported on now; the text is a sentence that says why."""


class StorageDown(Exception):
    """The object store does not answer; the text is a sentence."""


def ask_for_report(run: Run, *, by: User) -> Report:
    """Return a report that a job is going to make; its link is mailed to ``by``.

    Raises:
        NotYet: The run is still live.
    """
    if run.is_live:
        raise NotYet(STILL_LIVE)
    report = Report.objects.create(
        workspace=run.workspace, run=run, asked_by=by, rows_total=sends_of(run)
    )
    nudge(report)
    return report


def retry_report(report: Report) -> bool:
    """Try a failed report again; return False when it had not failed."""
    again = Report.objects.filter(id=report.id, state=ReportState.FAILED).update(
        state=ReportState.QUEUED, reason="", rows=0, rows_total=sends_of(report.run)
    )
    if again:
        nudge(report)
    return bool(again)


def delete_report(report: Report) -> None:
    """Delete the report and its file. A job that is making it finds no row, and stops.

    Raises:
        StorageDown: The file could not be removed; nothing was changed.
    """
    try:
        if report.key:
            storage.delete(report.key)
    except storage.StorageUnavailable as down:
        raise StorageDown("The object store does not answer. Try again in a minute.") from down
    report.delete()


def download_link(report: Report) -> str:
    """Return an address of the store that downloads the report, for the next minutes.

    Raises:
        StorageDown: The object store is not configured.
    """
    try:
        return storage.download_link(
            report.key, file_name=file_name(report), content_type="text/csv; charset=utf-8"
        )
    except storage.StorageUnavailable as down:
        raise StorageDown("The object store does not answer. Try again in a minute.") from down


def file_name(report: Report) -> str:
    """Return what the file is called once it is downloaded: ``Night shift 2026-11-22.csv``."""
    name = "".join(c if c.isalnum() or c in " -_." else " " for c in report.run.name)
    return f"{' '.join(name.split()) or 'run'} {report.run.created:%Y-%m-%d %H%M}.csv"


def nudge(report: Report) -> None:
    """Put the job into the queue; the clock does it again for one that was lost."""
    queues.enqueue_on_commit("reports", jobs.make_report, str(report.code), timeout=MAKE_TIMEOUT)


def sends_of(run: Run) -> int:
    """Return how many lines the report will have."""
    rows = Chunk.objects.filter(run=run).aggregate(total=Coalesce(Sum("sends"), 0))
    return int(rows["total"])
