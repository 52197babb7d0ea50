"""What a notice says: title, words and facts of an incident, for each way to send it.

Rule: pure but for reading the incident's row; no secret and no payload is in it.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse

from web.alerts import kinds
from web.alerts.models import Attempt, Incident, Purpose

VERSION = 1  # of the JSON that webhooks get


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One notice in words. ``can_answer``: whoever gets it may acknowledge by it."""

    title: str
    words: str
    link: str
    facts: tuple[tuple[str, str], ...] = ()
    can_answer: bool = False
    code: str = field(default="", repr=False)  # of a notice that proves a channel


HEADS = {
    Purpose.RING: "",
    Purpose.OPENED: "",
    Purpose.REOPENED: "Again: ",
    Purpose.ACKNOWLEDGED: "Acknowledged: ",
    Purpose.RESOLVED: "Resolved: ",
    Purpose.NOBODY: "Nobody answered: ",
}


def letter_of(attempt: Attempt, *, code: str = "") -> Letter:
    """Return what an attempt says.

    Args:
        attempt: With its incident, where it has one.
        code: What a channel's owner is to type, for the purpose ``code``.
    """
    if attempt.purpose == Purpose.CODE:
        return Letter(
            title="Your code for Mocklot",
            words=f"Type the code {code} on the page of the channel, within 15 minutes. If you "
            "did not ask for it, do nothing.",
            link=settings.SITE_URL,
            code=code,
        )
    if attempt.purpose == Purpose.TEST or attempt.incident is None:
        return Letter(
            title="A test notice of Mocklot",
            words="This channel works. Nothing is wrong.",
            link=settings.SITE_URL,
        )
    return of_incident(attempt.incident, Purpose(attempt.purpose))


def of_incident(incident: Incident, purpose: Purpose) -> Letter:
    """Return what is told of an incident."""
    title = f"{HEADS[purpose]}{kinds.KINDS[incident.kind].title}: {incident.subject_name}"
    return Letter(
        title=title,
        words=incident.words,
        link=settings.SITE_URL + incident.get_absolute_url(),
        facts=tuple(facts_of(incident)),
        can_answer=purpose in (Purpose.RING, Purpose.OPENED, Purpose.REOPENED),
    )


def facts_of(incident: Incident) -> list[tuple[str, str]]:
    """Return lines of what is known, as (name, text)."""
    facts = [("Since", f"{incident.opened:%Y-%m-%d %H:%M:%S} UTC")]
    if incident.watch:
        facts.append(("Watch", incident.watch.name))
    if incident.workspace:
        facts.append(("Workspace", incident.workspace.name))
    if incident.acknowledged_by:
        facts.append(("Acknowledged by", incident.acknowledged_by))
    if incident.resolved:
        facts.append(("Resolved", f"{incident.resolved:%Y-%m-%d %H:%M:%S} UTC"))
    return facts


def document_of(attempt: Attempt) -> dict[str, Any]:
    """Return the JSON of a webhook; times in ISO 8601, UTC. docs/watching.md describes it."""
    incident = attempt.incident
    said: dict[str, Any] = {"version": VERSION, "event": f"incident.{attempt.purpose}"}
    if incident is None:
        return said | {"event": attempt.purpose, "delivery": str(attempt.code)}
    return said | {
        "delivery": str(attempt.code),
        "incident": {
            "code": str(incident.code),
            "state": incident.state,
            "kind": incident.kind,
            "subject": incident.subject,
            "subject_name": incident.subject_name,
            "words": incident.words,
            "evidence": incident.evidence,
            "opened": incident.opened.isoformat(),
            "acknowledged": incident.acknowledged and incident.acknowledged.isoformat(),
            "acknowledged_by": incident.acknowledged_by,
            "resolved": incident.resolved and incident.resolved.isoformat(),
            "reopened": incident.reopened,
            "tags": incident.run.tag_list if incident.run else [],
            "url": settings.SITE_URL + incident.get_absolute_url(),
        },
    }


def slack_blocks(letter: Letter, incident: Incident | None) -> list[dict[str, Any]]:
    """Return a message of Block Kit; with buttons while somebody may acknowledge by it."""
    text = f"*{plain(letter.title)}*\n{plain(letter.words)}"
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text[:3_000]}}
    ]
    if letter.facts:
        facts = " · ".join(f"{name}: {plain(fact)}" for name, fact in letter.facts)
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": facts[:3_000]}]})
    blocks.append({"type": "actions", "elements": buttons(letter, incident)})
    return blocks


def buttons(letter: Letter, incident: Incident | None) -> list[dict[str, Any]]:
    """Return the buttons of a message: to acknowledge, and to open the page."""
    opening = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Open the page"},
        "url": letter.link,
        "action_id": "open",
    }
    if incident is None or not letter.can_answer:
        return [opening]
    answer = {
        "type": "button",
        "style": "primary",
        "text": {"type": "plain_text", "text": "Acknowledge"},
        "action_id": "acknowledge",
        "value": str(incident.code),
    }
    return [answer, opening]


def plain(text: str) -> str:
    """Return ``text`` without what Slack would take for its markup: no name can ping a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spoken(text: str) -> str:
    """Return a code so that a voice says each digit by itself."""
    return ", ".join(text)


def callback(attempt: Attempt, account: str, step: str) -> str:
    """Return the address that Twilio asks about a call: ``say``, ``key`` or ``status``."""
    path = reverse(f"phone_{step}", args=[account, attempt.code])
    return f"{settings.SITE_URL}{path}"
