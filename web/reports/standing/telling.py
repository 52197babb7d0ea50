"""Tells who gets a regular report that an edition is ready, and who made it that one failed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.urls import reverse

from web.accounts.models import Role, User
from web.mail import wishes
from web.mail.actions import post
from web.mail.models import Topic
from web.reports.models import Edition, Standing
from web.reports.standing import periods

SALT = "mocklot.edition"
NOTHING = "no run sent anything then."


def members_who_get(standing: Standing) -> list[User]:
    """Return who gets a report: its subscribers, as long as they are members and may sign in."""
    rows = User.objects.filter(
        is_active=True,
        memberships__workspace=standing.workspace,
        id__in=standing.subscribers.values("user"),
    )
    return list(rows.order_by("id"))


def readers_of(standing: Standing) -> list[User]:
    """Return who gets a report and did not stop it by mail."""
    stopped = wishes.addresses_without(Topic.REPORT, standing.thread)
    return [user for user in members_who_get(standing) if user.email.lower() not in stopped]


def keepers_of(standing: Standing) -> list[User]:
    """Return who looks after a report: who made it, else the owners of the workspace."""
    members = standing.workspace.memberships.filter(user__is_active=True).select_related("user")
    maker = [each.user for each in members if each.user_id == standing.created_by_id]
    return maker or [each.user for each in members if each.role == Role.OWNER]


def tell_ready(edition: Edition) -> int:
    """Mail the link of an edition to everybody who gets the report; return to how many."""
    standing = edition.standing
    if not edition.rows and standing.skips_empty:
        return 0
    readers = readers_of(standing)
    for user in readers:
        _post(user, edition, f"{standing.name}: {called(edition)}", "mail/edition", {})
    return len(readers)


def tell_failure(edition: Edition, reason: str) -> None:
    """Mail who looks after a report that an edition could not be made."""
    subject = f"{edition.standing.name} could not be made"
    facts: dict[str, object] = {
        "reason": reason,
        "link": settings.SITE_URL + edition.get_absolute_url(),
    }
    for user in keepers_of(edition.standing):
        _post(user, edition, subject, "mail/edition_failed", facts)


def _post(
    user: User, edition: Edition, subject: str, template: str, facts: dict[str, object]
) -> None:
    standing = edition.standing
    context: dict[str, object] = {
        "edition": edition,
        "standing": standing,
        "period": called(edition),
        "expires": _shown(edition.link_expires, user.time_zone),
        "nothing": NOTHING,
        "link": settings.SITE_URL + reverse("edition_link", args=[edition.code, token(edition)]),
        "page": settings.SITE_URL + standing.get_absolute_url(),
    }
    post(
        user.email,
        subject,
        template,
        context | facts,
        workspace=standing.workspace,
        thread=standing.thread,
        thread_name=standing.name,
    )


def _shown(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%-d %B %Y, %H:%M %Z}" if at else ""


def called(edition: Edition) -> str:
    """Return what people call the period of an edition."""
    standing = edition.standing
    period = periods.Period(edition.begin, edition.end)
    return periods.words(standing.every, period, standing.zone)


def token(edition: Edition) -> str:
    """Return the signed text that the link in the mail carries; it holds ``LINK_LIFE``."""
    return signing.dumps(str(edition.code), salt=SALT)
