"""The outbox: every mail is a row, every try to send it is another."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class Mail(models.Model):
    """One mail to one address.

    While it is ``sending`` one process holds it until ``next_attempt_at``; when that passes, the
    process died and the mail is due again.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created = models.DateTimeField(default=timezone.now, editable=False)
    sent = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="mail_that_is_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class Attempt(models.Model):
    """One try to send a mail: by which backend, and what came of it."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    backend = models.CharField(max_length=16)
    is_sent = models.BooleanField()
    result = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.backend} at {self.at:%H:%M:%S}: {self.result}"
