"""What the status page is made of: days of samples, the present, announcements, and pings.

Rule: a minute is written once, whoever comes first; announcements are operators' own words.
"""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User
from web.alerts.models import Incident
from web.status import states
from web.status.minutes import EMPTY, MAINTAINED, Stretch, Sums

COMPONENT_LENGTH = 12


class Day(models.Model):
    """A component's day of UTC. Sums are in s, made again whenever its minutes change."""

    day = models.DateField()
    component = models.CharField(max_length=COMPONENT_LENGTH)
    minutes = models.TextField(default=EMPTY)  # as web.status.minutes has it
    up = models.PositiveIntegerField(default=0)
    degraded = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    maintenance = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["day", "component"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "component"], name="status_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.component} on {self.day}"

    @property
    def sums(self) -> Sums:
        return Sums(self.up, self.degraded, self.down, self.maintenance)


class Present(models.Model):
    """How a component was found last."""

    component = models.CharField(max_length=COMPONENT_LENGTH, unique=True)
    state = models.CharField(max_length=8)  # a states.State
    words = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    at = models.DateTimeField()  # of the last look

    def __str__(self) -> str:
        return f"{self.component} is {self.state}"


class Kind(models.TextChoices):
    INCIDENT = "incident", "Incident"
    MAINTENANCE = "maintenance", "Planned maintenance"


class Impact(models.TextChoices):
    NONE = "none", "None: for information"
    MINOR = "minor", "Minor: some notice it"
    MAJOR = "major", "Major: much does not work"
    CRITICAL = "critical", "Critical: nothing works"


class Effect(models.TextChoices):
    """What an announcement does to uptime between its times."""

    NONE = "", "Nothing: our own records alone"
    DEGRADED = "degraded", "At least degraded"
    DOWN = "down", "Down"


class Stage(models.TextChoices):
    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"
    SCHEDULED = "scheduled", "Scheduled"
    GOING = "going", "In progress"
    COMPLETED = "completed", "Completed"


STAGES = {
    Kind.INCIDENT: (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING, Stage.RESOLVED),
    Kind.MAINTENANCE: (Stage.SCHEDULED, Stage.GOING, Stage.COMPLETED),
}
OVER = (Stage.RESOLVED, Stage.COMPLETED)


class Announcement(models.Model):
    """An incident or a maintenance as operators tell of it; nobody else sees a draft."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    title = models.CharField(max_length=120)
    impact = models.CharField(max_length=8, choices=Impact.choices, default=Impact.MINOR)
    components = models.JSONField(default=list)  # words of states.COMPONENTS
    stage = models.CharField(max_length=13, choices=Stage.choices)  # of the newest update
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    effect = models.CharField(max_length=8, choices=Effect.choices, blank=True)
    post_mortem = models.TextField(max_length=20_000, blank=True)
    post_mortem_at = models.DateTimeField(null=True)
    published = models.DateTimeField(null=True)  # None: a draft
    alert = models.ForeignKey(  # that it was begun from
        Incident, models.SET_NULL, null=True, related_name="announcements"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-begins", "-id"]
        indexes: ClassVar = [models.Index(fields=["-begins"], name="announcements_by_time")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends=None) | models.Q(ends__gte=models.F("begins")),
                name="announcement_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("operations_announcement", args=[self.code])

    @property
    def is_over(self) -> bool:
        return self.stage in OVER

    @property
    def titles(self) -> list[str]:
        """The titles of the components that it is about."""
        return [states.title_of(word) for word in self.components]

    def stretch(self, now: datetime) -> Stretch | None:
        """Return what it does to uptime; None: nothing.

        Maintenance counts as such only from when it was told of before.
        """
        ends = self.ends or (None if self.is_over else now)
        if self.published is None or ends is None:
            return None
        if self.kind == Kind.MAINTENANCE:
            begins = max(self.begins, self.published)
            return Stretch(MAINTAINED, begins, min(ends, now))
        letter = {Effect.DOWN: "d", Effect.DEGRADED: "s"}.get(Effect(self.effect))
        return Stretch(letter, self.begins, min(ends, now)) if letter else None


class Update(models.Model):
    """What was told of an announcement at a moment."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="updates")
    stage = models.CharField(max_length=13, choices=Stage.choices)
    words = models.TextField(max_length=2_000)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.words[:40]}"


class Ping(models.Model):
    """How the external dead man's switch was told last; one row."""

    name = models.CharField(max_length=20, unique=True)
    tried = models.DateTimeField()
    through = models.DateTimeField(null=True)  # when it last got through
    trouble = models.CharField(max_length=300, blank=True)  # of the last try, a sentence

    def __str__(self) -> str:
        return f"{self.name} at {self.tried:%H:%M:%S}"
