"""What a user signs in with beside the password: codes of an app, passkeys, recovery codes.

Rule: ``User.has_two_factors`` says whether there is a code app or a passkey; ``actions`` keeps it.
"""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone

from web.accounts.models import User
from web.platform.sealed import SealedText


class CodeApp(models.Model):
    """An app that shows a code of six digits each 30 s (TOTP, RFC 6238)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="code_app")
    secret = SealedText()  # 20 bytes, in base32
    step = models.BigIntegerField(default=0)  # of the last code that was taken; none is taken twice
    created = models.DateTimeField(default=timezone.now, editable=False)
    last_used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code app of {self.user}"


class Passkey(models.Model):
    """A key pair on a device or a security key (WebAuthn); only its public half is here."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential = models.CharField(max_length=1_400, unique=True)  # its id, in URL-safe base64
    public = models.TextField()  # attested credential data, in URL-safe base64
    count = models.PositiveBigIntegerField(default=0)  # of signatures, as the device told it last
    created = models.DateTimeField(default=timezone.now, editable=False)
    last_used = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code that stands once for the second factor; of 120 bits, so that a plain digest holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)  # SHA-256, in hex
    used = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.user}"
