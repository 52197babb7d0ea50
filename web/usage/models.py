"""What was used, what it costs, and what a workspace may use.

Rule: rows of what was used outlive their run and their workspace, whose names they keep: they are
what somebody is charged by.
"""

from typing import ClassVar
from uuid import uuid4

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.runs.models import Run


class Price(models.Model):
    """A price from the first of a month on; ``amount`` None: the item has none from then on."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    item = models.CharField(max_length=40)  # a word of web.usage.items
    amount = models.DecimalField(max_digits=18, decimal_places=8, null=True)
    since = models.DateField()
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["item", "since"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "since"], name="price_once_a_month"),
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(amount__gte=0),
                name="price_is_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(since__day=1), name="price_begins_with_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} from {self.since:%Y-%m}"


class Plan(models.Model):
    """What a workspace may use; None: as much as it likes."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60, unique=True)
    is_default = models.BooleanField(default=False)  # of workspaces that were given none
    mocks = models.PositiveIntegerField(null=True, blank=True)  # on line at once
    runs = models.PositiveIntegerField(null=True, blank=True)  # that have not ended, at once
    mock_hours = models.PositiveBigIntegerField(null=True, blank=True)  # a month
    messages = models.PositiveBigIntegerField(null=True, blank=True)  # a month
    log_gigabytes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    # Whether live runs are stopped when a month's messages or mock-hours are used up.
    stops_runs = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_plan_is_the_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("operations_plan", args=[self.code])


class Subscription(models.Model):
    """The plan that a workspace was given."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="subscription")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.workspace}: {self.plan}"


class Use(models.Model):
    """What one run used in one month, up to ``until``."""

    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, related_name="uses")
    workspace_code = models.UUIDField()
    workspace_name = models.CharField(max_length=80)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="uses")
    run_code = models.UUIDField()
    run_name = models.CharField(max_length=120)
    started_at = models.DateTimeField()  # the run
    month = models.DateField()
    until = models.DateTimeField()
    mocks = models.PositiveIntegerField(default=0)  # of the run, at most
    mock_seconds = models.PositiveBigIntegerField(default=0)
    messages = models.PositiveBigIntegerField(default=0)  # delivered
    failed = models.PositiveBigIntegerField(default=0)  # that were to be sent, and failed
    bytes = models.PositiveBigIntegerField(default=0)  # of payload
    bytes_out = models.PositiveBigIntegerField(default=0)  # handed to sockets
    bytes_in = models.PositiveBigIntegerField(default=0)  # read from them
    log_bytes = models.PositiveBigIntegerField(default=0)  # written to the log
    tower_seconds = models.FloatField(default=0.0)  # by its share of their mocks
    towers = models.PositiveIntegerField(default=0)  # that held it at once, at most

    class Meta:
        ordering: ClassVar = ["month", "id"]
        indexes: ClassVar = [
            models.Index(fields=["workspace_code", "month"], name="uses_of_a_workspace"),
            models.Index(fields=["month"], name="uses_of_a_month"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run_code", "month"], name="use_once_a_month"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="use_is_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.run_name} in {self.month:%Y-%m}"

    @property
    def mock_hours(self) -> float:
        """The time that its mocks were on, all together."""
        return self.mock_seconds / 3_600


class Kept(models.Model):
    """What a workspace kept, and mailed, in one month; looked at once an hour."""

    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, related_name="kept")
    workspace_code = models.UUIDField()
    workspace_name = models.CharField(max_length=80)
    month = models.DateField()
    until = models.DateTimeField()  # the last look
    bytes = models.PositiveBigIntegerField(default=0)  # of logs, then
    peak_bytes = models.PositiveBigIntegerField(default=0)
    gigabyte_hours = models.FloatField(default=0.0)  # of logs
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["month", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_code", "month"], name="kept_once_a_month"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="kept_is_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.workspace_name} in {self.month:%Y-%m}"


class Expected(models.Model):
    """What a run was expected to use when it began, for the page that holds both together."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="expected")
    data = models.JSONField()  # as web.usage.forecasting packs it

    def __str__(self) -> str:
        return f"expected of {self.run_id}"
