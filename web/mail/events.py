"""What the mail service tells of mails afterwards: delivered, opened, bounced, reported as spam.

Rule: what is told may come twice, late, and in any order. So each event is stored once by its own
name, and what it means for a mail is found from all of them by when they happened.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from web.mail import jobs, wishes
from web.mail.models import Cause, Delivery, Event, Mail, Suppression, Topic
from web.mail.topics import RULES
from web.platform import queues

logger = logging.getLogger(__name__)

MOST_EVENTS = 5_000  # of one delivery: the service ends a batch at 768 kB, some 2,000 of them
MOST_NAME = 120
MOST_TEXT = 300
AHEAD = timedelta(minutes=10)  # that an event may lie in our future
# What a dropped mail says of its address; another reason is of this mail alone.
LASTING_DROPS = (
    "bounced address",
    "spam reporting address",
    "unsubscribed address",
    "invalid",
)
MEANS: Mapping[str, Delivery] = {
    "deferred": Delivery.DEFERRED,
    "delivered": Delivery.DELIVERED,
    "open": Delivery.OPENED,
    "click": Delivery.OPENED,
    "bounce": Delivery.BOUNCED,
    "blocked": Delivery.BLOCKED,
    "dropped": Delivery.DROPPED,
    "spamreport": Delivery.COMPLAINED,
}
ENDS = (Delivery.DELIVERED, Delivery.BOUNCED, Delivery.BLOCKED, Delivery.DROPPED)


class Unreadable(ValueError):
    """What was posted is no list of events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it was told."""

    name: str
    mail: UUID
    to: str
    kind: str
    at: datetime
    text: str = ""
    is_lasting: bool = False


def read(body: bytes, *, now: datetime) -> list[Told]:
    """Return the events in a body that are of mails of ours; what makes no sense is left out.

    Raises:
        Unreadable: It is no JSON list, or a longer one than ``MOST_EVENTS``.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable("not JSON") from error
    if not isinstance(said, list) or len(said) > MOST_EVENTS:
        raise Unreadable(f"not a list of at most {MOST_EVENTS:,} events")
    return [told for each in said if (told := read_one(each, now=now))]


def read_one(said: Any, *, now: datetime) -> Told | None:
    """Return one event; None: it is not of a mail of ours, or makes no sense."""
    try:
        name, kind = str(said["sg_event_id"]), str(said["event"])
        at = datetime.fromtimestamp(int(said["timestamp"]), UTC)
        mail, to = UUID(str(said["mail"])), str(said["email"]).lower()[:254]
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    if kind == "bounce" and said.get("type") == "blocked":
        kind = "blocked"  # it may pass another time
    if kind == "open" and said.get("sg_machine_open") is True:
        kind = "machine_open"  # a mail program that fetches pictures for everybody
    text = str(said.get("reason") or said.get("response") or "")
    return Told(
        name=name if len(name) <= MOST_NAME else hashlib.sha256(name.encode()).hexdigest(),
        mail=mail,
        to=to,
        kind=kind[:20],
        at=min(at, now + AHEAD),
        text=" ".join(text.split())[:MOST_TEXT],
        is_lasting=is_lasting(kind, text),
    )


def is_lasting(kind: str, reason: str) -> bool:
    """Return whether an event says that its address takes no mail from now on."""
    if kind == "dropped":
        return reason.strip().lower().startswith(LASTING_DROPS)
    return kind in ("bounce", "spamreport")


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a mail, since when, and the far side's words for it."""

    delivery: Delivery = Delivery.UNKNOWN
    at: datetime | None = None
    text: str = ""


