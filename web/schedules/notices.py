"""Tells who made a schedule that a start was refused.

Rule: the first refusal in a row is told and no other, so that a schedule of each minute does not
fill a mailbox; watching can do more.
"""

from django.conf import settings

from web.mail.actions import post
from web.schedules.models import Turn, TurnState

DECIDED = (TurnState.STARTED, TurnState.REFUSED)


def tell_refusal(turn: Turn, reason: str) -> bool:
    """Put a mail into the outbox; False: there is nobody to tell, or they know already."""
    schedule, maker = turn.schedule, turn.schedule.created_by
    if maker is None or not maker.is_active or not is_member(turn) or is_known(turn):
        return False
    context = {
        "schedule": schedule,
        "turn": turn,
        "reason": reason,
        "link": f"{settings.SITE_URL}{schedule.get_absolute_url()}",
    }
    subject = f"{schedule} did not start"
    post(maker.email, subject, "mail/schedule", context, workspace=schedule.workspace)
    return True


def is_known(turn: Turn) -> bool:
    """Whether the decided moment before this one was refused as well."""
    before = turn.schedule.turns.filter(moment__lt=turn.moment, state__in=DECIDED)
    last = before.order_by("-moment").first()
    return last is not None and last.state == TurnState.REFUSED


def is_member(turn: Turn) -> bool:
    """Whether who made the schedule is still in its workspace."""
    schedule = turn.schedule
    return schedule.workspace.memberships.filter(user=schedule.created_by).exists()
