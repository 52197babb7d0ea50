"""Reports: a log, or a part of it, as a file that a job makes."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from web.api.door import EDITOR, VIEWER, KeyRequest, count
from web.api.paging import Listed, Wanted, newest_first
from web.api.routes.datasets import Link
from web.api.routes.log import MocksWished, query_of
from web.platform.limiting import DOWNLOAD
from web.reports import access, actions
from web.reports.models import Form, Report, ReportState
from web.runs.access import run_of

router = Router(tags=["Reports"])


class ReportTold(Schema):
    """A report, and how far it is."""

    code: UUID
    run: UUID
    form: str = Field(description="csv, jsonl, parquet")
    is_packed: bool = Field(description="In gzip.")
    state: str = Field(description=", ".join(ReportState.values))
    reason: str
    share: int = Field(description="How much of it is made, percent.")
    rows: int
    size: int = Field(description="Bytes of all parts.")
    parts: int = Field(description="Files that it lies in; 0 until it is ready.")
    created: datetime
    finished_at: datetime | None


class NewReport(MocksWished, extra="forbid"):
    """Which records, and in which form."""

    form: Literal["csv", "jsonl", "parquet"] = "csv"
    is_packed: bool = Field(False, description="With gzip; Parquet always is.")
    is_mailed: bool = Field(False, description="Mail a link to whom the key acts for.")


class PartWanted(Schema):
    """Which part of a file."""

    part: int = Field(1, ge=1, description="From 1.")


@router.get("reports", response=Listed[ReportTold], **VIEWER)
def list_reports(request: KeyRequest, wanted: Query[Wanted]) -> Listed[ReportTold]:
    """List reports, the newest first."""
    return newest_first(access.reports_of(request.workspace), wanted, tell)


@router.post("runs/{uuid:run}/reports", response={202: ReportTold}, **EDITOR)
def ask_for_report(request: KeyRequest, run: UUID, body: NewReport) -> Status[ReportTold]:
    """Ask for records of a run as a file; of a live run those that are stored by then."""
    count(request, DOWNLOAD)
    found = run_of(request.workspace, run)
    order = actions.Order(
        query=query_of(found, MocksWished(**body.model_dump(include=WISHED))),
        form=Form(body.form),
        is_packed=body.is_packed,
        is_mailed=body.is_mailed,
    )
    return Status(202, tell(actions.ask_for_download(found, order, by=request.user)))


@router.get("reports/{uuid:report}", response=ReportTold, **VIEWER)
def get_report(request: KeyRequest, report: UUID) -> ReportTold:
    """Get a report: ask until `state` is ready or failed."""
    return tell(access.report_of(request.workspace, report))


@router.get("reports/{uuid:report}/link", response=Link, **VIEWER)
def link_to_report(request: KeyRequest, report: UUID, wanted: Query[PartWanted]) -> Link:
    """Get an address that downloads a part of a report for the next minutes, once it is ready."""
    count(request, DOWNLOAD)
    found = access.report_of(request.workspace, report)
    if found.state != ReportState.READY:
        raise actions.NotYet(f"This report has no file: its state is {found.state}.")
    if wanted.part > len(found.files):
        raise Http404("this report has no such part")
    return Link(url=actions.download_link(found, part=wanted.part))


@router.post("reports/{uuid:report}/cancel", response=ReportTold, **EDITOR)
def cancel_report(request: KeyRequest, report: UUID) -> ReportTold:
    """End the making of a report; one that is made stays."""
    actions.cancel_report(access.report_of(request.workspace, report), by=request.user)
    return tell(access.report_of(request.workspace, report))


@router.post("reports/{uuid:report}/retry", response={202: ReportTold}, **EDITOR)
def retry_report(request: KeyRequest, report: UUID) -> Status[ReportTold]:
    """Try a report again that failed or was cancelled; another stays as it is."""
    actions.retry_report(access.report_of(request.workspace, report))
    return Status(202, tell(access.report_of(request.workspace, report)))


@router.delete("reports/{uuid:report}", response={204: None}, **EDITOR)
def delete_report(request: KeyRequest, report: UUID) -> Status[None]:
    """Delete a report and its file."""
    actions.delete_report(access.report_of(request.workspace, report))
    return Status(204, None)


WISHED = set(MocksWished.model_fields)
SAME = ("code", "form", "is_packed", "state", "reason", "share", "rows", "size", "created",
        "finished_at")  # fmt: skip


def tell(row: Report) -> ReportTold:
    """Return what is told of a report."""
    own = {name: getattr(row, name) for name in SAME}
    return ReportTold(run=row.run.code, parts=len(row.files), **own)
