"""Regular reports of a workspace, their editions, and who gets them.

Rule: a period of a report has one edition, whoever made it; its state changes by conditional
updates.
"""

from datetime import time
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.reports.models.made import Form, Made, ReportState


class Every(models.TextChoices):
    """How long a period is."""

    DAY = "day", "Every day"
    WEEK = "week", "Every week"
    MONTH = "month", "Every month"


class Content(models.TextChoices):
    """Which records of a period an edition has."""

    SENDS = "sends", "Every send"
    FAILED = "failed", "Failed sends"
    ALL = "all", "Everything: sends, connections, changes of status"


class Standing(models.Model):
    """A report that a workspace gets of each day, week or month, by the clock of its zone."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="standing_reports")
    name = models.CharField(max_length=120)
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.MONTH)
    zone = models.CharField(max_length=64, default="UTC")
    at = models.TimeField(default=time(6))  # of the first day after a period
    content = models.CharField(max_length=6, choices=Content.choices, default=Content.SENDS)
    form = models.CharField(max_length=7, choices=Form.choices, default=Form.CSV)
    is_packed = models.BooleanField(default=True)  # in gzip
    skips_empty = models.BooleanField(default=False)  # mails nothing of a period without lines
    next_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="standing_by_moment"),
            models.Index(fields=["workspace", "name"], name="standing_of_a_workspace"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(every__in=Every.values), name="standing_every_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:standing", args=[self.workspace.code, self.code])

    @property
    def is_paused(self) -> bool:
        """Whether no editions are made for now."""
        return self.paused_at is not None

    @property
    def prefix(self) -> str:
        """What the keys of its files begin with."""
        return f"workspaces/{self.workspace.code}/standing/{self.code}/"

    @property
    def thread(self) -> str:
        """What its mails are of, for who stops them."""
        return f"report:{self.code}"


class Edition(Made):
    """The file of one period, from ``begin`` to before ``end``."""

    standing = models.ForeignKey(Standing, models.CASCADE, related_name="editions")
    begin = models.DateTimeField()
    end = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    is_mailed = models.BooleanField(default=False)  # who gets it was told
    tries = models.PositiveSmallIntegerField(default=0)  # failures that were tried again
    not_before = models.DateTimeField(null=True)  # when it is tried again

    class Meta:
        ordering: ClassVar = ["-begin", "-end", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["created"],
                condition=models.Q(state__in=["queued", "running"]),
                name="editions_that_are_due",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["standing", "begin", "end"], name="edition_once_a_period"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ReportState.values), name="edition_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing} of {self.begin:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse(
            "reports:edition", args=[self.standing.workspace.code, self.standing.code, self.code]
        )


class Subscriber(models.Model):
    """A member who gets a regular report by mail."""

    standing = models.ForeignKey(Standing, models.CASCADE, related_name="subscribers")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["user__name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standing", "user"], name="subscriber_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} gets {self.standing}"
