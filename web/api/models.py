"""What the API has to remember: which request started which run."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from web.accounts.models import Workspace
from web.runs.models import Run

LIFE = timedelta(hours=24)  # that an Idempotency-Key is remembered


class Start(models.Model):
    """A run that was started under an ``Idempotency-Key``: the same key starts no second one."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)  # SHA-256 of the key, in hex
    asked = models.CharField(max_length=64)  # SHA-256 of what was asked for, in hex
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created"], name="api_starts_by_age")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="api_start_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run}"
