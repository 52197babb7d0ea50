"""Everything that people change about schedules."""

from datetime import datetime, timedelta

from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.schedules.models import Schedule

MOST_OF_A_WORKSPACE = 200


class TooMany(Exception):
    """The workspace has as many schedules as it may; the text is a sentence."""


def save_schedule(schedule: Schedule, *, by: User, now: datetime | None = None) -> Schedule:
    """Store a schedule, new or changed; its next moment is the first after now.

    Raises:
        TooMany: The workspace may have no more.
    """
    moment = now or timezone.now()
    deed = "made" if schedule.pk is None else "saved"
    if schedule.pk is None:
        hold_room(schedule)
        schedule.created_by = by
    schedule.changed = moment
    schedule.next_at = schedule.timetable.after(moment)
    schedule.save()
    note(f"schedule.{deed}", user=by, about=schedule)
    return schedule


def hold_room(schedule: Schedule) -> None:
    """Raise TooMany where a workspace has all the schedules that it may have."""
    if Schedule.objects.filter(workspace=schedule.workspace).count() >= MOST_OF_A_WORKSPACE:
        raise TooMany(
            f"A workspace has at most {MOST_OF_A_WORKSPACE} schedules. Delete one that is over."
        )


def pause(schedule: Schedule, *, now: datetime | None = None) -> bool:
    """Have a schedule start nothing until it is resumed; False: it was paused already."""
    same = Schedule.objects.filter(id=schedule.id, paused_at=None)
    paused = bool(same.update(paused_at=now or timezone.now()))
    if paused:
        note("schedule.paused", about=schedule)
    return paused


def resume(schedule: Schedule, *, now: datetime | None = None) -> bool:
    """Have a schedule go on with its first moment after now; False: it was not paused.

    What came while it was paused is not made up for.
    """
    same = Schedule.objects.filter(id=schedule.id, paused_at=schedule.paused_at)
    following = schedule.timetable.after(now or timezone.now())
    resumed = bool(same.exclude(paused_at=None).update(paused_at=None, next_at=following))
    if resumed:
        note("schedule.resumed", about=schedule)
    return resumed


def delete_schedule(schedule: Schedule) -> None:
    """Delete a schedule with its history. Runs that it started stay, and go on."""
    note("schedule.deleted", about=schedule)
    schedule.delete()


def limit_runs(workspace: Workspace, longest: timedelta | None) -> None:
    """Set how long a run of a workspace may last; None: as long as a lot may."""
    workspace.longest_run = longest
    workspace.save(update_fields=["longest_run"])
    note("workspace.run_limit_set", about=workspace, words=f"{longest or 'None'}")
