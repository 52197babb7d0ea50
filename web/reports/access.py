"""The only door to the reports of a workspace, and to those that a signed link is for."""

from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from web.accounts.models import Workspace
from web.reports.models import LINK_LIFE, Report, ReportState
from web.runs.models import Run

SALT = "mocklot.report"


def reports_of(workspace: Workspace) -> QuerySet[Report]:
    """Return the reports on runs that were not deleted, newest first."""
    return (
        Report.objects.filter(workspace=workspace, run__deleted=None)
        .select_related("run__workspace", "asked_by", "workspace")
        .order_by("-created")
    )


def reports_on(run: Run) -> list[Report]:
    """Return the reports on one run, newest first."""
    rows = Report.objects.filter(workspace=run.workspace_id, run=run).order_by("-created")
    return [_known(row, run) for row in rows]


def _known(report: Report, run: Run) -> Report:
    """Return a report of a run that is at hand: its row then needs no joins."""
    report.run, report.workspace = run, run.workspace
    return report


def report_of(workspace: Workspace, code: UUID) -> Report:
    """Return one report of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    report = reports_of(workspace).filter(code=code).first()
    if report is None:
        raise Http404("no such report")
    return report


def link_token(report: Report) -> str:
    """Return the signed text that the link in the mail carries; it holds ``LINK_LIFE``."""
    return signing.dumps(str(report.code), salt=SALT)


def report_from_link(code: UUID, token: str, *, now: datetime | None = None) -> Report:
    """Return the report that the link of a mail is for; whoever has the link may have it.

    Raises:
        Http404: The link is not ours, is for another report, has expired, or the report is gone.
    """
    try:
        signed = signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except signing.BadSignature as bad:
        raise Http404("no such link") from bad
    report = (
        Report.objects.filter(code=code, state=ReportState.READY, run__deleted=None)
        .select_related("run")
        .first()
    )
    # The seal's age begins when the mail is made; the report's own end holds for old seals too.
    expired = report and report.link_expires and report.link_expires < (now or timezone.now())
    if signed != str(code) or report is None or expired:
        raise Http404("no such link")
    return report
