"""The ways that a mail can leave: SendGrid, or files in a folder.

A backend never raises for what the far side does: it returns an :class:`Outcome`.
"""

import logging
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, From, To
from sendgrid.helpers.mail import Mail as SendGridMail

from web.mail.models import Mail

logger = logging.getLogger(__name__)

LONGEST_RESET = timedelta(hours=1)  # a wait that the far side may ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try. ``wait`` is the least time that the far side asked for."""

    is_sent: bool
    text: str
    may_retry: bool = False
    wait: timedelta | None = None


class Backend(Protocol):
    """Sends one mail, in bounded time."""

    name: str

    def send(self, mail: Mail) -> Outcome:
        """Return what came of one try; the far side's failures are no exceptions."""
        ...


def configured() -> Backend:
    """Return the backend that the environment names."""
    if settings.SENDGRID_API_KEY:
        return SendGrid(settings.SENDGRID_API_KEY)
    return Files(settings.MAIL_DIR)


class Files:
    """Writes each mail as an ``.eml`` file, which mail programs open."""

    name = "files"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> Outcome:
        """Write the mail under a name that sorts by time; it appears whole or not at all."""
        name = f"{mail.created:%Y%m%dT%H%M%S}-{mail.code}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{uuid4()}.part"
            part.write_bytes(bytes(message_of(mail)))
            part.replace(self.folder / name)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            return Outcome(is_sent=False, text=f"cannot write {name}: {reason}", may_retry=True)
        return Outcome(is_sent=True, text=f"written as {name}")


def message_of(mail: Mail) -> EmailMessage:
    """Return the mail as RFC 5322 wants it, text and HTML side by side."""
    message = EmailMessage()
    message["From"] = settings.MAIL_FROM
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.created.timestamp())
    message["Message-ID"] = make_msgid(str(mail.code), domain="mocklot")
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


class SendGrid:
    """Sends by SendGrid's library, which by itself has no timeout and no retry."""

    name = "sendgrid"

    def __init__(self, key: str, *, host: str = "https://api.sendgrid.com") -> None:
        self.client = SendGridAPIClient(key, host=host).client
        self.client.timeout = settings.MAIL_TIMEOUT

    def send(self, mail: Mail) -> Outcome:
        """Hand the mail over; 202 means that SendGrid has queued it."""
        try:
            response = self.client.mail.send.post(request_body=sendgrid_mail(mail).get())
        except HTTPError as error:
            return refusal(error.status_code, dict(error.headers), now=time.time())
        except OSError as error:  # also urllib's URLError and a timeout
            kind = type(getattr(error, "reason", error)).__name__
            return Outcome(is_sent=False, text=f"no answer: {kind}", may_retry=True)
        if response.status_code != 202:  # the only success of POST /v3/mail/send
            return refusal(response.status_code, {}, now=time.time())
        number = response.headers.get("X-Message-Id", "")
        return Outcome(is_sent=True, text=f"202 accepted {number}".strip())


def sendgrid_mail(mail: Mail) -> SendGridMail:
    """Return the mail in the library's words."""
    name, address = parseaddr(settings.MAIL_FROM)
    return SendGridMail(
        From(address, name or None),
        To(mail.to),
        mail.subject,
        Content("text/plain", mail.text),
        Content("text/html", mail.html),
    )


def refusal(status: int, headers: dict[str, str], *, now: float) -> Outcome:
    """Return what to do about an answer that is no success.

    429 and 5xx pass by themselves; another 4xx stays what it is, however often it is asked.

    Args:
        status: Of the answer.
        headers: Of the answer; ``X-RateLimit-Reset`` is a Unix time in seconds.
        now: Unix time in seconds.
    """
    if status == 429:
        reset = next((v for k, v in headers.items() if k.lower() == "x-ratelimit-reset"), "")
        seconds = float(reset) - now if reset.isdecimal() else 0.0
        wait = min(timedelta(seconds=max(seconds, 0.0)), LONGEST_RESET)
        return Outcome(is_sent=False, text="429 too many requests", may_retry=True, wait=wait)
    return Outcome(is_sent=False, text=f"refused with {status}", may_retry=status >= 500)
