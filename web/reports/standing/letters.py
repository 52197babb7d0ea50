"""Letters to a regular report: an answer goes to who makes it, other words to all who get it.

Rule: only who proved to be a member is heard by all; nobody's words go out as often as they like.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from web.accounts.models import Role, User
from web.mail import tokens
from web.mail.actions import post
from web.mail.incoming import Letter
from web.mail.models import Mail, Topic
from web.reports.models import Standing
from web.reports.standing import telling

MOST_IN_AN_HOUR = 50  # mails with letters of one report


def take(code: UUID, letter: Letter, answered: Mail | None) -> str:
    """Pass a letter on; return what became of it, a sentence.

    Args:
        code: Of the report.
        letter: What came in; a person wrote it.
        answered: The mail that it answers; None: it went to the report's own address.
    """
    standing = Standing.objects.select_related("workspace").filter(code=code).first()
    if standing is None:
        return "The report is not there any more."
    if not letter.own:
        return "It says nothing."
    if answered is not None:
        return pass_on(standing, letter, telling.keepers_of(standing), is_answer=True)
    if not may_write_to_all(standing, letter):
        return "Only an editor of the workspace, whose mail is signed, writes to all who get it."
    return pass_on(standing, letter, telling.readers_of(standing), is_answer=False)


def may_write_to_all(standing: Standing, letter: Letter) -> bool:
    """Return whether a letter proves to be of a member who may edit."""
    members = standing.workspace.memberships.filter(user__email=letter.sender)
    role = members.values_list("role", flat=True).first()
    return letter.is_proved and role is not None and Role(role).may(Role.EDITOR)


def pass_on(standing: Standing, letter: Letter, users: list[User], *, is_answer: bool) -> str:
    """Mail a letter to some, but not to who wrote it."""
    to = [user for user in users if user.email != letter.sender]
    if not has_room(standing, len(to)):
        return f"More than {MOST_IN_AN_HOUR} such mails in an hour; it is not passed on."
    context = {
        "standing": standing,
        "letter": letter,
        "writer": letter.sender_name or letter.sender,
        "is_answer": is_answer,
        "link": settings.SITE_URL + standing.get_absolute_url(),
    }
    for user in to:
        subject = f"{letter.sender_name or letter.sender} on {standing.name}"
        post(user.email, subject, "mail/letter", context, workspace=standing.workspace)
    who = "who makes the report" if is_answer else "all who get the report"
    return f"Passed on to {who}: {len(to)}."


def has_room(standing: Standing, count: int) -> bool:
    """Return whether so many more mails may go out for a report within this hour."""
    lately = Mail.objects.filter(
        topic=Topic.LETTER,
        workspace=standing.workspace,
        created__gt=timezone.now() - timedelta(hours=1),
    )
    return lately.count() + count <= MOST_IN_AN_HOUR


def address_of(standing: Standing) -> str:
    """Return where words to all who get a report go; empty where no mail comes in."""
    return tokens.address_of("report", standing.code)
