"""What was found, whom it was told, who answered, and what was done about it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import Workspace
from web.alerts import kinds
from web.alerts.models.reaching import Channel, ChannelKind
from web.alerts.models.watching import Rule, Watch
from web.platform.sealed import SealedText
from web.runs.models import Run


class IncidentState(models.TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


UNRESOLVED = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)


class Incident(models.Model):
    """A rule that did not hold for a subject. Of the service itself when it has no workspace."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="incidents")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="incidents")
    rule = models.ForeignKey(Rule, models.SET_NULL, null=True, related_name="incidents")
    watch = models.ForeignKey(Watch, models.SET_NULL, null=True, related_name="incidents")
    subject = models.CharField(max_length=80)  # run:<code>, workspace:<code>, service:<what>
    subject_name = models.CharField(max_length=160)
    key = models.CharField(max_length=60)  # of its rule: the rule's code, or the kind of a service
    kind = models.CharField(max_length=12, choices=kinds.CHOICES)
    words = models.CharField(max_length=500)
    evidence = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=IncidentState.choices, default=IncidentState.OPEN
    )
    opened = models.DateTimeField(default=timezone.now)
    acknowledged = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=160, blank=True)  # who, and how
    resolved = models.DateTimeField(null=True)
    reopened = models.PositiveIntegerField(default=0)

    # Where it stands on its ladder; ``ring_at`` is None when nobody is to be rung.
    ladder = models.JSONField(default=dict)
    round = models.PositiveIntegerField(default=1)
    level = models.PositiveIntegerField(default=1)
    attempt = models.PositiveIntegerField(default=0)
    ring_at = models.DateTimeField(null=True)
    unanswered = models.DateTimeField(null=True)  # when the ladder ended without an answer

    class Meta:
        ordering: ClassVar = ["-opened"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-opened"], name="incidents_of_a_workspace"),
            models.Index(
                fields=["ring_at"],
                condition=models.Q(ring_at__isnull=False),
                name="incidents_that_ring",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "key"],
                condition=models.Q(state__in=["open", "acknowledged"]),
                name="one_open_incident",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=IncidentState.values), name="incident_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_name}: {self.words}"

    def get_absolute_url(self) -> str:
        if self.workspace is None:
            return reverse("operations_incident", args=[self.code])
        return reverse("alerts:incident", args=[self.workspace.code, self.code])

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.state in UNRESOLVED


class Entry(models.Model):
    """A line of an incident's timeline that is no attempt and no remedy."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        REOPENED = "reopened", "Opened again"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"
        UNREACHABLE = "unreachable", "Passed over"
        ROUND = "round", "Started over"
        NOBODY = "nobody", "Nobody answered"
        COMMENT = "comment", "Comment"

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    who = models.CharField(max_length=160, blank=True)
    words = models.CharField(max_length=2_000, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.who}".strip()


class Purpose(models.TextChoices):
    RING = "ring", "Rings"
    OPENED = "opened", "Tells that it is open"
    REOPENED = "reopened", "Tells that it is open again"
    ACKNOWLEDGED = "acknowledged", "Tells that it is acknowledged"
    RESOLVED = "resolved", "Tells that it is resolved"
    NOBODY = "nobody", "Tells that nobody answered"
    TEST = "test", "Test"
    CODE = "code", "Code"


class AttemptState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not needed any more"


class Attempt(models.Model):
    """One notice to one place; there before it is sent. ``level`` 0 is for channels of the team.

    While it is ``sending`` one process holds it until ``next_at``.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, null=True, related_name="attempts")
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="attempts")
    way = models.CharField(max_length=60)  # as web.alerts.ways names it
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    round = models.PositiveIntegerField(default=0)
    level = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    person = models.CharField(max_length=80, blank=True)
    to = models.CharField(max_length=320, blank=True)
    kind = models.CharField(max_length=10, choices=ChannelKind.choices)
    note = SealedText(blank=True)  # the code that is sent
    created = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(
        max_length=8, choices=AttemptState.choices, default=AttemptState.WAITING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True)
    result = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)  # of the far side: a call, a message
    progress = models.CharField(max_length=40, blank=True)  # of a call: ringing, answered, …

    class Meta:
        ordering: ClassVar = ["created", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="attempts_that_are_due",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "purpose", "round", "level", "attempt", "way"],
                name="attempt_once",
            ),
            models.UniqueConstraint(
                fields=["incident", "round", "level", "attempt"],
                condition=models.Q(purpose="ring"),
                name="ring_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.person or self.to}"


class RecoveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    WORKING = "working", "At work"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Not done"


class Recovery(models.Model):
    """What a rule did by itself about an incident, and what came of it."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="recoveries")
    opening = models.PositiveIntegerField(default=0)  # how often it had been opened again by then
    remedy = models.CharField(max_length=13)
    budget_key = models.CharField(max_length=80)  # of rule and lot: what the hour's budget is of
    state = models.CharField(
        max_length=8, choices=RecoveryState.choices, default=RecoveryState.WAITING
    )
    asked = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    settled = models.DateTimeField(null=True)
    result = models.CharField(max_length=300, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")  # that it started

    class Meta:
        ordering: ClassVar = ["asked", "id"]
        verbose_name_plural = "recoveries"
        indexes: ClassVar = [models.Index(fields=["budget_key", "asked"], name="recovery_budget")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "opening"], name="recovery_once"),
        ]

    def __str__(self) -> str:
        return kinds.REMEDIES[kinds.Remedy(self.remedy)]
