"""What the pages of incidents show, put together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from web.alerts import kinds
from web.alerts.models import (
    Attempt,
    AttemptState,
    Entry,
    Incident,
    IncidentState,
    Purpose,
    Recovery,
    RecoveryState,
)

POLL = 5  # s between two looks at an open incident
MOST_LINES = 500  # of a timeline; the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a timeline. ``state`` is a badge's, ``words`` what it says beside."""

    at: datetime
    title: str
    words: str = ""
    who: str = ""
    state: str = ""
    badge: str = ""


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """An incident with everything around it."""

    incident: Incident
    lines: list[Line]
    people: list[str]
    poll: int = POLL

    @property
    def kind(self) -> kinds.Kind:
        return kinds.KINDS[self.incident.kind]

    @property
    def is_ringing(self) -> bool:
        """Whether somebody is going to be rung."""
        return self.incident.state == IncidentState.OPEN and self.incident.ring_at is not None

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The figures that it was opened with, as (name, text)."""
        return [
            (name, fact(value)) for name, value in self.incident.evidence.items() if value != []
        ]


def incident_page(incident: Incident) -> IncidentPage:
    """Return the page of an incident as it is now."""
    lines = [
        *attempt_lines(incident.attempts.select_related("channel")),
        *recovery_lines(incident.recoveries.select_related("run__workspace")),
        *entry_lines(incident.entries.all()),
    ]
    ordered = sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_LINES]
    people = [person for person, _ in incident.ladder.get("rungs", [])]
    return IncidentPage(incident, ordered, people)


def entry_lines(entries: Iterable[Entry]) -> Iterable[Line]:
    """Yield lines of what happened."""
    for entry in entries:
        yield Line(at=entry.at, title=entry.get_kind_display(), words=entry.words, who=entry.who)


STATES = {
    AttemptState.WAITING: "queued",
    AttemptState.SENDING: "sending",
    AttemptState.SENT: "sent",
    AttemptState.FAILED: "failed",
    AttemptState.SKIPPED: "stopped",
}


def attempt_lines(attempts: Iterable[Attempt]) -> Iterable[Line]:
    """Yield lines of everybody who was told or rung, with what came of it."""
    for attempt in attempts:
        words = attempt.result
        if attempt.progress:
            words = f"{words.rstrip('.')}, {attempt.progress}".strip(", ")
        if attempt.tries > 1:
            words = f"{words.rstrip('.')}, {attempt.tries} tries".strip(", ")
        yield Line(
            at=attempt.sent or attempt.created,
            title=title_of(attempt),
            words=words,
            who=attempt.to,
            state=STATES[AttemptState(attempt.state)],
            badge=attempt.get_state_display(),
        )


def title_of(attempt: Attempt) -> str:
    """Return what an attempt is: ``Rings Anna (attempt 2) by phone call``."""
    by = attempt.get_kind_display()
    if attempt.purpose == Purpose.RING:
        return f"Rings {attempt.person}, attempt {attempt.attempt}: {by}"
    name = attempt.channel.name if attempt.channel else ""
    return f"{attempt.get_purpose_display()}: {name or by}"


RECOVERED = {
    RecoveryState.WAITING: "queued",
    RecoveryState.WORKING: "running",
    RecoveryState.DONE: "ok",
    RecoveryState.FAILED: "failed",
    RecoveryState.REFUSED: "stopped",
}


def recovery_lines(recoveries: Iterable[Recovery]) -> Iterable[Line]:
    """Yield lines of what was done about it without people."""
    for each in recoveries:
        yield Line(
            at=each.settled or each.asked,
            title=f"By itself: {str(each)[:1].lower()}{str(each)[1:]}",
            words=each.result,
            state=RECOVERED[RecoveryState(each.state)],
            badge=each.get_state_display(),
        )


def fact(value: object) -> str:
    """Return a figure as a page writes it."""
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value[:20])
    return f"{value:,}" if isinstance(value, int) else str(value or "–")
