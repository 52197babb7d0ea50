"""The ways that a mail can leave: SendGrid, or files in a folder.

A backend never raises for what the far side does: it returns an :class:`Outcome`.
"""

import json
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
from sendgrid.helpers.mail import (
    ClickTracking,
    Content,
    CustomArg,
    From,
    Header,
    OpenTracking,
    ReplyTo,
    SubscriptionTracking,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail import Mail as SendGridMail

from web.mail import tokens
from web.mail.models import Cause, Mail, Topic

logger = logging.getLogger(__name__)

LONGEST_RESET = timedelta(hours=1)  # a wait that the far side may ask for
LEAST_RESET = timedelta(seconds=1)  # also where its clock is behind ours
UNSAID_RESET = timedelta(minutes=1)  # after a 429 that does not say: its limits are of a minute
# The mail service's words for a plan whose mails are used up, with the status 401.
EXHAUSTED = "maximum credits exceeded"
MOST_ANSWER = 250  # characters kept of what the mail service says


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try.

    ``wait`` is the time that the far side asked for, of every mail, so that no try counts;
    ``is_exhausted`` says that it takes no mail at all until its plan's next month.
    """

    is_sent: bool
    text: str
    may_retry: bool = False
    wait: timedelta | None = None
    is_exhausted: bool = False


class Backend(Protocol):
    """Sends one mail, in bounded time."""

    name: str

    def send(self, mail: Mail) -> Outcome:
        """Return what came of one try; the far side's failures are no exceptions."""
        ...

    def lift(self, address: str, cause: Cause) -> str:
        """Take mails to an address again; return what is wrong, else nothing."""
        ...


def configured() -> Backend:
    """Return the backend that the environment names."""
    if settings.SENDGRID_API_KEY:
        return SendGrid(settings.SENDGRID_API_KEY, host=settings.SENDGRID_API_URL)
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

    def lift(self, address: str, cause: Cause) -> str:  # noqa: ARG002 (as all backends)
        """Do nothing: a folder takes every mail."""
        return ""


def message_of(mail: Mail) -> EmailMessage:
    """Return the mail as RFC 5322 wants it, text and HTML side by side."""
    message = EmailMessage()
    message["From"] = settings.MAIL_FROM
    message["To"] = mail.to
    if reply := tokens.reply_address(mail):
        message["Reply-To"] = reply
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.created.timestamp())
    message["Message-ID"] = make_msgid(str(mail.code), domain="mocklot")
    for name, value in headers_of(mail).items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def headers_of(mail: Mail) -> dict[str, str]:
    """Return what a mail says to programs: that it is no person's, and how it is stopped.

    Source: RFC 3834, section 5; RFC 2369, section 3.2; RFC 8058, section 3.1.
    """
    headers = {"Auto-Submitted": "auto-generated"}
    if link := tokens.stop_link(mail):
        reply = tokens.reply_address(mail)
        ways = [f"<{link}>", *([f"<mailto:{reply}?subject=unsubscribe>"] if reply else [])]
        headers["List-Unsubscribe"] = ", ".join(ways)
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


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
            headers = dict(error.headers)
            return refusal(error.status_code, headers, now=time.time(), body=error.body)
        except OSError as error:  # also urllib's URLError and a timeout
            kind = type(getattr(error, "reason", error)).__name__
            return Outcome(is_sent=False, text=f"no answer: {kind}", may_retry=True)
        if response.status_code != 202:  # the only success of POST /v3/mail/send
            return refusal(response.status_code, {}, now=time.time())
        number = response.headers.get("X-Message-Id", "")
        return Outcome(is_sent=True, text=f"202 accepted {number}".strip())

    def lift(self, address: str, cause: Cause) -> str:
        """Have the service take mails to an address again; return what is wrong, else nothing."""
        lists = self.client.suppression
        kept = {
            Cause.BOUNCED: [lists.bounces, lists.blocks],
            Cause.COMPLAINED: [lists.spam_reports],
            Cause.DROPPED: [lists.bounces, lists.spam_reports, lists.invalid_emails],
        }
        for each in kept[cause]:
            try:
                each._(address).delete()
            except HTTPError as error:
                if error.status_code != 404:  # it is not on this list
                    return f"refused with {error.status_code}"
            except OSError as error:
                return f"no answer: {type(getattr(error, 'reason', error)).__name__}"
        return ""


def sendgrid_mail(mail: Mail) -> SendGridMail:
    """Return the mail in the library's words.

    Links are left as they are: they carry tokens that are nobody else's business. The mail's code
    comes back with each event of it.
    """
    name, address = parseaddr(settings.MAIL_FROM)
    made = SendGridMail(
        From(address, name or None),
        To(mail.to),
        mail.subject,
        Content("text/plain", mail.text),
        Content("text/html", mail.html),
    )
    for header, value in headers_of(mail).items():
        made.add_header(Header(header, value))
    if reply := tokens.reply_address(mail):
        made.reply_to = ReplyTo(reply)
    made.add_custom_arg(CustomArg("mail", str(mail.code)))
    made.tracking_settings = TrackingSettings(
        ClickTracking(False, False),
        OpenTracking(mail.topic != Topic.ACCOUNT),
        SubscriptionTracking(False),
    )
    return made


def refusal(status: int, headers: dict[str, str], *, now: float, body: object = b"") -> Outcome:
    """Return what to do about an answer that is no success.

    429 and 5xx pass by themselves; another 4xx stays what it is, however often it is asked. A plan
    whose mails are used up is no fault of the mail's.

    Args:
        status: Of the answer.
        headers: Of the answer; ``X-RateLimit-Reset`` is a Unix time in seconds.
        now: Unix time in seconds.
        body: Of the answer, bytes or text.
    """
    said = said_in(body)
    text = f"refused with {status}" + (f": {said}" if said else "")
    if status == 429:
        wait = wait_of(headers, now=now)
        return Outcome(is_sent=False, text="429 too many requests", may_retry=True, wait=wait)
    if EXHAUSTED in said.lower():
        return Outcome(is_sent=False, text=text, is_exhausted=True)
    return Outcome(is_sent=False, text=text, may_retry=status >= 500)


def wait_of(headers: dict[str, str], *, now: float) -> timedelta:
    """Return how long a 429 wants every mail to wait, ``LEAST_RESET`` to ``LONGEST_RESET``."""
    reset = next((v for k, v in headers.items() if k.lower() == "x-ratelimit-reset"), "")
    if not reset.isdecimal():
        return UNSAID_RESET
    seconds = min(float(reset) - now, LONGEST_RESET.total_seconds())
    return max(timedelta(seconds=seconds), LEAST_RESET)


def said_in(body: object) -> str:
    """Return the messages of an answer ``{"errors": [{"message": ...}]}``; empty: it has none."""
    try:
        errors = json.loads(body if isinstance(body, bytes | str) else b"")["errors"]
        words = "; ".join(str(error["message"]) for error in errors)
    except (ValueError, KeyError, TypeError):
        return ""
    return " ".join(words.split())[:MOST_ANSWER]
