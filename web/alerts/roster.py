"""The ladder of an incident as it is now: a chain's people on duty, or the operators.

Rule: read when a round begins; who is put on the chain later is rung in the next one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from web.alerts.duty import Change, Turn, on_duty
from web.alerts.ladder import MOST_ROUNDS, Ladder, Rung
from web.alerts.models import (
    AtEnd,
    Chain,
    ChainChange,
    ChainTurn,
    Channel,
    ChannelKind,
    Person,
    Rule,
)
from web.alerts.ways import name_of, operators

RINGING = (ChannelKind.MAIL, ChannelKind.SLACK, ChannelKind.PHONE)  # what reaches a person
OF_MAIL = ("mail", "mail_quota")  # kinds of incidents: a mail about them would wait with the others


def ladder_for(rule: Rule | None, *, now: datetime, after: int = 0, kind: str = "") -> Ladder:
    """Return whom an incident rings, from now on.

    Args:
        rule: Its rule; None for an incident of the service, which rings the operators.
        now: Who is on duty then is rung.
        after: The round that has been rung already.
        kind: What is wrong; of mail nobody is told by mail.
    """
    if rule is None:
        return operators_ladder(after=after, by_mail=kind not in OF_MAIL)
    chain = rule.watch.chain
    if chain is None or not rule.rings:
        return Ladder()
    return chain_ladder(chain, now=now, after=after)


def chain_ladder(chain: Chain, *, now: datetime, after: int = 0) -> Ladder:
    """Return the ladder of a chain, with the verified ways of each person on duty."""
    rungs = tuple(
        Rung(person.name, tuple(name_of(each) for each in ways_to(person)))
        for person in people_on_duty(chain, now=now)
    )
    rounds = chain.rounds if chain.at_end == AtEnd.START_OVER else 1
    return Ladder(rungs=rungs, attempts=chain.attempts, wait=chain.wait, rounds=after + rounds)


def people_on_duty(chain: Chain, *, now: datetime) -> list[Person]:
    """Return who is rung now, in order."""
    return duties_of([chain], now=now)[0]


def duties_of(chains: Sequence[Chain], *, now: datetime) -> list[list[Person]]:
    """Return who is rung now by each chain, in order; the number of queries is fixed."""
    rows = ChainTurn.objects.filter(chain__in=chains).select_related("person")
    turns = defaultdict(list)
    for turn in rows.order_by("position", "id"):
        turns[turn.chain_id].append(Turn(turn.person, turn.hours))
    exceptions = ChainChange.objects.filter(chain__in=chains, begins__lte=now, ends__gt=now)
    changes = defaultdict(list)
    for each in exceptions.select_related("person"):
        changes[each.chain_id].append(
            Change(who=each.person, begins=each.begins, ends=each.ends, is_away=each.is_away)
        )
    return [on_duty(turns[chain.id], changes[chain.id], now=now) for chain in chains]


def ways_to(person: Person) -> list[Channel]:
    """Return a person's verified channels in their order."""
    found = person.channels.filter(verified__isnull=False, kind__in=RINGING)
    return list(found.order_by("position", "id"))


def operators_ladder(*, after: int = 0, by_mail: bool = True) -> Ladder:
    """Return the operators of the settings, over and over; without mail also who has a way left."""
    kinds = {*RINGING} if by_mail else {*RINGING} - {ChannelKind.MAIL}
    rungs = tuple(
        Rung(person, tuple(each.name for each in contacts if each.kind in kinds))
        for person, contacts in operators()
    )
    return Ladder(
        rungs=rungs if by_mail else tuple(rung for rung in rungs if rung.ways),
        attempts=settings.OPERATOR_ATTEMPTS,
        wait=timedelta(seconds=settings.OPERATOR_WAIT),
        rounds=after + MOST_ROUNDS,
    )
