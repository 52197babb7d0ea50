"""What mails are about: how urgent that is, and whether who gets them may stop them.

Rule: a template that is not listed is about signing in, the one kind that nothing holds back.
"""

from dataclasses import dataclass

from django.db import models

FIRST, SOON, LATER = 0, 1, 2  # lower goes first when mails were held back


class Topic(models.TextChoices):
    """What a mail is about."""

    ACCOUNT = "account", "Signing in and security"
    INVITATION = "invitation", "Invitations"
    NOTICE = "notice", "Incidents"
    SCHEDULE = "schedule", "Failures of what you made"
    DOWNLOAD = "download", "Files that you asked for"
    REPORT = "report", "Regular reports"
    LETTER = "letter", "Letters to regular reports"
    PROOF = "proof", "Proofs that end soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How mails about something are treated; ``why`` says in a mail why somebody gets it."""

    priority: int
    may_stop: bool
    why: str
    help: str  # on the page where people choose


RULES: dict[Topic, Rule] = {
    Topic.ACCOUNT: Rule(
        priority=FIRST,
        may_stop=False,
        why="because it is about your own account.",
        help="New passwords and whatever else the safety of your account needs. They always come.",
    ),
    Topic.INVITATION: Rule(
        priority=SOON,
        may_stop=True,
        why="because somebody asked you to join a workspace.",
        help="Somebody asks you to join a workspace.",
    ),
    Topic.NOTICE: Rule(
        priority=SOON,
        may_stop=False,
        why="because this address is among the channels of a watch.",
        help="Who is told of incidents is set under Watching, channel by channel.",
    ),
    Topic.SCHEDULE: Rule(
        priority=LATER,
        may_stop=True,
        why="because you made it.",
        help="A schedule could not start its lot, or a regular report could not be made.",
    ),
    Topic.DOWNLOAD: Rule(
        priority=LATER,
        may_stop=False,
        why="because you asked for the file.",
        help="The link to a file for which you ticked “Mail me the link”.",
    ),
    Topic.REPORT: Rule(
        priority=LATER,
        may_stop=True,
        why="because you are subscribed to this report.",
        help="Daily, weekly and monthly reports that you are subscribed to.",
    ),
    Topic.LETTER: Rule(
        priority=LATER,
        may_stop=True,
        why="because of a regular report that you make or get.",
        help="Answers to reports that you make, and words to everybody who gets a report.",
    ),
    Topic.PROOF: Rule(
        priority=LATER,
        may_stop=True,
        why="because you own a workspace that has proved a host.",
        help="The proof that a host is yours ends within a week, in a workspace that you own.",
    ),
}

OF_TEMPLATE = {
    "mail/invitation": Topic.INVITATION,
    "mail/notice": Topic.NOTICE,
    "mail/schedule": Topic.SCHEDULE,
    "mail/report": Topic.DOWNLOAD,
    "mail/edition": Topic.REPORT,
    "mail/edition_failed": Topic.SCHEDULE,
    "mail/letter": Topic.LETTER,
    "mail/proof": Topic.PROOF,
}


def topic_of(template: str) -> Topic:
    """Return what the mails of a template are about."""
    return OF_TEMPLATE.get(template, Topic.ACCOUNT)
