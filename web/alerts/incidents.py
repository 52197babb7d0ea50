"""Incidents: opened once a subject and rule, acknowledged by one person, resolved by themselves.

Rule: every change is one conditional update that names the state it expects, so that two clocks,
a chat, a page and a key press can come at once. Whoever changes something is told whether it was
they who did.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from web.accounts.models import User, Workspace
from web.alerts import notices, recovery, roster
from web.alerts.ladder import Ladder
from web.alerts.models import (
    UNRESOLVED,
    Attempt,
    Entry,
    Incident,
    IncidentState,
    Purpose,
    Rule,
)
from web.platform import shared_clock
from web.runs.models import Run

logger = logging.getLogger(__name__)

MOST_WORDS = 500
MOST_COMMENT = 2_000  # characters
KEEP = timedelta(days=400)  # that an incident can be read after its end
KEEP_TESTS = timedelta(days=30)
MOST_FORGOTTEN = 500  # incidents that one tick removes
CLOSED_BY_HAND = "Closed by hand."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What an incident is about.

    ``subject`` and ``key`` (the rule's) name it: there is one open incident for both. Without
    ``rule`` it is of the service itself.
    """

    subject: str
    subject_name: str
    key: str
    kind: str
    words: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    workspace: Workspace | None = None
    rule: Rule | None = None
    run: Run | None = None
    shards: tuple[int, ...] = ()


def open_incident(trouble: Trouble, *, now: datetime | None = None) -> Incident | None:
    """Open an incident, or open the last one again if it was resolved a short while ago.

    Tells the channels, begins to ring, and asks for the rule's remedy, all by rows that others
    work off.

    Returns:
        The incident; None when one was open already, or nobody is to hear of it (muted).
    """
    moment = now or shared_clock.now()
    if trouble.rule is not None and is_muted(trouble.rule, moment):
        return None
    try:
        with transaction.atomic():
            again = _reopened(trouble, moment)
            incident = again or _made(trouble, moment)
            purpose = Purpose.REOPENED if again else Purpose.OPENED
            notices.tell_channels(incident, purpose, now=moment)
            if trouble.rule is not None:
                recovery.ask(incident, trouble.rule, shards=trouble.shards, now=moment)
    except IntegrityError:
        return None  # another clock was faster, or it is still open
    logger.info("incident opened", extra={"incident": str(incident.code), "kind": trouble.kind})
    return incident


def is_muted(rule: Rule, now: datetime) -> bool:
    """Return whether the rule's watch is silent at a moment."""
    until = rule.watch.muted_until
    return until is not None and until > now


def _made(trouble: Trouble, now: datetime) -> Incident:
    rule = trouble.rule
    ladder = roster.ladder_for(rule, now=now, kind=trouble.kind)
    incident = Incident.objects.create(
        workspace=trouble.workspace,
        run=trouble.run,
        rule=rule,
        watch=rule.watch if rule else None,
        subject=trouble.subject,
        subject_name=trouble.subject_name[:160],
        key=trouble.key,
        kind=trouble.kind,
        words=trouble.words[:MOST_WORDS],
        evidence=dict(trouble.evidence),
        opened=now,
        ladder=ladder.pack(),
        ring_at=now if ladder.rungs else None,
    )
    note(incident, Entry.Kind.OPENED, words=trouble.words, now=now)
    return incident


def _reopened(trouble: Trouble, now: datetime) -> Incident | None:
    """Open again what was resolved less than the watch's time ago; None when there is none."""
    within = trouble.rule.watch.reopen_within if trouble.rule else REOPEN_SERVICE
    last = (
        Incident.objects.filter(subject=trouble.subject, key=trouble.key)
        .order_by("-opened", "-id")
        .first()
    )
    if last is None or last.resolved is None or last.resolved <= now - within:
        return None
    ladder = roster.ladder_for(trouble.rule, now=now, after=last.round, kind=trouble.kind)
    changed = Incident.objects.filter(id=last.id, state=IncidentState.RESOLVED).update(
        state=IncidentState.OPEN,
        reopened=F("reopened") + 1,
        resolved=None,
        acknowledged=None,
        acknowledged_by="",
        unanswered=None,
        words=trouble.words[:MOST_WORDS],
        evidence=dict(trouble.evidence),
        ladder=ladder.pack(),
        round=last.round + 1,
        level=1,
        attempt=0,
        ring_at=now if ladder.rungs else None,
    )
    if not changed:
        return None
    note(last, Entry.Kind.REOPENED, words=trouble.words, now=now)
    last.refresh_from_db()
    return last


