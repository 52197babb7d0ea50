"""What links and addresses in mails carry, so that they prove themselves.

Rule: a link holds what it stops, not the number of a row, so that it works for as long as somebody
keeps the mail. The part of an address before the @ has at most 64 characters, and programs on its
way may turn it into lower case: base32 takes both.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from web.mail.models import Mail, Topic
from web.mail.topics import RULES

SALT = "mocklot.mail.stop"
CODE_LETTERS = 26  # base32 of the 16 bytes of a code, without padding
PROOF_LETTERS = 16  # 80 bits of a signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a link in a mail stops."""

    address: str
    topic: Topic
    thread: str = ""
    name: str = ""


def stop_token(mail: Mail) -> str:
    """Return the signed text of the link that stops mails like this one."""
    said = [mail.to, mail.topic, mail.thread, mail.thread_name]
    return signing.dumps(said, salt=SALT, compress=True)


def wish_of(token: str) -> Wish | None:
    """Return what a link stops; None: it is not ours."""
    try:
        address, topic, thread, name = signing.loads(token, salt=SALT)
        return Wish(address=address, topic=Topic(topic), thread=thread, name=name)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def stop_link(mail: Mail) -> str:
    """Return the address that stops mails like this one; empty where they cannot be stopped."""
    if not RULES[Topic(mail.topic)].may_stop:
        return ""
    return settings.SITE_URL + reverse("mail_stop", args=[stop_token(mail)])


def reply_address(mail: Mail) -> str:
    """Return where answers to a mail of a thread go; empty: nobody reads them."""
    return address_of("reply", mail.code) if mail.thread else ""


def address_of(kind: str, code: UUID) -> str:
    """Return an address of ours that proves that we gave it out: ``reply-...@in.example.org``.

    Args:
        kind: Letters: ``reply``, to one mail, or ``report``.
        code: Of what it belongs to.

    Returns:
        Empty where no mail comes in: ``MAIL_INBOUND_DOMAIN`` is not set.
    """
    if not settings.MAIL_INBOUND_DOMAIN:
        return ""
    return f"{kind}-{_letters(code)}{_proof(kind, code)}@{settings.MAIL_INBOUND_DOMAIN}"


def read_address(address: str) -> tuple[str, UUID] | None:
    """Return the kind and the code of an address of ours; None: it is none."""
    local, _, domain = address.strip().lower().rpartition("@")
    kind, _, rest = local.partition("-")
    if not settings.MAIL_INBOUND_DOMAIN or domain != settings.MAIL_INBOUND_DOMAIN.lower():
        return None
    if len(rest) != CODE_LETTERS + PROOF_LETTERS or not rest.isascii():
        return None
    try:
        code = UUID(bytes=base64.b32decode(f"{rest[:CODE_LETTERS].upper()}======"))
    except ValueError:
        return None
    return (kind, code) if constant_time_compare(rest[CODE_LETTERS:], _proof(kind, code)) else None


def _letters(code: UUID) -> str:
    return base64.b32encode(code.bytes).decode().rstrip("=").lower()


def _proof(kind: str, code: UUID) -> str:
    digest = salted_hmac("mocklot.mail.address", f"{kind}:{code}", algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()
