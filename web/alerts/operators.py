"""What the operators' page shows, and the test of everybody's contacts."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from web.alerts import actions, notices, service, ways
from web.alerts.kinds import OF_SERVICE, Kind
from web.alerts.models import Attempt, Purpose
from web.alerts.rules import Level

MOST_TESTS = 3  # of all contacts, in an hour


@dataclass(frozen=True, slots=True)
class Gauge:
    """One level of the service beside its rule's limit. ``state`` is a badge's."""

    kind: Kind
    level: Level
    state: str

    @property
    def badge(self) -> str:
        return {"ok": "fine", "failed": "bad", "queued": "not known"}[self.state]


@dataclass(frozen=True, slots=True)
class Reach:
    """An operator's contact, and what came of the last notice that went there."""

    contact: ways.Contact
    last: Attempt | None


def levels() -> list[Gauge]:
    """Return every level of the service as it is now; each look at a part is bounded."""
    now = timezone.now()
    return [
        Gauge(kind, level, state_of(kind, level))
        for kind in OF_SERVICE
        for level in service.measured(kind.word, now)
    ]


def state_of(kind: Kind, level: Level) -> str:
    """Return the state of a badge."""
    if level.value is None:
        return "queued"
    return "failed" if level.value > kind.limit else "ok"


def people() -> list[tuple[str, list[Reach]]]:
    """Return the operators in the order of ringing, with their contacts."""
    return [
        (person, [Reach(contact, last_to(contact)) for contact in contacts])
        for person, contacts in ways.operators()
    ]


def last_to(contact: ways.Contact) -> Attempt | None:
    """Return the last notice that went to a contact."""
    return Attempt.objects.filter(way=contact.name, to=contact.address).order_by("-id").first()


def send_tests() -> int:
    """Have a test notice sent to every contact; return how many.

    Raises:
        Refused: That was done often enough within the hour, or there are no contacts.
    """
    now = timezone.now()
    contacts = [contact for _, each in ways.operators() for contact in each]
    if not contacts:
        raise actions.Refused("OPERATORS names nobody yet. See docs/operations.md.")
    lately = Attempt.objects.filter(
        way__startswith=ways.OF_OPERATOR,
        purpose=Purpose.TEST,
        created__gt=now - timedelta(hours=1),
    )
    if lately.count() >= MOST_TESTS * len(contacts):
        raise actions.Refused(f"At most {MOST_TESTS} tests are sent in an hour.")
    for contact in contacts:
        notices.send_operator_test(contact, now=now)
    return len(contacts)
