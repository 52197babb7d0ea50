"""What a process cannot do without, held when it starts; a build is not held to it."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

BARE_HOST = "localhost"


@register()
def secret_key(**_: Any) -> list[CheckMessage]:
    """Refuse to start with a key that nobody set: sessions and seals would end with the process."""
    if settings.HAS_SECRET_KEY or settings.DEBUG:
        return []
    hint = "Set it to 50 random characters or more, the same for all processes."
    return [Error("SECRET_KEY is not set", hint=hint, id="platform.E001")]


@register()
def field_encryption_keys(**_: Any) -> list[CheckMessage]:
    """Refuse keys that seal nothing. The text does not repeat them."""
    try:
        for key in settings.FIELD_ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        hint = "Each is 32 bytes in URL-safe base64: Fernet.generate_key() makes one."
        return [Error("FIELD_ENCRYPTION_KEYS has a wrong key", hint=hint, id="platform.E002")]
    return []


@register(deploy=True)
def production(**_: Any) -> list[CheckMessage]:
    """Warn of defaults that are for one machine only."""
    wanted = {
        "DATABASE_URL": bool(settings.DATABASE_URL),
        "S3_BUCKET": bool(settings.S3_BUCKET),
        "SENDGRID_API_KEY": bool(settings.SENDGRID_API_KEY),
        "MAIL_FROM": not settings.MAIL_FROM.rstrip(">").endswith(f"@{BARE_HOST}"),
    }
    return [
        Warning(f"{name} is not set", hint="See docs/configuration.md.", id="platform.W001")
        for name, is_set in wanted.items()
        if not is_set
    ]
