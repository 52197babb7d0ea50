"""Everything that operators write about incidents; each is audited.

Rule: what is told is public at once where the announcement is published. A change that may touch
uptime has the days concerned counted again, and shows without waiting for the next look.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from web.accounts.models import User
from web.alerts.models import Incident
from web.audit.actions import note
from web.status import banners, looking, sampling
from web.status.models import Announcement, Stage, Update

MOST_UPDATES = 100  # of an announcement


class TooMany(Exception):
    """No more updates can be told; the text is a sentence."""


@transaction.atomic
def begin(
    announcement: Announcement, *, stage: str, words: str, by: User, alert: Incident | None = None
) -> Announcement:
    """Keep a new announcement as a draft, with its first update."""
    announcement.stage, announcement.created_by, announcement.alert = stage, by, alert
    announcement.changed = timezone.now()
    announcement.save()
    Update.objects.create(announcement=announcement, stage=stage, words=words, by=by)
    note("operation.announcement_drafted", about=announcement, user=by)
    return announcement


@transaction.atomic
def save(announcement: Announcement, *, before: Announcement, by: User) -> None:
    """Keep what was changed of an announcement; ``before``: as it was."""
    announcement.changed = timezone.now()
    announcement.save()
    note("operation.announcement_changed", about=announcement, user=by)
    shown(announcement, before)


@transaction.atomic
def publish(announcement: Announcement, *, by: User, now: datetime | None = None) -> bool:
    """Show an announcement to everybody; False: it was already."""
    moment = now or timezone.now()
    drafts = Announcement.objects.filter(id=announcement.id, published=None)
    if not drafts.update(published=moment, changed=moment):
        return False
    announcement.refresh_from_db()
    note("operation.announcement_published", about=announcement, user=by)
    shown(announcement)
    return True


@transaction.atomic
def withdraw(announcement: Announcement, *, by: User) -> bool:
    """Make an announcement a draft again; False: it was one."""
    public = Announcement.objects.filter(id=announcement.id).exclude(published=None)
    if not public.update(published=None, changed=timezone.now()):
        return False
    note("operation.announcement_withdrawn", about=announcement, user=by)
    shown(announcement)
    return True


@transaction.atomic
def delete(announcement: Announcement, *, by: User) -> bool:
    """Remove a draft for good; False: it is published, and stays."""
    drafts = Announcement.objects.filter(id=announcement.id, published=None)
    if not drafts.exists():
        return False
    note("operation.announcement_deleted", about=announcement, user=by)
    drafts.delete()
    return True


@transaction.atomic
def tell(announcement: Announcement, *, stage: str, words: str, by: User) -> Update:
    """Put an update on an announcement, which then is at its stage.

    What is over by it, and has no end yet, ends now.

    Raises:
        TooMany: It has ``MOST_UPDATES`` already.
    """
    if announcement.updates.count() >= MOST_UPDATES:
        raise TooMany(f"An announcement has at most {MOST_UPDATES} updates.")
    moment = timezone.now()
    update = Update.objects.create(
        announcement=announcement, stage=stage, words=words, by=by, at=moment
    )
    announcement.stage, announcement.changed = Stage(stage), moment
    if announcement.is_over and (announcement.ends is None or announcement.ends > moment):
        announcement.ends = max(moment, announcement.begins)
    announcement.save(update_fields=["stage", "changed", "ends"])
    note("operation.announcement_updated", about=announcement, user=by, words=words[:200])
    shown(announcement)
    return update


@transaction.atomic
def correct(update: Update, *, by: User) -> None:
    """Keep other words, or another stage, of an update; the newest says the announcement's."""
    update.save(update_fields=["stage", "words"])
    announcement = update.announcement
    newest = announcement.updates.first()
    announcement.stage = Stage(newest.stage if newest else update.stage)
    announcement.changed = timezone.now()
    announcement.save(update_fields=["stage", "changed"])
    note("operation.announcement_corrected", about=announcement, user=by, words=update.words[:200])
    shown(announcement)


@transaction.atomic
def explain(announcement: Announcement, *, by: User) -> None:
    """Keep the post-mortem that the announcement has now."""
    announcement.changed = timezone.now()
    announcement.post_mortem_at = announcement.changed if announcement.post_mortem else None
    announcement.save(update_fields=["post_mortem", "post_mortem_at", "changed"])
    note("operation.announcement_explained", about=announcement, user=by)
    shown(announcement)


def shown(announcement: Announcement, before: Announcement | None = None) -> None:
    """Have uptime, the page and the banners follow a change."""
    now = timezone.now()
    both = [announcement, *([before] if before else [])]
    if any(each.stretch(now) for each in both):
        begins = min(each.begins for each in both)
        sampling.recount(begins, max(each.ends or now for each in both), now=now)
    transaction.on_commit(fresh)


def fresh() -> None:
    """Have this process look anew; others do when their look is old."""
    looking.forget()
    banners.forget()
