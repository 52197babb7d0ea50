"""Who is to be told what: a row for each notice, made in the transaction of what it tells of.

Rule: nothing is sent here. A job sends what has a row; the clock asks again for what was lost.
"""

from datetime import datetime

from django.db.models import QuerySet

from web.alerts import jobs, ways
from web.alerts.ladder import Ring
from web.alerts.models import (
    Attempt,
    AttemptState,
    Channel,
    ChannelKind,
    Incident,
    Purpose,
)
from web.platform import queues, secrets

QUEUE = "notices"
JOB_TIMEOUT = 120  # s; every call has a limit of its own
SETTLING = (Purpose.ACKNOWLEDGED, Purpose.RESOLVED)
MOST_CHANNELS = 20  # of a watch


def tell_channels(incident: Incident, purpose: Purpose, *, now: datetime) -> list[Attempt]:
    """Have the team's channels told, and messages in chats brought up to date."""
    targets = team_of(incident)
    if purpose in SETTLING:
        targets |= chats_of(incident)
    return [
        _made(
            incident=incident,
            channel=channel,
            way=way,
            kind=kind,
            to=to,
            purpose=purpose,
            round=incident.reopened,
            next_at=now,
        )
        for way, (kind, to, channel) in targets.items()
    ]


def ring(incident: Incident, step: Ring, *, now: datetime) -> Attempt | None:
    """Have one person rung. Raises IntegrityError where this very attempt was made already.

    None where the way was deleted meanwhile.
    """
    channel = None
    if step.way.startswith(ways.OF_CHANNEL):
        code = step.way.removeprefix(ways.OF_CHANNEL)
        channel = Channel.objects.filter(code=code, verified__isnull=False).first()
        if channel is None:
            return None
        kind, to = channel.kind, channel.address
    else:
        known = {each.name: each for _, contacts in ways.operators() for each in contacts}
        if step.way not in known:
            return None
        kind, to = known[step.way].kind, known[step.way].address
    return _made(
        incident=incident,
        channel=channel,
        way=step.way,
        kind=kind,
        to=to,
        purpose=Purpose.RING,
        round=step.place.round,
        level=step.place.level,
        attempt=step.place.attempt,
        person=step.person,
        next_at=now,
    )


def send_test(channel: Channel, *, now: datetime) -> Attempt:
    """Have a test notice sent to a channel."""
    return _of_channel(channel, Purpose.TEST, now=now)


def send_code(channel: Channel, code: str, *, now: datetime) -> Attempt:
    """Have a code sent to a channel, which who owns it types in."""
    return _of_channel(channel, Purpose.CODE, now=now, note=secrets.seal(code))


def drop_rings(incident: Incident) -> int:
    """Let go of rings that were not sent yet; return how many."""
    waiting = incident.attempts.filter(purpose=Purpose.RING, state=AttemptState.WAITING)
    return waiting.update(state=AttemptState.SKIPPED)


Targets = dict[str, tuple[str, str, Channel | None]]


def team_of(incident: Incident) -> Targets:
    """Return the team's channels of an incident by the name of their way: kind, address, row."""
    if incident.workspace_id is None:
        return {
            each.name: (each.kind, each.address, None)
            for _, contacts in ways.operators()
            for each in contacts
            if each.kind == ChannelKind.WEBHOOK
        }
    if incident.watch is None:
        return {}
    return _by_way(incident.watch.channels.filter(verified__isnull=False)[:MOST_CHANNELS])


def chats_of(incident: Incident) -> Targets:
    """Return the chats that have messages of the incident, by the name of their way."""
    sent = incident.attempts.filter(kind=ChannelKind.SLACK, state=AttemptState.SENT)
    return {
        each.way: (each.kind, each.to, each.channel)
        for each in sent.select_related("channel")
        if each.channel is not None or each.way.startswith(ways.OF_OPERATOR)
    }


def _by_way(channels: QuerySet[Channel]) -> Targets:
    return {ways.name_of(each): (each.kind, each.address, each) for each in channels}


def _of_channel(channel: Channel, purpose: Purpose, *, now: datetime, note: str = "") -> Attempt:
    return _made(
        channel=channel,
        way=ways.name_of(channel),
        kind=channel.kind,
        to=channel.address,
        person=channel.person.name if channel.person else "",
        purpose=purpose,
        next_at=now,
        note=note,
    )


def _made(**values: object) -> Attempt:
    attempt = Attempt.objects.create(**values)
    queues.enqueue_on_commit(QUEUE, jobs.send, str(attempt.code), timeout=JOB_TIMEOUT)
    return attempt


def send_operator_test(contact: ways.Contact, *, now: datetime) -> Attempt:
    """Have a test notice sent to an operator's contact."""
    return _made(
        way=contact.name,
        kind=contact.kind,
        to=contact.address,
        purpose=Purpose.TEST,
        next_at=now,
    )
