"""Schedules of lots, and what became of each of their moments.

Rule: a moment of a schedule has one row, whoever took it; its state changes by conditional updates.
"""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.lots.models import Lot
from web.runs.models import Run
from web.schedules import words
from web.schedules.moments import Timetable


class Overlap(models.TextChoices):
    """What is done at a moment at which a run of the lot is still going on."""

    SKIP = "skip", "Skip the new start"
    QUEUE = "queue", "Start it once the old run is over"
    REPLACE = "replace", "Stop the old run, then start"


class Schedule(models.Model):
    """When runs of a lot are started by themselves."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="schedules")
    lot = models.ForeignKey(Lot, models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=120)

    zone = models.CharField(max_length=64, default="UTC")
    moment = models.DateTimeField(null=True, blank=True)  # comes once; None: by cron
    cron = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    longest = models.DurationField(null=True, blank=True)  # of each run; None: the lot's own end
    overlap = models.CharField(max_length=8, choices=Overlap.choices, default=Overlap.SKIP)
    catch_up = models.DurationField(default=timedelta(minutes=15))

    next_at = models.DateTimeField(null=True)  # None: it is over
    paused_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="schedules_by_moment"),
            models.Index(fields=["workspace", "name"], name="schedules_of_a_workspace"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(overlap__in=Overlap.values), name="schedule_overlap_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(moment=None) ^ models.Q(cron=""),
                name="schedule_comes_once_or_by_cron",
            ),
            models.CheckConstraint(
                condition=models.Q(longest=None) | models.Q(longest__gt=timedelta(0)),
                name="schedule_runs_last_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("schedules:detail", args=[self.workspace.code, self.code])

    @property
    def timetable(self) -> Timetable:
        """Its moments."""
        return Timetable(zone=self.zone, cron=self.cron, moment=self.moment, until=self.until)

    @property
    def words(self) -> str:
        """When it comes, in plain words."""
        return words.told(self.timetable)

    @property
    def is_paused(self) -> bool:
        """Whether it starts nothing for now."""
        return self.paused_at is not None

    @property
    def is_over(self) -> bool:
        """Whether it has no moment any more."""
        return self.next_at is None


class TurnState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    STARTING = "starting", "Starting"
    STARTED = "started", "Started"
    SKIPPED = "skipped", "Skipped"
    MISSED = "missed", "Missed"
    REFUSED = "refused", "Refused"


OPEN = (TurnState.WAITING, TurnState.STARTING)


class Turn(models.Model):
    """A moment of a schedule, and what became of it; of missed ones in a row, all in one."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="turns")
    moment = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)  # moments that were missed together
    state = models.CharField(max_length=8, choices=TurnState.choices, default=TurnState.WAITING)
    reason = models.CharField(max_length=500, blank=True)  # a sentence
    run = models.OneToOneField(Run, models.SET_NULL, null=True, related_name="turn")
    taken = models.DateTimeField(default=timezone.now)  # when a clock saw that it had come
    settled = models.DateTimeField(null=True)
    claimed = models.DateTimeField(null=True)  # by the clock that is starting it
    not_before = models.DateTimeField(null=True)  # when it is tried again
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-moment", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(state__in=["waiting", "starting"]),
                name="turns_that_are_open",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "moment"], name="turn_once_a_moment"),
            models.CheckConstraint(
                condition=models.Q(state__in=TurnState.values), name="turn_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.moment:%Y-%m-%d %H:%M:%S}"
