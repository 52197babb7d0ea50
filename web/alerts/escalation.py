"""Climbs the ladder: who is rung next, one conditional update and one row before each ring.

Rule: whoever wins the update rings; a second clock finds the incident one step further.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from web.alerts import incidents, notices
from web.alerts.ladder import Next, Place, Ring, next_ring, starts_over
from web.alerts.models import Entry, Incident, IncidentState, Purpose
from web.platform import shared_clock

logger = logging.getLogger(__name__)

BATCH = 200  # incidents that one tick climbs
NO_WAY = "No verified way to reach them."


def climb_due(now: datetime | None = None, *, service_only: bool = False) -> int:
    """Ring whom it is time to ring; a clock's tick. Return how many incidents went a step on."""
    moment = now or shared_clock.now()
    due = Incident.objects.filter(state=IncidentState.OPEN, ring_at__lte=moment)
    if service_only:
        due = due.filter(workspace=None)
    found = list(due.select_related("watch", "workspace").order_by("ring_at")[:BATCH])
    return sum(climb(incident, now=moment) for incident in found)


def climb(incident: Incident, *, now: datetime) -> bool:
    """Go one step; return False when somebody else did, or acknowledged it meanwhile."""
    if is_silenced(incident, now):
        return False
    ladder = incidents.ladder_of(incident)
    place = Place(incident.round, incident.level, incident.attempt)
    step = next_ring(ladder, place)
    try:
        with transaction.atomic():
            if step.ring is None:
                return _given_up(incident, place, step, now)
            return _rung(incident, place, step, step.ring, now=now, again=now + ladder.wait)
    except IntegrityError:
        logger.warning("rung already", extra={"incident": incident.code})
        return False


def is_silenced(incident: Incident, now: datetime) -> bool:
    """Return whether its watch is mute now; the ladder goes on where it stood afterwards."""
    until = incident.watch.muted_until if incident.watch else None
    return until is not None and until > now


def _moved(incident: Incident, place: Place, **changes: object) -> bool:
    standing = Incident.objects.filter(
        id=incident.id,
        state=IncidentState.OPEN,
        ring_at=incident.ring_at,
        round=place.round,
        level=place.level,
        attempt=place.attempt,
    )
    return bool(standing.update(**changes))


def _rung(
    incident: Incident, place: Place, step: Next, ring: Ring, *, now: datetime, again: datetime
) -> bool:
    to = ring.place
    if not _moved(
        incident, place, round=to.round, level=to.level, attempt=to.attempt, ring_at=again
    ):
        return False
    _name_unreachable(incident, step, now)
    if starts_over(place, to):
        incidents.note(incident, Entry.Kind.ROUND, words=f"Round {to.round}.", now=now)
    if notices.ring(incident, ring, now=now) is None:
        words = "This way is not there any more."
        incidents.note(incident, Entry.Kind.UNREACHABLE, who=ring.person, words=words, now=now)
    return True


def _given_up(incident: Incident, place: Place, step: Next, now: datetime) -> bool:
    if not _moved(incident, place, ring_at=None, unanswered=now):
        return False
    _name_unreachable(incident, step, now)
    incidents.note(incident, Entry.Kind.NOBODY, words="Everybody was rung.", now=now)
    notices.tell_channels(incident, Purpose.NOBODY, now=now)
    logger.error("nobody answered", extra={"incident": incident.code})
    return True


def _name_unreachable(incident: Incident, step: Next, now: datetime) -> None:
    for person in step.unreachable:
        incidents.note(incident, Entry.Kind.UNREACHABLE, who=person, words=NO_WAY, now=now)
