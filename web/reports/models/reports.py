"""Reports: files made from a run's log, and how far their making is."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from web.accounts.models import User, Workspace
from web.reports.models.made import Form, Made, ReportState
from web.runs.models import Run


class Report(Made):
    """The records of a run, or some of them, as a file in one part or more.

    Stays until it or its run is deleted, or the run's log expires.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="reports")
    run = models.ForeignKey(Run, models.CASCADE, related_name="reports")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    form = models.CharField(max_length=7, choices=Form.choices, default=Form.CSV)
    is_packed = models.BooleanField(default=False)  # in gzip
    query = models.JSONField(default=dict)  # which records: web.logs.reading.Query
    is_mailed = models.BooleanField(default=True)  # its link, to who asked for it
    key = models.CharField(max_length=300, blank=True)  # of the first part

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created"], name="reports_of_a_workspace"),
            models.Index(
                fields=["created"],
                condition=models.Q(state__in=["queued", "running"]),
                name="reports_that_are_due",
            ),
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
    def prefix(self) -> str:
        """The beginning of the keys of its files, of all attempts."""
        return f"{self.run.prefix}reports/{self.code}-"

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
