"""The audit log: who changed what, when and from where; and files made of it.

Rule: an entry is written with the change, in its transaction, and never changed. It holds names as
they were then, so that it can be read when those it tells of are gone.
"""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.platform.agents import device_words

EXPORT_LIFE = timedelta(days=7)  # of a file made of the log

KINDS = {
    "account": "Account",
    "workspace": "Workspace",
    "member": "Member",
    "key": "API key",
    "definition": "Definition",
    "dataset": "Dataset",
    "target": "Target",
    "lot": "Lot",
    "schedule": "Schedule",
    "run": "Run",
    "log": "Log",
    "report": "Report",
    "drain": "Drain",
    "watch": "Watch",
    "channel": "Channel",
    "incident": "Incident",
    "mail": "Mail",
    "operation": "Operation",
}
"""What an action is about: the word before its dot. A new one is a line here."""


class Entry(models.Model):
    """One change."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(  # None: about an account, and told to its user alone
        Workspace, models.CASCADE, null=True, related_name="audit_entries"
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    action = models.CharField(max_length=60)  # "target.saved"
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=200)  # name and e-mail address then; "system"
    via = models.CharField(max_length=120, blank=True)  # the API key
    about = models.CharField(max_length=200, blank=True)  # its name then
    about_code = models.UUIDField(null=True)
    link = models.CharField(max_length=300, blank=True)  # path of its page then
    words = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=45, blank=True)  # IPv4 or IPv6; empty: no request
    agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-at"], name="audit_of_a_workspace"),
            models.Index(fields=["user", "-at"], name="audit_of_a_user"),
            models.Index(fields=["at"], name="audit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.title}"

    @property
    def kind(self) -> str:
        """What it is about: a word of ``KINDS``."""
        return self.action.partition(".")[0]

    @property
    def device(self) -> str:
        """What the client calls itself, in short."""
        return device_words(self.agent)

    @property
    def title(self) -> str:
        """What was done, for people: "API key made"."""
        kind, _, deed = self.action.partition(".")
        return f"{KINDS.get(kind, kind)} {deed.replace('_', ' ')}"


class ExportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Export(models.Model):
    """A CSV file of a workspace's log, or of some of it, that a job makes."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit_exports")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    query = models.JSONField(default=dict)  # web.audit.access.Query
    state = models.CharField(max_length=7, choices=ExportState.choices, default=ExportState.QUEUED)
    reason = models.CharField(max_length=300, blank=True)  # why it failed, a sentence
    attempt = models.PositiveIntegerField(default=0)  # rises with each start of the job: its fence
    worked_at = models.DateTimeField(null=True)  # last sign of life of the job
    rows = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    key = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=ExportState.values), name="audit_export_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Audit log of {self.workspace}"

    def get_absolute_url(self) -> str:
        return reverse("audit:export", args=[self.workspace.code, self.code])

    @property
    def is_live(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)

    @property
    def prefix(self) -> str:
        """The beginning of the keys of its files."""
        return f"workspaces/{self.workspace.code}/audit/{self.code}"
