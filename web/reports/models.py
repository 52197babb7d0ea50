"""Reports: a file made from a run's log, and how far its making is."""

from datetime import datetime, timedelta
from typing import ClassVar
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


class Report(models.Model):
    """The CSV of a run's sends. Stays until it or its run is deleted."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="reports")
    run = models.ForeignKey(Run, models.CASCADE, related_name="reports")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=7, choices=ReportState.choices, default=ReportState.QUEUED)
    reason = models.CharField(max_length=500, blank=True)  # why it failed or waits, a sentence
    attempt = models.PositiveIntegerField(default=0)  # rises with each start of the job: its fence
    worked_at = models.DateTimeField(null=True)  # last sign of life of the job
    rows = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    key = models.CharField(max_length=300, blank=True)
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
        return f"CSV of {self.run}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.workspace.code, self.code])

    @property
    def is_live(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in (ReportState.QUEUED, ReportState.RUNNING)

    @property
    def link_expires(self) -> datetime | None:
        """When the link in the mail stops working; None before it is sent."""
        return self.finished_at + LINK_LIFE if self.finished_at else None
