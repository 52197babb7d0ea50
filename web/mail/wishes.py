"""What addresses do not want, and which take no mail at all.

Rule: an address is compared in lower case; what an address does not want holds for all workspaces.
"""

from datetime import datetime

from django.utils import timezone

from web.audit.actions import note
from web.mail.models import OptOut, Suppression, Topic
from web.mail.topics import RULES


def suppression_of(address: str) -> Suppression | None:
    """Return why no mail goes to an address, if that is so."""
    return Suppression.objects.filter(address=address.lower(), lifted=None).first()


def opt_out_of(address: str, topic: str, thread: str = "") -> OptOut | None:
    """Return what an address said against mails of a topic, or of this thread of it."""
    threads = {"", thread}
    return OptOut.objects.filter(address=address.lower(), topic=topic, thread__in=threads).first()


def opt_outs_of(address: str) -> list[OptOut]:
    """Return all that an address does not want, by topic and name."""
    return list(OptOut.objects.filter(address=address.lower()))


def addresses_without(topic: str, thread: str) -> set[str]:
    """Return the addresses that do not want a thread of a topic, in lower case."""
    rows = OptOut.objects.filter(topic=topic, thread__in={"", thread})
    return set(rows.values_list("address", flat=True))


def refusal(address: str, topic: str, thread: str = "") -> str:
    """Return why a mail about something is not sent to an address, a sentence; else nothing."""
    if found := suppression_of(address):
        why = found.text or found.get_cause_display()
        return f"No mail goes to this address since {found.at:%-d %B %Y}: {why}"[:300]
    if RULES[Topic(topic)].may_stop and (wish := opt_out_of(address, topic, thread)):
        return f"This address does not want it since {wish.at:%-d %B %Y} ({wish.how})."
    return ""


def stop(
    address: str,
    topic: Topic,
    *,
    thread: str = "",
    name: str = "",
    how: str,
    now: datetime | None = None,
) -> bool:
    """Have no more mails about something go to an address; False: it is so already.

    Args:
        address: One address.
        topic: One that may be stopped.
        thread: Stops only this; empty stops the whole topic.
        name: What people call the thread.
        how: ``link``, ``one click``, ``reply`` or ``page``.
        now: The present.

    Raises:
        ValueError: Mails of this topic cannot be stopped.
    """
    if not RULES[topic].may_stop:
        raise ValueError(f"mails of the topic {topic} cannot be stopped")
    _, is_new = OptOut.objects.get_or_create(
        address=address.lower(),
        topic=topic,
        thread=thread,
        defaults={"name": name[:200], "how": how[:40], "at": now or timezone.now()},
    )
    if is_new:
        note("account.mails_stopped", words=f"{address}: {thread or topic}, by {how}.")
    return is_new


def resume(address: str, topic: Topic, *, thread: str = "") -> bool:
    """Have mails about something go to an address again; False: they did.

    Args:
        address: One address.
        topic: What about.
        thread: Of this alone; what was said against the whole topic stays.
    """
    rows = OptOut.objects.filter(address=address.lower(), topic=topic, thread=thread)
    is_done = bool(rows.delete()[0])
    if is_done:
        note("account.mails_resumed", words=f"{address}: {thread or topic}.")
    return is_done


def move(before: str, after: str) -> None:
    """Let what an address does not want hold for another one, to which its owner has changed."""
    for wish in opt_outs_of(before):
        topic = Topic(wish.topic)
        stop(after, topic, thread=wish.thread, name=wish.name, how=wish.how, now=wish.at)
