"""Everything that people change about watching, on pages, in chats and by phone."""

import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from web.accounts.models import User, Workspace
from web.alerts import incidents, notices
from web.alerts.models import (
    Account,
    Attempt,
    Chain,
    ChainChange,
    ChainTurn,
    Channel,
    Incident,
    Person,
    Purpose,
    Rule,
    Watch,
)
from web.audit.actions import note

CODE_LIFE = timedelta(minutes=15)
CODE_DIGITS = 6
MOST_CODE_TRIES = 5  # of one code
MOST_SENDS = 5  # codes and tests to one channel in an hour: they cost money, and may be unwanted
MOST_OF_EACH = 100  # watches, chains, people, channels, accounts of a workspace
KEY_PRESSED = "key pressed"
# How far a call is, by what Twilio says of it; an earlier word that comes late changes nothing.
CALL_STATES = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, "answered": 3} | (
    dict.fromkeys(("completed", "busy", "failed", "no-answer", "canceled"), 4)
)


class Refused(Exception):
    """It cannot be done now; a sentence."""


# Incidents.


def acknowledge(incident: Incident, *, by: User) -> bool:
    """Take an incident on, on its page; return False when it was not open any more."""
    done = incidents.acknowledge(incident, who=str(by), how="on the page")
    if done:
        note("incident.acknowledged", user=by, about=incident)
    return done


def acknowledge_in_slack(incident: Incident, *, who: str, pressed: datetime) -> bool:
    """Take an incident on by a button in Slack; one pressed before it was opened again does not."""
    if incidents.was_opened_again_after(incident, pressed):
        return False
    done = incidents.acknowledge(incident, who=who, how="in Slack")
    if done:
        note("incident.acknowledged", user=f"{who} in Slack", about=incident)
    return done


@transaction.atomic
def acknowledge_by_phone(attempt: Attempt) -> bool:
    """Take the incident of a call on by a key press; the call notes it, and takes one."""
    if attempt.incident is None or attempt.purpose != Purpose.RING:
        return False
    calls = Attempt.objects.filter(id=attempt.id).exclude(progress=KEY_PRESSED)
    if not calls.update(progress=KEY_PRESSED):
        return False
    done = incidents.acknowledge(attempt.incident, who=attempt.person, how="by a key press")
    if done:
        note("incident.acknowledged", user=f"{attempt.person} by phone", about=attempt.incident)
    return done


def note_call(attempt: Attempt, state: str) -> None:
    """Keep how far a call is; a key press stays what is told of it."""
    if state not in CALL_STATES:
        return
    later = [known for known, place in CALL_STATES.items() if place >= CALL_STATES[state]]
    calls = Attempt.objects.filter(id=attempt.id).exclude(progress__in=[*later, KEY_PRESSED])
    calls.update(progress=state)


def resolve(incident: Incident, *, by: User) -> bool:
    """End an incident by hand; the same trouble opens no other one until it was gone."""
    done = incidents.resolve(incident, words=incidents.CLOSED_BY_HAND, who=str(by))
    if done:
        note("incident.resolved", user=by, about=incident)
    return done


def comment(incident: Incident, words: str, *, by: User) -> None:
    """Put a comment on an incident's timeline."""
    incidents.comment(incident, words, by=by)
    note("incident.commented", user=by, about=incident)


# Watches.


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """What a watch is to be, beside its own fields: its rules, and the channels that are told."""

    rules: Sequence[Rule]
    channels: Sequence[Channel]


@transaction.atomic
def save_watch(watch: Watch, plan: WatchPlan, *, by: User) -> Watch:
    """Store a watch, new or changed. A rule that stays keeps its incidents."""
    hold_room(watch, Watch)
    deed = "made" if watch.pk is None else "saved"
    watch.changed_by = by
    watch.save()
    watch.channels.set(plan.channels)
    kept = {rule.kind for rule in plan.rules}
    for gone in watch.rules.exclude(kind__in=kept):
        close_incidents(gone, "The rule was taken out of its watch.")
        gone.delete()
    for rule in plan.rules:
        rule.watch = watch
        rule.save()
    note(f"watch.{deed}", user=by, about=watch)
    return watch


def close_incidents(rule: Rule, words: str) -> None:
    """End what a rule has open: nobody would ever resolve it."""
    for incident in Incident.objects.filter(rule=rule):
        incidents.resolve(incident, words=words)


@transaction.atomic
def delete_watch(watch: Watch) -> None:
    """Delete a watch; its incidents end, and stay to be read."""
    for rule in watch.rules.all():
        close_incidents(rule, "Its watch was deleted.")
    note("watch.deleted", about=watch)
    watch.delete()


def mute(watch: Watch, *, until: datetime | None) -> None:
    """Have a watch tell nobody until a moment; None ends that."""
    watch.muted_until = until
    watch.save(update_fields=["muted_until"])
    note("watch.muted" if until else "watch.unmuted", about=watch)


# People, channels, accounts.


