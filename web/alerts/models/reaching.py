"""Ways to reach people: accounts of services, channels, and chains of people on call."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import Workspace
from web.alerts.duty import Hours
from web.platform.sealed import SealedText

MINUTE = timedelta(minutes=1)


class AccountKind(models.TextChoices):
    SLACK = "slack", "Slack app"
    TWILIO = "twilio", "Twilio account"


class Account(models.Model):
    """A workspace's own Slack app or Twilio account, through which chat and calls go."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alert_accounts")
    kind = models.CharField(max_length=6, choices=AccountKind.choices)
    name = models.CharField(max_length=80)
    sid = models.CharField(max_length=64, blank=True)  # of Twilio: AC…
    number = models.CharField(max_length=20, blank=True)  # of Twilio: that calls come from
    token = SealedText()  # bot token, or auth token
    signing_secret = SealedText(blank=True)  # of Slack, which signs what it sends

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody who can be rung."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="on_call_people")
    name = models.CharField(max_length=80)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="person_once")
        ]

    def __str__(self) -> str:
        return self.name


class ChannelKind(models.TextChoices):
    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"
    SLACK = "slack", "Slack, with buttons"
    SLACK_HOOK = "slack_hook", "Slack, incoming webhook"
    PHONE = "phone", "Phone call"


class Channel(models.Model):
    """A way to tell somebody: of a person when ``person`` is set, else of the whole team.

    Nothing but a code or a test goes there before ``verified``.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alert_channels")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="channels")
    position = models.PositiveSmallIntegerField(default=0)  # of a person's: the order of ringing
    kind = models.CharField(max_length=10, choices=ChannelKind.choices)
    name = models.CharField(max_length=80)
    # A mail address, a Slack channel or member id, a phone number; of webhooks only the host, for
    # the address itself is a secret and lies sealed in ``secret_address``.
    address = models.CharField(max_length=320)
    secret_address = SealedText(blank=True)
    secret = SealedText(blank=True)  # what signs a webhook's bodies
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="channels")
    verified = models.DateTimeField(null=True)
    proof = models.CharField(max_length=64, blank=True)  # hash of the code that was sent
    proof_ends = models.DateTimeField(null=True)
    proof_tries = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChannelKind.values), name="channel_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_code(self) -> bool:
        """Whether somebody has to type what was sent there; else a test that arrives is proof."""
        return self.kind in (ChannelKind.MAIL, ChannelKind.PHONE)


class AtEnd(models.TextChoices):
    GIVE_UP = "give_up", "End with “nobody answered”"
    START_OVER = "start_over", "Start over with the first person"


class Chain(models.Model):
    """People who are rung one after the other."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="on_call_chains")
    name = models.CharField(max_length=80)
    attempts = models.PositiveSmallIntegerField(default=5)
    wait = models.DurationField(default=MINUTE)
    at_end = models.CharField(max_length=10, choices=AtEnd.choices, default=AtEnd.START_OVER)
    rounds = models.PositiveSmallIntegerField(default=3)  # where it starts over: at most so many

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alerts:chain", args=[self.workspace.code, self.code])


class ChainTurn(models.Model):
    """A person's place in a chain, and the hours that are theirs."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="turns")
    person = models.ForeignKey(Person, models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=64, default="UTC")
    days = models.CharField(max_length=7, default="0123456")  # Monday is 0
    begins = models.TimeField(default="00:00")
    ends = models.TimeField(default="00:00")  # the same as begins: the whole day

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.person} in {self.chain}"

    @property
    def hours(self) -> Hours:
        """When it is theirs."""
        days = tuple(int(day) for day in self.days)
        return Hours(zone=self.zone, days=days, begins=self.begins, ends=self.ends)


class ChainChange(models.Model):
    """An exception from a chain's hours: a holiday, an illness, somebody who stands in."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    chain = models.ForeignKey(Chain, models.CASCADE, related_name="changes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    is_away = models.BooleanField(default=False)  # else they are rung in everybody's place

    class Meta:
        ordering: ClassVar = ["begins"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("begins")), name="change_takes_some_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {'is away' if self.is_away else 'stands in'}"
