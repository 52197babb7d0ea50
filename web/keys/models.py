"""API keys: what a program of a workspace shows in the place of a person.

Rule: the secret is shown once and kept only as a digest; of 256 bits of chance, a plain digest
cannot be guessed back.
"""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from web.accounts.models import Role, User, Workspace


class Key(models.Model):
    """One API key. It may do what its role may, and never more than who made it still may."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=6, choices=Role.choices)
    prefix = models.CharField(max_length=12, unique=True)  # shown, to tell keys apart
    digest = models.CharField(max_length=64)  # SHA-256 of the whole key, in hex
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    expires = models.DateTimeField(null=True)  # None: never
    revoked = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)  # to the minute
    last_address = models.CharField(max_length=45, blank=True)

    allowed: Role | None = None  # up to which role it may now; access.authenticate sets it

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="key_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def state(self, now: datetime) -> str:
        """Return revoked, expired or ok."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= now else "ok"
