"""What is known of addresses: which take no mail, and which do not want some of it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from web.mail.models.outbox import Mail
from web.mail.topics import Topic


class Event(models.Model):
    """Something that the mail service told of a mail; ``name`` is its own and comes once."""

    name = models.CharField(max_length=120, unique=True)  # sg_event_id
    mail = models.ForeignKey(Mail, models.CASCADE, null=True, related_name="events")
    to = models.EmailField()
    kind = models.CharField(max_length=20)  # the service's word
    at = models.DateTimeField()  # when it happened, not when we heard of it
    text = models.CharField(max_length=300, blank=True)
    is_lasting = models.BooleanField(default=False)  # the address takes no mail from now on
    heard = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"


class Cause(models.TextChoices):
    BOUNCED = "bounced", "Bounced: there is no such mailbox"
    COMPLAINED = "complained", "Reported as spam"
    DROPPED = "dropped", "Dropped by the mail service"


class Suppression(models.Model):
    """An address that no mail goes to, from ``at`` until somebody lifts it."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    address = models.EmailField(unique=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    lifted = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="suppressed_is_lower_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.cause}"


class OptOut(models.Model):
    """An address that does not want mails about something; without ``thread`` about all of it."""

    address = models.EmailField()
    topic = models.CharField(max_length=10, choices=Topic.choices)
    thread = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200, blank=True)  # of the thread, for people
    at = models.DateTimeField(default=timezone.now)
    how = models.CharField(max_length=40)  # link, one click, reply, page

    class Meta:
        ordering: ClassVar = ["topic", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "topic", "thread"], name="opt_out_once"),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="opt_out_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: no {self.thread or self.topic}"


class Incoming(models.Model):
    """A mail that came to us, and what became of it; its words are not kept."""

    name = models.CharField(max_length=64, unique=True)  # a digest of its Message-ID
    sender = models.EmailField(blank=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    result = models.CharField(max_length=300)  # a sentence

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.sender} to {self.to}: {self.result}"
