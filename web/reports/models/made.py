"""What every file that a job makes has: how far it is, in which parts it lies, why it failed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

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


class Made(models.Model):
    """A file in one part or more, made by a job; ``attempt`` is the job's fence."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=9, choices=ReportState.choices, default=ReportState.QUEUED)
    reason = models.CharField(max_length=500, blank=True)  # why it failed or waits, a sentence
    attempt = models.PositiveIntegerField(default=0)  # rises with each start of the job: its fence
    worked_at = models.DateTimeField(null=True)  # last sign of life of the job
    rows = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(null=True, default=0)  # null: not known before
    looked = models.PositiveBigIntegerField(default=0)  # records that were gone through
    looked_total = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes, of all parts
    parts = models.JSONField(default=list)  # [{key, size, rows}], in their order
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

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
    def files(self) -> list[dict[str, Any]]:
        """Its parts, in their order."""
        return list(self.parts)

    @property
    def link_expires(self) -> datetime | None:
        """When the link in the mail stops working; None before it is sent."""
        return self.finished_at + LINK_LIFE if self.finished_at else None
