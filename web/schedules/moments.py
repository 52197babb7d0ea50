"""When a schedule comes, and what is done about moments that went by unseen.

Rule: pure; told the time. Every moment is taken once: ``planned`` only rises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator import Cron, DefinitionError

PUNCTUAL = timedelta(minutes=1)  # a moment so short ago is no missed one: clocks look every 2 s
LONGEST_CATCH_UP = timedelta(hours=24)
FIVE_FIELDS = (
    "Write the five fields minute, hour, day, month and weekday, such as 0 6 * * 1-5 for every "
    "weekday at 06:00."
)
MOST_COUNTED = 1_000  # missed moments that are counted; past that it is "at least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The moments of a schedule: one, or those of a cron in a zone, up to ``until``.

    One of ``moment`` and ``cron`` is said. A cron's second is a single one, so that two of its
    moments are a minute apart or more.
    """

    zone: str = "UTC"
    cron: str = ""
    moment: datetime | None = None
    until: datetime | None = None

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after another one; None: there is none any more."""
        if self.moment is not None:
            return self.moment if self.moment > moment else None
        following = Cron(self.cron, self.zone).next(moment.timestamp())
        found = datetime.fromtimestamp(following, UTC)
        return found if self.until is None or found <= self.until else None

    def several(self, after: datetime, count: int) -> list[datetime]:
        """Return the next moments, at most ``count``."""
        found: list[datetime] = []
        last: datetime | None = after
        while last is not None and len(found) < count:
            last = self.after(last)
            found += [last] if last is not None else []
        return found

    def between(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """Yield ``first``, which is one of its moments, and those after it up to ``last``."""
        moment: datetime | None = first
        while moment is not None and moment <= last:
            yield moment
            moment = self.after(moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is to be done at a time: what is started, what was missed, and when it comes next."""

    start: datetime | None  # the moment that is to be started now
    missed: int = 0  # moments before it that are not
    first_missed: datetime | None = None
    next: datetime | None = None


def take(timetable: Timetable, *, planned: datetime, now: datetime, catch_up: timedelta) -> Taken:
    """Return what a schedule is to do at ``now``, whose next moment was ``planned``.

    Of moments that went by unseen the last one is started when it is no more than ``catch_up``
    (at least ``PUNCTUAL``) ago; the others are missed.

    Args:
        timetable: Its moments.
        planned: One of them, at ``now`` or before.
        now: The present.
        catch_up: At most ``LONGEST_CATCH_UP``.
    """
    reach = max(PUNCTUAL, min(catch_up, LONGEST_CATCH_UP))
    missed, late = 0, []
    begin: datetime | None = planned
    if planned < now - reach:
        for moment in timetable.between(planned, now - reach):
            missed += moment < now - reach
            if missed >= MOST_COUNTED:
                break
        begin = timetable.after(now - reach - timedelta(microseconds=1))
    if begin is not None:
        late = list(timetable.between(begin, now))
    start = late[-1] if late else None
    missed += max(0, len(late) - 1)
    first = planned if missed else None
    return Taken(start=start, missed=missed, first_missed=first, next=timetable.after(now))


def moment_in(shown: datetime, zone: str) -> datetime:
    """Return the moment at which a zone's clock shows a time; of two the first.

    Args:
        shown: Without a zone.
        zone: A known one.

    Raises:
        ValueError: The clock is put forward past this time. The text is a sentence.
    """
    moment = shown.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != shown:
        raise ValueError(f"The clocks of {zone} skip this time: they are put forward then.")
    return moment


def cron_refusal(text: str, zone: str) -> str:
    """Return why a text is no cron of a schedule, a sentence; empty when it is one."""
    if len(text.split()) not in (5, 6):
        return FIVE_FIELDS
    try:
        cron = Cron(" ".join(text.split()), zone)
    except DefinitionError as error:
        return f"This cannot be: {error}."
    fields = cron.text.split()
    if len(fields) == 6 and not fields[0].isdecimal():
        return "A schedule starts at most once a minute: its second, the first of six fields, is 0."
    return ""
