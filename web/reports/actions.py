"""Everything that people change about reports."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from web.accounts.models import User
from web.audit.actions import note
from web.logs import index
from web.logs.query import ALL, SEND, Query
from web.platform import queues, storage
from web.platform.removal import remove_later
from web.reports import jobs
from web.reports.models import Form, Report, ReportState
from web.runs.models import Run

logger = logging.getLogger(__name__)

MAKE_TIMEOUT = 2 * 60 * 60  # s; some 500 million records
MOST_AT_ONCE = 10  # reports of a workspace that are being made, or wait for it
STRAGGLERS = timedelta(minutes=1)  # that a job which was being stopped may still write
GOING = (ReportState.QUEUED, ReportState.RUNNING)
SENDS = Query(results=(SEND,))
# As web.reports.forms has them, which need pyarrow and are the job's.
TYPES: dict[str, str] = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON_LINES: "application/jsonl",
    Form.PARQUET: "application/vnd.apache.parquet",
}
TOO_MANY = f"{MOST_AT_ONCE} downloads are being made already. Wait for one, or cancel one."
STILL_LIVE = "The run is still going on. Ask for the report when it has ended."


class NotYet(Exception):
    """The run cannot be reported on now; the text is a sentence that says why."""


class TooMany(Exception):
    """No more can be asked for now; the text is a sentence that says why."""


class StorageDown(Exception):
    """The object store does not answer; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants of a log, and how."""

    query: Query = ALL
    form: Form = Form.CSV
    is_packed: bool = False
    is_mailed: bool = False


def ask_for_download(run: Run, order: Order, *, by: User) -> Report:
    """Return a report on a run, live or not, that a job is going to make.

    Of a live run it has what is stored when the job begins.

    Raises:
        TooMany: So many are being made for the workspace already.
    """
    going = Report.objects.filter(workspace=run.workspace, state__in=GOING).count()
    if going >= MOST_AT_ONCE:
        raise TooMany(TOO_MANY)
    report = Report.objects.create(
        workspace=run.workspace,
        run=run,
        asked_by=by,
        form=order.form,
        is_packed=order.is_packed and order.form != Form.PARQUET,
        is_mailed=order.is_mailed,
        query=order.query.to_json(),
        **totals_of(run, order.query),
    )
    note("report.asked_for", user=by, about=report)
    nudge(report)
    return report


def ask_for_report(run: Run, *, by: User) -> Report:
    """Return a report on all sends that a job is going to make; its link is mailed to ``by``.

    Raises:
        NotYet: The run is still live.
    """
    if run.is_live:
        raise NotYet(STILL_LIVE)
    return ask_for_download(run, Order(query=SENDS, is_mailed=True), by=by)


def retry_report(report: Report) -> bool:
    """Try a failed or cancelled report again; return False when it is neither."""
    again = Report.objects.filter(
        id=report.id, state__in=(ReportState.FAILED, ReportState.CANCELLED)
    ).update(
        state=ReportState.QUEUED,
        reason="",
        rows=0,
        looked=0,
        **totals_of(report.run, Query.from_json(report.query)),
    )
    if again:
        note("report.retried", about=report)
        nudge(report)
    return bool(again)


def cancel_report(report: Report, *, by: User) -> bool:
    """End the making of a report; return False when it was over already.

    The job finds that it was overtaken within a second or two, and leaves nothing behind.
    """
    going = Report.objects.filter(id=report.id, state__in=GOING)
    cancelled = going.update(state=ReportState.CANCELLED, reason=f"{by} cancelled it."[:500])
    if cancelled:
        note("report.cancelled", user=by, about=report)
    return bool(cancelled)


def delete_report(report: Report) -> None:
    """Delete the report and its file. A job that is making it finds no row, and stops.

    Raises:
        StorageDown: The file could not be removed; nothing was changed.
    """
    try:
        for part in report.files:
            storage.delete(part["key"])
    except storage.StorageUnavailable as down:
        raise StorageDown("The object store does not answer. Try again in a minute.") from down
    with transaction.atomic():
        remove_later(report.prefix, wait=STRAGGLERS)
        note("report.deleted", about=report)
        report.delete()


def download_link(report: Report, *, part: int = 1) -> str:
    """Return an address of the store that downloads a part of the report, for the next minutes.

    Args:
        report: One that is ready.
        part: From 1.

    Raises:
        StorageDown: The object store is not configured.
    """
    try:
        return storage.download_link(
            report.files[part - 1]["key"],
            file_name=file_name(report, part=part),
            content_type=TYPES[report.form] if not report.is_packed else "application/gzip",
        )
    except storage.StorageUnavailable as down:
        raise StorageDown("The object store does not answer. Try again in a minute.") from down


def file_name(report: Report, *, part: int = 1) -> str:
    """Return what a part is called once it is downloaded: ``Night shift 2026-11-22 part 2.csv``."""
    name = "".join(c if c.isalnum() or c in " -_." else " " for c in report.run.name)
    number = f" part {part}" if len(report.files) > 1 else ""
    suffix = f"{report.form}.gz" if report.is_packed else report.form
    begin = " ".join(name.split()) or "run"
    return f"{begin} {report.run.created:%Y-%m-%d %H%M}{number}.{suffix}"


def nudge(report: Report) -> None:
    """Put the job into the queue; the clock does it again for one that was lost."""
    queues.enqueue_on_commit("reports", jobs.make_report, str(report.code), timeout=MAKE_TIMEOUT)


def totals_of(run: Run, query: Query) -> dict[str, int | None]:
    """Return how many lines a report will have, where the index alone tells, and what it takes."""
    chunks = index.candidates(run, query)
    rows = chunks.aggregate(rows=Coalesce(Sum("rows"), 0), sends=Coalesce(Sum("sends"), 0))
    known = {ALL: rows["rows"], SENDS: rows["sends"]}
    return {"rows_total": known.get(query), "looked_total": rows["rows"]}
