"""What is watched: watches, their rules, and what the last look left behind."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.alerts import kinds
from web.alerts.models.reaching import MINUTE, Chain, Channel
from web.alerts.rules import Terms


class Watch(models.Model):
    """Rules that hold for every lot and run with a tag."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="watches")
    name = models.CharField(max_length=80)
    tag = models.CharField(max_length=30, blank=True)  # empty: all
    is_on = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    calm = models.DurationField(default=MINUTE)  # that all has to be well before it is over
    reopen_within = models.DurationField(default=timedelta(minutes=30))
    chain = models.ForeignKey(Chain, models.SET_NULL, null=True, blank=True, related_name="watches")
    channels = models.ManyToManyField(Channel, blank=True, related_name="watches")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["name", "id"]
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alerts:watch", args=[self.workspace.code, self.code])

    @property
    def is_muted(self) -> bool:
        """Whether it tells nobody now."""
        return self.muted_until is not None and self.muted_until > timezone.now()


class Rule(models.Model):
    """One kind of rule in a watch. Of a limit with a unit that its kind has."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=12, choices=kinds.CHOICES)
    limit = models.FloatField(default=0.0)
    clear = models.FloatField(null=True, blank=True)  # fine again below it; None: the limit
    hold = models.DurationField(default=timedelta)
    window = models.DurationField(default=timedelta)
    least = models.PositiveIntegerField(default=0)
    rings = models.BooleanField(default=True)  # along the chain; else only the channels are told
    remedy = models.CharField(max_length=13, blank=True)  # a kinds.Remedy
    budget = models.PositiveSmallIntegerField(default=2)  # remedies of one lot in an hour

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["watch", "kind"], name="rule_kind_once"),
        ]

    def __str__(self) -> str:
        return kinds.KINDS[self.kind].title

    @property
    def terms(self) -> Terms:
        """What it says, for the judges."""
        return Terms(
            kind=self.kind,
            limit=self.limit,
            clear=self.clear,
            hold=self.hold,
            calm=self.watch.calm,
            window=self.window,
            least=self.least,
        )


class Look(models.Model):
    """What the last look at a subject left behind, for the next one."""

    subject = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    memory = models.JSONField(default=dict)  # as web.alerts.looking packs it

    def __str__(self) -> str:
        return self.subject
