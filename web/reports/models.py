"""Reports: files made from a run's log, and how far their making is."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.runs.models import Run

LINK_LIFE = timedelta(days=7)  # of the link in the mail


class ReportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Form(models.TextChoices):
    """What the file is; ``web.reports.forms`` makes it."""

    CSV = "csv", "CSV"
    JSON_LINES = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"


class Report(models.Model):
    """The records of a run, or some of them, as a file in one part or more.

    Stays until it or its run is deleted, or the run's log expires.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="reports")
    run = models.ForeignKey(Run, models.CASCADE, related_name="reports")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    form = models.CharField(max_length=7, choices=Form.choices, default=Form.CSV)
    is_packed = models.BooleanField(default=False)  # in gzip
    query = models.JSONField(default=dict)  # which records: web.logs.reading.Query
    is_mailed = models.BooleanField(default=True)  # its link, to who asked for it
    state = models.CharField(max_length=9, choices=ReportState.choices, default=ReportState.QUEUED)
    reason = models.CharField(max_length=500, blank=True)  # why it failed or waits, a sentence
    attempt = models.PositiveIntegerField(default=0)  # rises with each start of the job: its fence
    worked_at = models.DateTimeField(null=True)  # last sign of life of the job
    rows = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(null=True, default=0)  # null: not known before
    looked = models.PositiveBigIntegerField(default=0)  # records that were gone through
    looked_total = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes, of all parts
    key = models.CharField(max_length=300, blank=True)  # of the first part
    parts = models.JSONField(default=list)  # [{key, size, rows}], in their order
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created"], name="reports_of_a_workspace")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReportState.values), name="report_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} of {self.run}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.workspace.code, self.code])

    @property
    def is_live(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in (ReportState.QUEUED, ReportState.RUNNING)

    @property
    def share(self) -> int:
        """Percent of the way that its making has come."""
        if self.state == ReportState.READY:
            return 100
        return min(99, 100 * self.looked // self.looked_total) if self.looked_total else 0

    @property
    def is_filtered(self) -> bool:
        """Whether it holds only some of the records."""
        return bool(self.query)

    @property
    def files(self) -> list[dict[str, Any]]:
        """Its parts; of a report of before there were parts, the one file."""
        if self.parts or not self.key:
            return list(self.parts)
        return [{"key": self.key, "size": self.size, "rows": self.rows}]

    @property
    def link_expires(self) -> datetime | None:
        """When the link in the mail stops working; None before it is sent."""
        return self.finished_at + LINK_LIFE if self.finished_at else None