REOPEN_SERVICE = timedelta(minutes=30)  # of the service's own incidents


def acknowledge(
    incident: Incident, *, who: str, how: str = "", now: datetime | None = None
) -> bool:
    """Take an incident on: nobody is rung any more. Return False when it was not open any more.

    Args:
        incident: Which.
        who: The name of whoever did it.
        how: By what: ``on the page``, ``in Slack``, ``by a key press``.
        now: The present.
    """
    moment = now or shared_clock.now()
    by = f"{who} {how}".strip()[:160]
    with transaction.atomic():
        taken = Incident.objects.filter(id=incident.id, state=IncidentState.OPEN).update(
            state=IncidentState.ACKNOWLEDGED,
            acknowledged=moment,
            acknowledged_by=by,
            ring_at=None,
        )
        if not taken:
            return False
        note(incident, Entry.Kind.ACKNOWLEDGED, who=by, now=moment)
        notices.drop_rings(incident)
        notices.tell_channels(incident, Purpose.ACKNOWLEDGED, now=moment)
    return True


def was_opened_again_after(incident: Incident, moment: datetime) -> bool:
    """Return whether an incident was resolved and came back after ``moment``."""
    return incident.entries.filter(kind=Entry.Kind.REOPENED, at__gt=moment).exists()


def resolve(incident: Incident, *, words: str, who: str = "", now: datetime | None = None) -> bool:
    """End an incident; return False when it had ended."""
    moment = now or shared_clock.now()
    with transaction.atomic():
        ended = Incident.objects.filter(id=incident.id, state__in=UNRESOLVED).update(
            state=IncidentState.RESOLVED, resolved=moment, ring_at=None
        )
        if not ended:
            return False
        note(incident, Entry.Kind.RESOLVED, words=words, who=who, now=moment)
        notices.drop_rings(incident)
        notices.tell_channels(incident, Purpose.RESOLVED, now=moment)
    return True


def resolve_open(subject: str, key: str, *, words: str, now: datetime) -> bool:
    """End the open incident of a subject and rule; return whether there was one."""
    found = Incident.objects.filter(subject=subject, key=key, state__in=UNRESOLVED).first()
    return found is not None and resolve(found, words=words, now=now)


def comment(incident: Incident, words: str, *, by: User) -> None:
    """Put a comment on the timeline."""
    note(incident, Entry.Kind.COMMENT, words=words[:MOST_COMMENT], who=str(by))


def note(
    incident: Incident,
    kind: str,
    *,
    words: str = "",
    who: str = "",
    now: datetime | None = None,
) -> None:
    """Put a line on the timeline."""
    Entry.objects.create(
        incident=incident, kind=kind, words=words, who=who[:160], at=now or shared_clock.now()
    )


def forget(now: datetime | None = None) -> int:
    """Remove incidents that ended long ago, and tests and codes; a clock's tick, bounded.

    Returns:
        How many incidents went.
    """
    moment = now or shared_clock.now()
    Attempt.objects.filter(incident=None, created__lt=moment - KEEP_TESTS).delete()
    old = Incident.objects.filter(
        state=IncidentState.RESOLVED, resolved__lt=moment - KEEP
    ).order_by("resolved")
    codes = list(old.values_list("id", flat=True)[:MOST_FORGOTTEN])
    Incident.objects.filter(id__in=codes).delete()
    return len(codes)


def ladder_of(incident: Incident) -> Ladder:
    """Return the people that the incident rings in this round."""
    return Ladder.unpack(incident.ladder)
