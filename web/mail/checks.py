"""What mail cannot do without, held when a process starts."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from web.mail.signatures import public_key
from web.platform.checks import START

SEE = "See “What has to be set up” in docs/mail.md."


@register(START)
def keys(**_: Any) -> list[CheckMessage]:
    """Refuse keys that no delivery can be signed with: all of them would be refused."""
    return [
        Error(f"{name} has a wrong key: {wrong}", hint=SEE, id="mail.E001")
        for name in ("SENDGRID_WEBHOOK_KEYS", "MAIL_INBOUND_KEYS")
        for wrong in wrong_keys(getattr(settings, name))
    ]


def wrong_keys(texts: list[str]) -> list[str]:
    """Return what is wrong with each text that is no public key; the texts are not repeated."""
    found = []
    for text in texts:
        try:
            public_key(text)
        except ValueError as wrong:
            found.append(str(wrong))
    return found


@register(START)
def sender(**_: Any) -> list[CheckMessage]:
    """Refuse a sender without an address: the mail service would refuse every mail."""
    if "@" in parseaddr(settings.MAIL_FROM)[1]:
        return []
    hint = "Such as: Mocklot <hello@example.org>"
    return [Error("MAIL_FROM has no address", hint=hint, id="mail.E002")]


@register(START)
def answers(**_: Any) -> list[CheckMessage]:
    """Warn of addresses that are given out, and of which all mail is refused."""
    if not settings.MAIL_INBOUND_DOMAIN or settings.MAIL_INBOUND_SECRET:
        return []
    told = "MAIL_INBOUND_SECRET is not set: answers to mails are refused, STOP too"
    return [Warning(told, hint=SEE, id="mail.W001")]
