"""Tells the owners of a workspace that a proof is about to end.

Rule: once for each end, by a conditional update; a proof that is found again has a later end.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from web.accounts.models import Role
from web.mail.actions import post
from web.targets.ownership import access, limits
from web.targets.ownership.models import Ownership

BEFORE = timedelta(days=7)  # the end of a proof at which its owners are told
MOST_AT_ONCE = 20  # proofs of one tick


def warn(now: datetime | None = None) -> int:
    """Tell of proofs that end soon; return of how many. The clock calls this."""
    moment = now or timezone.now()
    rows = access.ending(moment, before=moment + BEFORE)[:MOST_AT_ONCE]
    return sum(_tell(row, moment) for row in rows)


@transaction.atomic
def _tell(row: Ownership, now: datetime) -> bool:
    claimed = Ownership.objects.filter(id=row.id, expires=row.expires, warned=None)
    if row.target is None or row.expires is None or not claimed.update(warned=now):
        return False  # another clock was faster, or it was found again
    page = reverse("targets:ownership", args=[row.workspace.code, row.target.code])
    context = {
        "proof": row,
        "mocks": limits.MOCKS,
        "rate": f"{limits.RATE:g}",
        "link": f"{settings.SITE_URL}{page}",
    }
    subject = f"The proof that {row.host} is yours ends on {row.expires:%-d %B %Y}"
    for owner in row.workspace.memberships.filter(role=Role.OWNER, user__is_active=True):
        post(owner.user.email, subject, "mail/proof", context, workspace=row.workspace)
    return True