def standing(events: Iterable[Event]) -> Standing:
    """Return what became of a mail by all that was told of it, in whatever order that came.

    A report as spam stands above all. A mail is opened if its last end was that it was delivered;
    that it was put off counts only until an end is known.
    """
    known = [(MEANS[event.kind], event) for event in events if event.kind in MEANS]
    known.sort(key=lambda pair: (pair[1].at, pair[0] != Delivery.DELIVERED, pair[1].name))
    complaints = [event for means, event in known if means == Delivery.COMPLAINED]
    if complaints:
        return _as(Delivery.COMPLAINED, complaints[0])
    ends = [(means, event) for means, event in known if means in ENDS]
    opened = [event for means, event in known if means == Delivery.OPENED]
    if opened and (not ends or ends[-1][0] == Delivery.DELIVERED):
        return _as(Delivery.OPENED, opened[0])
    if ends:
        return _as(*ends[-1])
    return _as(*known[-1]) if known else Standing()


def _as(delivery: Delivery, event: Event) -> Standing:
    return Standing(delivery, event.at, event.text)


@transaction.atomic
def take(told: list[Told], *, now: datetime) -> int:
    """Keep events, and what follows from them for mails and addresses; return of how many mails."""
    codes = {each.mail for each in told}
    # Locked in order, so that of two deliveries at once the later one sees the events of both.
    mails = {mail.code: mail for mail in _locked(codes)}
    known = set(Event.objects.filter(name__in={each.name for each in told}).values_list("name"))
    Event.objects.bulk_create(
        [_row(each, mails.get(each.mail), now) for each in told], ignore_conflicts=True
    )
    _settle(mails.values())
    for each in told:
        if (each.name,) not in known:  # what was drawn from it may have been taken back since
            _heed(each, mails.get(each.mail))
    return len(mails)


def _locked(codes: set[UUID]) -> list[Mail]:
    rows = Mail.objects.select_for_update().filter(code__in=codes).order_by("id")
    return list(rows.defer("text", "html"))


def _row(told: Told, mail: Mail | None, now: datetime) -> Event:
    return Event(
        name=told.name,
        mail=mail,
        to=told.to,
        kind=told.kind,
        at=told.at,
        text=told.text,
        is_lasting=told.is_lasting,
        heard=now,
    )


def _settle(mails: Iterable[Mail]) -> None:
    found: dict[int, list[Event]] = {mail.id: [] for mail in mails}
    for event in Event.objects.filter(mail__in=found):
        found[event.mail_id or 0].append(event)
    changed = []
    for mail in mails:
        now = standing(found[mail.id])
        mail.delivery, mail.delivery_at, mail.delivery_text = now.delivery, now.at, now.text
        changed.append(mail)
    Mail.objects.bulk_update(changed, ["delivery", "delivery_at", "delivery_text"], batch_size=200)


def _heed(told: Told, mail: Mail | None) -> None:
    """Draw from one event what it says of its address."""
    if told.is_lasting:
        causes = {"bounce": Cause.BOUNCED, "spamreport": Cause.COMPLAINED}
        cause = causes.get(told.kind, Cause.DROPPED)
        suppress(told.to, cause, text=told.text, at=told.at)
    elif told.kind == "unsubscribe" and mail and RULES[Topic(mail.topic)].may_stop:
        topic, name = Topic(mail.topic), mail.thread_name
        wishes.stop(told.to, topic, thread=mail.thread, name=name, how="mail program", now=told.at)


def suppress(address: str, cause: Cause, *, text: str, at: datetime) -> bool:
    """Let no mail go to an address, since ``at``; False: it is so, or was lifted after that."""
    facts = {"cause": cause, "text": text, "at": at}
    row, is_new = Suppression.objects.get_or_create(address=address.lower(), defaults=facts)
    if is_new:
        logger.warning("address suppressed", extra={"cause": str(cause)})
        return True
    lifted = Suppression.objects.filter(id=row.id, lifted__lt=at)
    return bool(lifted.update(**facts, lifted=None, lifted_by=""))


def lift(suppression: Suppression, *, by: str, now: datetime) -> bool:
    """Let mails go to an address again; False: they do."""
    rows = Suppression.objects.filter(id=suppression.id, lifted=None)
    return bool(rows.update(lifted=now, lifted_by=by[:80]))


def ask_to_lift(suppression: Suppression) -> None:
    """Have the mail service take mails to an address again too, by a job."""
    queues.enqueue_on_commit("mail", jobs.lift, suppression.address, str(suppression.cause))