def save_person(person: Person) -> Person:
    """Store a person."""
    hold_room(person, Person)
    person.save()
    note("channel.person_saved", about=person)
    return person


def save_account(account: Account) -> Account:
    """Store an account whose secrets are sealed already."""
    hold_room(account, Account)
    account.save()
    note("channel.account_saved", about=account)
    return account


def save_channel(channel: Channel, *, is_elsewhere: bool) -> Channel:
    """Store a channel. One that leads elsewhere now has to be proved again."""
    hold_room(channel, Channel)
    if is_elsewhere:
        channel.verified = None
        channel.proof = ""
    if channel.pk is None and channel.person is not None:
        channel.position = channel.person.channels.count()
    channel.save()
    note("channel.saved", about=channel)
    return channel


def send_test(channel: Channel) -> Attempt:
    """Have a test notice sent.

    Raises:
        Refused: The channel was sent enough lately, or has to be proved by a code first.
    """
    if channel.needs_code and channel.verified is None:
        raise Refused("Prove this channel by its code first.")
    hold_sends(channel)
    note("channel.tested", about=channel)
    return notices.send_test(channel, now=timezone.now())


@transaction.atomic
def send_code(channel: Channel) -> Attempt:
    """Have a new code sent; the one before it is good no more.

    Raises:
        Refused: The channel was sent enough lately.
    """
    hold_sends(channel)
    code = f"{chance.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    channel.proof = proof_of(channel, code)
    channel.proof_ends = timezone.now() + CODE_LIFE
    channel.proof_tries = 0
    channel.save(update_fields=["proof", "proof_ends", "proof_tries"])
    note("channel.code_sent", about=channel)
    return notices.send_code(channel, code, now=timezone.now())


def prove(channel: Channel, code: str) -> None:
    """Take a channel's code; its notices go out from then on.

    Raises:
        Refused: It is another one, too old, or was tried too often.
    """
    now = timezone.now()
    if not channel.proof or channel.proof_ends is None or channel.proof_ends < now:
        raise Refused("This code is too old. Have a new one sent.")
    tried = Channel.objects.filter(
        id=channel.id, proof=channel.proof, proof_tries__lt=MOST_CODE_TRIES
    ).update(proof_tries=F("proof_tries") + 1)
    if not tried:
        raise Refused("That was tried too often. Have a new code sent.")
    if not constant_time_compare(channel.proof, proof_of(channel, code.strip())):
        raise Refused("This is another code than was sent.")
    Channel.objects.filter(id=channel.id).update(verified=now, proof="")
    note("channel.proved", about=channel)


def proof_of(channel: Channel, code: str) -> str:
    """Return what is kept of a code."""
    return salted_hmac(f"web.alerts.proof.{channel.code}", code, algorithm="sha256").hexdigest()


def hold_sends(channel: Channel) -> None:
    """Refuse when a channel was sent enough codes and tests within the hour.

    Raises:
        Refused: It was.
    """
    lately = timezone.now() - timedelta(hours=1)
    purposes = (Purpose.TEST, Purpose.CODE)
    if channel.attempts.filter(purpose__in=purposes, created__gt=lately).count() >= MOST_SENDS:
        raise Refused(f"At most {MOST_SENDS} tests and codes go to one channel in an hour.")


# Chains.


@transaction.atomic
def save_chain(chain: Chain, turns: Sequence[ChainTurn]) -> Chain:
    """Store a chain with ``turns`` in place of those it had."""
    hold_room(chain, Chain)
    chain.save()
    chain.turns.all().delete()
    for position, turn in enumerate(turns):
        turn.chain, turn.position = chain, position
    ChainTurn.objects.bulk_create(turns)
    note("watch.chain_saved", about=chain)
    return chain


def add_change(change: ChainChange) -> ChainChange:
    """Store an exception from a chain's hours.

    Raises:
        Refused: The chain has enough of them.
    """
    if change.chain.changes.count() >= MOST_OF_EACH:
        raise Refused(f"A chain has at most {MOST_OF_EACH} exceptions. Delete old ones.")
    change.save()
    note("watch.chain_changed", about=change.chain)
    return change


def hold_room(row: Watch | Chain | Person | Channel | Account, model: type) -> None:
    """Refuse one more row of a kind than a workspace may have.

    Raises:
        Refused: It has as many as it may.
    """
    workspace: Workspace = row.workspace
    if row.pk is None and model.objects.filter(workspace=workspace).count() >= MOST_OF_EACH:
        raise Refused(f"A workspace has at most {MOST_OF_EACH} of them. Delete one first.")


def delete(row: Chain | ChainChange | Person | Channel | Account) -> None:
    """Delete a chain, an exception, a person, a channel or an account, with what belongs to it."""
    kind = "channel" if isinstance(row, Person | Channel | Account) else "watch"
    owner = row.chain.workspace if isinstance(row, ChainChange) else row.workspace
    note(f"{kind}.{row._meta.model_name}_deleted", workspace=owner, words=str(row))
    row.delete()
