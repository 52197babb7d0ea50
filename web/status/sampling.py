"""The clock's samples: once a minute each component is judged, and the minute is written.

Rule: a minute is written once, in one transaction that holds its rows, so that any number of
clocks do no harm. While the database is away this process remembers the minutes, and writes them
down when it is back; those in which no clock ran stay unknown.
"""

import logging
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from web.platform import shared_clock
from web.status import measuring, pictures
from web.status.judging import Judged, judge
from web.status.minutes import EMPTY, LETTERS, Stretch, counted, place, written
from web.status.models import Announcement, Day, Kind, Present
from web.status.states import WORDS, State

logger = logging.getLogger(__name__)

MOST_MISSED = 24 * 60  # minutes that a process remembers while the database is away
KEEP = timedelta(days=400)  # that days are kept
A_DAY = timedelta(days=1)
BATCH = 200  # rows of one statement
SUMS = ("up", "degraded", "down", "maintenance")
UNWRITTEN = LETTERS[State.UNKNOWN]

Said = dict[str, list[Stretch]]
"""What operators say, by component."""

missed: deque[datetime] = deque(maxlen=MOST_MISSED)
"""Minutes of this process in which the database did not answer."""


def sample(now: datetime | None = None) -> bool:
    """Write the present minute, unless that is done; a clock's tick. Return whether it wrote.

    Raises:
        DatabaseError: The database does not answer; the minute is remembered.
    """
    try:
        moment = now or shared_clock.now()
        catch_up()
        if is_written(moment):
            return False
        write(moment, judge(measuring.facts(moment)), is_present=True)
    except DatabaseError:
        remember(now or timezone.now())
        raise
    pictures.publish(moment)
    return True


def remember(at: datetime) -> None:
    """Keep a minute in which the database did not answer."""
    minute = at.replace(second=0, microsecond=0)
    if not missed or missed[-1] != minute:
        missed.append(minute)


def catch_up() -> None:
    """Write down the minutes in which the database was away, the oldest first."""
    while missed:
        write(missed[0], judge({"part:database": 1.0}))
        missed.popleft()


def is_written(at: datetime) -> bool:
    """Whether a minute is known already."""
    day, minute = place(at)
    rows = Day.objects.filter(day=day, component=WORDS[0]).values_list("minutes", flat=True)
    return any(minutes[minute] != UNWRITTEN for minutes in rows)


@transaction.atomic
def write(at: datetime, found: Mapping[str, Judged], *, is_present: bool = False) -> None:
    """Write a minute of every component; ``is_present``: it is also how they are now."""
    day, minute = place(at)
    stretches = stretches_of(day, now=at)
    changed = []
    for row in rows_of(day):
        judged = found.get(row.component)
        if judged is None:
            continue
        row.minutes = written(row.minutes, minute, judged.state)
        count(row, stretches.get(row.component, []))
        changed.append(row)
        if is_present:
            note_present(row.component, judged, at=at)
    Day.objects.bulk_update(changed, ["minutes", *SUMS])


def rows_of(day: date) -> list[Day]:
    """Return the day's row of every component, made where there is none, held until the commit."""
    known = Day.objects.filter(day=day)
    if known.count() < len(WORDS):
        fresh = [Day(day=day, component=word, minutes=EMPTY) for word in WORDS]
        Day.objects.bulk_create(fresh, ignore_conflicts=True)
    return list(known.select_for_update().order_by("component"))


def count(row: Day, stretches: Iterable[Stretch]) -> None:
    """Make a day's sums of its minutes."""
    sums = counted(row.minutes, row.day, stretches)
    for name in SUMS:
        setattr(row, name, getattr(sums, name))


def stretches_of(day: date, *, now: datetime) -> Said:
    """Return what operators say of a day, by component."""
    begins = midnight(day)
    return stretches_between(begins, begins + A_DAY, now=now)


def stretches_between(begins: datetime, ends: datetime, *, now: datetime) -> Said:
    """Return what operators say of some time, by component; of incidents what counts in uptime."""
    rows = Announcement.objects.exclude(published=None).filter(begins__lt=ends)
    touching = rows.exclude(ends__lt=begins).exclude(kind=Kind.INCIDENT, effect="")
    found: Said = {}
    for each in touching:
        if stretch := each.stretch(now):
            for word in each.components:
                found.setdefault(word, []).append(stretch)
    return found


def midnight(day: date) -> datetime:
    """Return when a day of UTC begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def note_present(component: str, judged: Judged, *, at: datetime) -> None:
    """Keep how a component is; since when is kept while its state stays."""
    row, is_new = Present.objects.get_or_create(
        component=component,
        defaults={"state": judged.state, "words": judged.words, "since": at, "at": at},
    )
    if is_new:
        return
    since = row.since if row.state == judged.state else at
    Present.objects.filter(id=row.id, at__lte=at).update(
        state=judged.state, words=judged.words, since=since, at=at
    )


@transaction.atomic
def recount(begins: datetime, ends: datetime, *, now: datetime) -> None:
    """Make the sums of some days again, after operators said something else of them."""
    first = max(place(begins)[0], (now - KEEP).date())
    last = place(min(ends, now))[0]
    said = stretches_between(midnight(first), midnight(last) + A_DAY, now=now)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    made = [Day(day=day, component=word) for day in days for word in sorted(said)]
    Day.objects.bulk_create(made, ignore_conflicts=True)
    found = Day.objects.select_for_update().filter(day__range=(first, last))
    rows = list(found.order_by("day", "component"))
    for row in rows:
        count(row, said.get(row.component, []))
    Day.objects.bulk_update(rows, list(SUMS), batch_size=BATCH)


def forget(now: datetime | None = None) -> int:
    """Remove days of long ago; return how many rows."""
    oldest = (now or timezone.now()).date() - KEEP
    return Day.objects.filter(day__lt=oldest).delete()[0]
