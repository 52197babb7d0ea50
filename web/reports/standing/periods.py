"""Days, weeks and months as the clock of a zone has them, and when an edition of one is due.

Rule: pure; told the time. A day begins at its first moment: where the clocks are put forward at
midnight that is later than 00:00, and a day may have 23, 24 or 25 hours, or others.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from web.reports.models import Every

DAY = timedelta(days=1)
MOST_MADE_UP = 31  # periods that are made up for after the clock of the service did not run


@dataclass(frozen=True, slots=True)
class Period:
    """From ``begin`` to before ``end``, both of UTC, of a zone's days."""

    begin: datetime
    end: datetime


def first_day(every: str, day: date) -> date:
    """Return the first day of the period that a day lies in; a week begins on Monday."""
    if every == Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == Every.MONTH else day


def day_after(every: str, day: date) -> date:
    """Return the first day of the period after the one that a day lies in."""
    long = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31}[Every(every)]
    return first_day(every, first_day(every, day) + timedelta(days=long))


def moment(day: date, at: time, zone: str) -> datetime:
    """Return when a zone's clock shows a time: of two the first, of none right after the gap."""
    return datetime.combine(day, at, ZoneInfo(zone)).replace(fold=0).astimezone(UTC)


def period_of(every: str, at: datetime, zone: str) -> Period:
    """Return the period that a moment lies in."""
    day = first_day(every, at.astimezone(ZoneInfo(zone)).date())
    return _from(every, day, zone)


def period_before(every: str, at: datetime, zone: str) -> Period:
    """Return the last whole period before the one that a moment lies in."""
    day = first_day(every, at.astimezone(ZoneInfo(zone)).date()) - DAY
    return _from(every, first_day(every, day), zone)


def due_after(every: str, after: datetime, *, at: time, zone: str) -> datetime:
    """Return the first moment after another one at which the period before it is to be made."""
    day = first_day(every, after.astimezone(ZoneInfo(zone)).date())
    due = moment(day, at, zone)
    while due <= after:
        day = day_after(every, day)
        due = moment(day, at, zone)
    return due


def following(every: str, planned: datetime, now: datetime, *, at: time, zone: str) -> datetime:
    """Return when the edition after a planned one is due.

    Those that were missed are made up for one by one, but for what lies ``MOST_MADE_UP`` back.
    """
    due = due_after(every, planned, at=at, zone=zone)
    long = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31}[Every(every)]
    oldest = now - MOST_MADE_UP * long * DAY
    return due if due >= oldest else due_after(every, oldest, at=at, zone=zone)


def words(every: str, period: Period, zone: str) -> str:
    """Return what people call a period: ``March 2027``, ``the week of 29 March 2027``."""
    there = ZoneInfo(zone)
    begin = period.begin.astimezone(there)
    last = (period.end - timedelta(microseconds=1)).astimezone(there)
    is_whole = _from(every, first_day(every, begin.date()), zone) == period
    if not is_whole:
        return f"{begin:%-d %B %Y} to {last:%-d %B %Y, %H:%M}"
    if every == Every.MONTH:
        return f"{begin:%B %Y}"
    if every == Every.WEEK:
        return f"the week of {begin:%-d %B %Y}"
    return f"{begin:%A, %-d %B %Y}"


def _from(every: str, day: date, zone: str) -> Period:
    midnight = time(0)
    return Period(moment(day, midnight, zone), moment(day_after(every, day), midnight, zone))
