"""Everything that people and the clock change about regular reports."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.mail import wishes
from web.mail.models import Topic
from web.platform import queues, storage
from web.platform.removal import remove_later
from web.reports import jobs
from web.reports.actions import GOING, MAKE_TIMEOUT, TYPES, StorageDown
from web.reports.models import Edition, ReportState, Standing, Subscriber
from web.reports.standing import periods, telling

logger = logging.getLogger(__name__)

MOST_OF_A_WORKSPACE = 50
MOST_AT_ONCE = 10  # editions of a workspace that are being made, or wait for it
MOST_SUBSCRIBERS = 200
LATE_RECORDS = timedelta(minutes=2)  # towers write chunks each 5 s; a store may have been away
WAIT = timedelta(minutes=1)  # that a job which was being stopped may still write
DOWN = "The object store does not answer. Try again in a minute."


class TooMany(Exception):
    """No more are possible; the text is a sentence that says why."""


def save_standing(
    standing: Standing, *, subscribers: list[User], by: User, now: datetime | None = None
) -> Standing:
    """Store a regular report, new or changed, and who gets it.

    One that is new, or whose clock was changed, is next due after now; another stays due.

    Raises:
        TooMany: The workspace has as many as it may.
    """
    moment = now or timezone.now()
    is_new = standing.pk is None
    if is_new:
        hold_room(standing.workspace)
        standing.created_by = by
    if is_new or has_another_clock(standing):
        standing.next_at = periods.due_after(
            standing.every, moment, at=standing.at, zone=standing.zone
        )
    with transaction.atomic():
        standing.save()
        set_subscribers(standing, subscribers)
        note("report.regular_made" if is_new else "report.regular_changed", user=by, about=standing)
    return standing


def has_another_clock(standing: Standing) -> bool:
    """Return whether a report is to be made at other times than it is stored with."""
    same = Standing.objects.filter(
        pk=standing.pk, every=standing.every, at=standing.at, zone=standing.zone
    )
    return not same.exists()


def hold_room(workspace: Workspace) -> None:
    """Raise TooMany where a workspace has all the regular reports that it may have."""
    if workspace.standing_reports.count() >= MOST_OF_A_WORKSPACE:
        raise TooMany(
            f"A workspace has at most {MOST_OF_A_WORKSPACE} regular reports. Delete one first."
        )


def set_subscribers(standing: Standing, users: list[User]) -> None:
    """Have these members get a report, and nobody else."""
    chosen = {user.pk: user for user in users[:MOST_SUBSCRIBERS]}
    standing.subscribers.exclude(user__in=chosen).delete()
    known = set(standing.subscribers.values_list("user_id", flat=True))
    fresh = [Subscriber(standing=standing, user=chosen[pk]) for pk in chosen if pk not in known]
    Subscriber.objects.bulk_create(fresh, ignore_conflicts=True)


def subscribe(standing: Standing, user: User) -> None:
    """Have a member get a report, also one who stopped it by mail before."""
    Subscriber.objects.get_or_create(standing=standing, user=user)
    wishes.resume(user.email, Topic.REPORT, thread=standing.thread)


def unsubscribe(standing: Standing, user: User) -> bool:
    """Have a member get a report no more; False: they did not."""
    return bool(standing.subscribers.filter(user=user).delete()[0])


def pause(standing: Standing, *, by: User, now: datetime | None = None) -> bool:
    """Have no editions made until it is resumed; False: it was paused already."""
    same = Standing.objects.filter(id=standing.pk, paused_at=None)
    if not same.update(paused_at=now or timezone.now()):
        return False
    note("report.regular_paused", user=by, about=standing)
    return True


def resume(standing: Standing, *, by: User, now: datetime | None = None) -> bool:
    """Go on with the first edition that is due after now; False: it was not paused.

    What was due while it was paused is not made up for.
    """
    due = periods.due_after(
        standing.every, now or timezone.now(), at=standing.at, zone=standing.zone
    )
    paused = Standing.objects.filter(id=standing.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None, next_at=due):
        return False
    note("report.regular_resumed", user=by, about=standing)
    return True


@transaction.atomic
def delete_standing(standing: Standing, *, by: User) -> None:
    """Delete a regular report with its editions; their files follow within a minute or two."""
    remove_later(standing.prefix, wait=WAIT)
    note("report.regular_deleted", user=by, about=standing)
    standing.delete()


def take_due(now: datetime) -> int:
    """Begin the editions that are due; return how many reports were moved on. Any clock may."""
    due = Standing.objects.filter(next_at__lte=now, paused_at=None, workspace__deleted=None)
    rows = due.select_related("workspace").order_by("next_at", "id")
    return sum(take(standing, now=now) for standing in rows[:MOST_OF_A_WORKSPACE])


@transaction.atomic
def take(standing: Standing, *, now: datetime) -> bool:
    """Begin the edition that a report has come to; False: another clock did."""
    planned = standing.next_at
    following = periods.following(standing.every, planned, now, at=standing.at, zone=standing.zone)
    same = Standing.objects.filter(id=standing.pk, next_at=planned, paused_at=None)
    if not same.update(next_at=following):
        return False
    begin_edition(standing, periods.period_before(standing.every, planned, standing.zone))
    return True


def begin_edition(standing: Standing, period: periods.Period, *, by: User | None = None) -> Edition:
    """Return the edition of a period, which a job is going to make; one that is there stays."""
    facts = {
        "asked_by": by,
        "not_before": period.end + LATE_RECORDS if by is None else None,
        "rows_total": None,  # nobody knows before; the job says what it goes through
    }
    edition, is_new = Edition.objects.get_or_create(
        standing=standing, begin=period.begin, end=period.end, defaults=facts
    )
    if is_new:
        nudge(edition)
    return edition


def run_now(standing: Standing, *, by: User, so_far: bool, now: datetime | None = None) -> Edition:
    """Return an edition that is made at once: of the last whole period, or of the present so far.

    One of the last whole period that there is already is returned as it is.

    Raises:
        TooMany: So many are being made for the workspace already.
    """
    moment = (now or timezone.now()).replace(second=0, microsecond=0)
    going = Edition.objects.filter(standing__workspace=standing.workspace, state__in=GOING)
    if going.count() >= MOST_AT_ONCE:
        raise TooMany(f"{MOST_AT_ONCE} editions are being made already. Wait for one of them.")
    if not so_far:
        period = periods.period_before(standing.every, moment, standing.zone)
        note("report.run_now", user=by, about=standing, words="Of the last period.")
        return begin_edition(standing, period, by=by)
    note("report.run_now", user=by, about=standing, words="Of the period so far.")
    begin = periods.period_of(standing.every, moment, standing.zone).begin
    end = max(moment, begin + timedelta(minutes=1))
    return begin_edition(standing, periods.Period(begin, end), by=by)


def nudge(edition: Edition) -> None:
    """Put the job into the queue; the clock does it again for one that was lost."""
    code = str(edition.code)
    queues.enqueue_on_commit("reports", jobs.make_edition, code, timeout=MAKE_TIMEOUT)


def retry_edition(edition: Edition) -> bool:
    """Make a failed or cancelled edition again; False: it is neither."""
    ended = (ReportState.FAILED, ReportState.CANCELLED)
    again = Edition.objects.filter(id=edition.pk, state__in=ended).update(
        state=ReportState.QUEUED, reason="", rows=0, looked=0, tries=0, not_before=None
    )
    if again:
        note("report.edition_retried", about=edition.standing)
        nudge(edition)
    return bool(again)


def cancel_edition(edition: Edition, *, by: User) -> bool:
    """End the making of an edition; False: it was over already."""
    going = Edition.objects.filter(id=edition.pk, state__in=GOING)
    cancelled = going.update(state=ReportState.CANCELLED, reason=f"{by} cancelled it."[:500])
    if cancelled:
        note("report.edition_cancelled", user=by, about=edition.standing)
    return bool(cancelled)


def download_link(edition: Edition, *, part: int = 1) -> str:
    """Return an address of the store that downloads a part, for the next minutes.

    Raises:
        StorageDown: The object store is not configured.
    """
    standing = edition.standing
    packed = "application/gzip" if standing.is_packed else TYPES[standing.form]
    name = file_name(edition, part=part)
    try:
        key = edition.files[part - 1]["key"]
        return storage.download_link(key, file_name=name, content_type=packed)
    except storage.StorageUnavailable as down:
        raise StorageDown(DOWN) from down


def file_name(edition: Edition, *, part: int = 1) -> str:
    """Return what a part is called once it is downloaded: ``Sends March 2027 part 2.csv.gz``."""
    said = f"{edition.standing.name} {telling.called(edition)}"
    plain = "".join(c if c.isalnum() or c in " -_." else " " for c in said)
    number = f" part {part}" if len(edition.files) > 1 else ""
    form = edition.standing.form
    suffix = f"{form}.gz" if edition.standing.is_packed else form
    return f"{' '.join(plain.split())}{number}.{suffix}"
