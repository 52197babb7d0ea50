"""The outbox: every mail is a row, every try to send it is another."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from web.accounts.models import Workspace
from web.mail.topics import Topic


class State(models.TextChoices):
    """How far a mail is with us; what happened to it afterwards is its ``Delivery``."""

    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    HELD = "held", "Held back"  # the month's quota is used up
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    STOPPED = "stopped", "Not sent"  # its address does not want it, or takes no mail


OPEN = (State.QUEUED, State.SENDING, State.HELD)


class Delivery(models.TextChoices):
    """What the mail service told of a mail that it took."""

    UNKNOWN = "", "Not known"
    DEFERRED = "deferred", "Put off by the receiver"
    DELIVERED = "delivered", "Delivered"
    OPENED = "opened", "Opened"
    BOUNCED = "bounced", "Bounced"
    BLOCKED = "blocked", "Blocked by the receiver"
    DROPPED = "dropped", "Dropped by the mail service"
    COMPLAINED = "complained", "Reported as spam"


class Mail(models.Model):
    """One mail to one address.

    While it is ``sending`` one process holds it until ``next_attempt_at``; when that passes, the
    process died and the mail is due again. New columns have a default in the database, so that
    processes of the release before can go on writing rows.
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

    workspace = models.ForeignKey(Workspace, models.SET_NULL, null=True, related_name="mails")
    topic = models.CharField(
        max_length=10, choices=Topic.choices, default=Topic.ACCOUNT, db_default=Topic.ACCOUNT
    )
    # What in particular, "report:<code>": who gets it may stop just this.
    thread = models.CharField(max_length=60, blank=True, default="", db_default="")
    thread_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    priority = models.PositiveSmallIntegerField(default=0, db_default=0)  # web.mail.topics
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")  # a sentence
    delivery = models.CharField(
        max_length=10, choices=Delivery.choices, blank=True, default="", db_default=""
    )
    delivery_at = models.DateTimeField(null=True)
    delivery_text = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="mail_that_is_due",
            ),
            models.Index(
                fields=["priority", "id"],
                condition=models.Q(state="held"),
                name="mail_that_is_held",
            ),
            models.Index(fields=["workspace", "-id"], name="mail_of_a_workspace"),
            models.Index(fields=["to", "-id"], name="mail_to_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class Attempt(models.Model):
    """One try to send a mail: by which backend, and what it answered."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    backend = models.CharField(max_length=16)
    is_sent = models.BooleanField()
    result = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.backend} at {self.at:%H:%M:%S}: {self.result}"
