"""What the scaler remembers, and what it decided.

Rule: a look is claimed by a conditional update, so that two clocks make one decision.
"""

from typing import ClassVar

from django.db import models

from web.scaling.rule import Action


class Process(models.TextChoices):
    WORKER = "worker", "Workers (towers)"
    WEB = "web", "Web (console)"


class Scaled(models.Model):
    """A process that is scaled: the rule's memory, and a dyno that is about to go."""

    process = models.CharField(max_length=10, choices=Process.choices, unique=True)
    looked = models.DateTimeField(null=True)  # the last look
    memory = models.JSONField(default=dict)  # as web.scaling.rule.Memory packs it
    quantity = models.PositiveIntegerField(null=True)  # dynos at the last look
    size = models.CharField(max_length=30, blank=True)  # standard-2x
    target = models.PositiveIntegerField(null=True)  # that it is drained to; None: nothing goes
    draining = models.JSONField(default=list)  # names of dynos that hand over
    draining_since = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)  # the platform asked to be left alone until then
    stuck_since = models.DateTimeField(null=True)  # the platform does not do what is asked
    month = models.CharField(max_length=7, blank=True)  # 2026-11
    spent = models.FloatField(default=0.0)  # in it, by the table of prices

    def __str__(self) -> str:
        return self.process


class Choice(models.Model):
    """One decision with what it was made from."""

    process = models.CharField(max_length=10, choices=Process.choices)
    at = models.DateTimeField()
    action = models.CharField(max_length=4, choices=[(each.value, each.value) for each in Action])
    quantity = models.PositiveIntegerField(null=True)  # that there were
    target = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=500)
    outcome = models.CharField(max_length=300, blank=True)  # what became of it, a sentence
    advice = models.CharField(max_length=500, blank=True)
    wanted = models.PositiveIntegerField(null=True)
    leased = models.PositiveIntegerField(null=True)
    needed = models.PositiveIntegerField(null=True)
    age = models.FloatField(null=True)  # s
    lateness = models.FloatField(null=True)  # s
    timeouts = models.FloatField(null=True)  # 0 to 1

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["process", "-at"], name="choices_of_a_process"),
            models.Index(fields=["action", "at"], name="choices_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.action} at {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def percent(self) -> float | None:
        """What timed out, in percent."""
        return None if self.timeouts is None else 100 * self.timeouts
