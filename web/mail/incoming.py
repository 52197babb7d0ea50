"""Mails that come to us: answers that stop a report, and letters to its readers or its maker.

Rule: an address of ours proves that whoever writes to it got a mail from us. What came is kept as a
row without its words; it is done once, however often it is handed over.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.parser import HeaderParser
from email.policy import default
from email.utils import getaddresses, parseaddr
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction
from django.utils.html import strip_tags
from django.utils.module_loading import import_string

from web.mail import tokens, wishes
from web.mail.models import Incoming, Mail, Topic
from web.mail.topics import RULES

logger = logging.getLogger(__name__)

MOST_WORDS = 5_000  # characters of a letter that are passed on
MOST_ADDRESSES = 20  # of a letter that are looked at
STOP = frozenset({"stop", "unsubscribe", "unsubscribe me", "please unsubscribe", "please stop"})
STOP_ALL = frozenset({"stop all", "unsubscribe all"})
START = frozenset({"start", "subscribe", "unstop"})
# Where what is quoted begins, as the usual mail programs write it.
QUOTE = re.compile(r"^\s*(>|-{2,} ?Original Message|_{8,}\s*$|On .{0,200}wrote:\s*$|From: .+@)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that came to us."""

    sender: str  # the address alone, in lower case
    sender_name: str
    to: tuple[str, ...]
    subject: str
    text: str
    name: str  # its Message-ID; empty where it has none
    is_automatic: bool  # no person wrote it
    is_proved: bool  # the domain of its sender stands for it, by DKIM or SPF

    @property
    def own(self) -> str:
        """What was written above the quoted mail."""
        lines: list[str] = []
        for line in self.text.splitlines():
            if QUOTE.match(line):
                break
            lines.append(line.rstrip())
        return "\n".join(lines).strip()[:MOST_WORDS]

    @property
    def word(self) -> str:
        """The first line of it in lower case without marks, or the subject of one without any."""
        lines = [line for line in self.own.splitlines() if line.strip()]
        first = lines[0] if lines else self.subject
        return " ".join(re.sub(r"[^a-z ]", " ", first.lower()).split())


def read(fields: Mapping[str, str]) -> Letter:
    """Return the letter that the fields of a posted mail say; what is missing is empty.

    Args:
        fields: Of the mail service's parser: ``from``, ``to``, ``envelope`` (JSON), ``headers``,
            ``subject``, ``text``, ``html``, ``dkim``, ``SPF``.
    """
    headers = HeaderParser(policy=default).parsestr(fields.get("headers", ""))
    name, sender = parseaddr(fields.get("from", ""))
    to, came_from = _envelope(fields.get("envelope", ""))
    listed = [address for _, address in getaddresses([fields.get("to", "")])]
    text = fields.get("text") or strip_tags(fields.get("html", ""))
    said = {key: str(headers.get(key, "")) for key in ("Auto-Submitted", "Precedence")}
    is_automatic = (
        said["Auto-Submitted"].lower() not in ("", "no")
        or said["Precedence"].lower() in ("bulk", "junk", "auto_reply")
        or "X-Autoreply" in headers
        or not (sender if came_from is None else came_from)
    )
    return Letter(
        sender=sender.lower()[:254],
        sender_name=" ".join(name.split())[:80],
        to=(*to, *listed)[:MOST_ADDRESSES],
        subject=" ".join(fields.get("subject", "").split())[:200],
        text=text,
        name=" ".join(str(headers.get("Message-ID", "")).split()),
        is_automatic=is_automatic,
        is_proved=is_proved(
            sender, came_from or "", dkim=fields.get("dkim", ""), spf=fields.get("SPF", "")
        ),
    )


def _envelope(text: str) -> tuple[list[str], str | None]:
    """Return whom the mail was handed to, and whom it came back to; None: it does not say."""
    try:
        said = orjson.loads(text)
        return [str(each) for each in said["to"]], str(said["from"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return [], None


def is_proved(sender: str, came_from: str, *, dkim: str, spf: str) -> bool:
    """Return whether the domain of a sender signed the mail, or sent it itself.

    Args:
        sender: The address that people see.
        came_from: That of the envelope, which may be anybody's.
        dkim: ``{@example.org : pass}``, several separated by commas.
        spf: ``pass``, ``fail``, ``softfail``, ``neutral`` or ``none``, of ``came_from``.

    Source: RFC 7489 (DMARC), section 3.1: what passes has to be of the domain that people see.
    """
    domain = sender.rpartition("@")[2].lower()
    signed = re.findall(r"@([a-z0-9.-]+) : pass", dkim.lower())
    is_sent = came_from.rpartition("@")[2].lower() == domain and spf.strip().lower() == "pass"
    return bool(domain) and (domain in signed or is_sent)


@transaction.atomic
def take(letter: Letter) -> str:
    """Do what a letter asks for, once; return what became of it, a sentence."""
    digest = hashlib.sha256((letter.name or repr(letter)).encode()).hexdigest()
    known = {"sender": letter.sender if _is_address(letter.sender) else "", "result": "Taken."}
    known |= {"to": ", ".join(letter.to)[:254], "subject": letter.subject}
    row, is_new = Incoming.objects.get_or_create(name=digest, defaults=known)
    if not is_new:
        return row.result
    result = answer(letter)
    Incoming.objects.filter(id=row.id).update(result=result[:300])
    return result


def answer(letter: Letter) -> str:
    """Return what became of a letter, by the first address of ours that it went to."""
    for address in letter.to:
        found = tokens.read_address(address)
        if found and found[0] == "reply":
            return take_reply(letter, Mail.objects.filter(code=found[1]).first())
        if found and found[0] in settings.MAIL_BOXES:
            return pass_on(found[0], found[1], letter, None)
    return "It was not sent to an address that we gave out."


def take_reply(letter: Letter, mail: Mail | None) -> str:
    """Take an answer to a mail of ours: a word that stops or starts it, or words to pass on."""
    if mail is None:
        return "The mail that it answers is not known any more."
    topic = Topic(mail.topic)
    if not RULES[topic].may_stop:
        return "It answers a mail that nobody reads answers to."
    if letter.word in STOP | STOP_ALL:
        thread, name = ("", "") if letter.word in STOP_ALL else (mail.thread, mail.thread_name)
        wishes.stop(mail.to, topic, thread=thread, name=name, how="reply")
        return f"{mail.to} gets no more of “{name or topic.label}”."
    if letter.word in START:
        wishes.resume(mail.to, topic, thread=mail.thread)
        return f"{mail.to} gets “{mail.thread_name}” again."
    kind, _, code = mail.thread.partition(":")
    return pass_on(kind, UUID(code), letter, mail)


def pass_on(kind: str, code: UUID, letter: Letter, mail: Mail | None) -> str:
    """Hand a letter to what it is about; machines' letters are not, or they would go in circles."""
    if letter.is_automatic:
        return "It was written by a program and is not passed on."
    box = settings.MAIL_BOXES.get(kind)
    if box is None:
        return "Nobody reads letters to this address."
    return str(import_string(box)(code, letter, mail))


def _is_address(text: str) -> bool:
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, IndexError):
        return False
