"""A timetable in plain words: "every weekday at 06:00 Europe/Berlin". Pure.

Rule: what is not said in a few words is said field by field, and never wrong.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from web.schedules.moments import Timetable

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = [1, 2, 3, 4, 5]
MOST_TIMES = 6  # of a day that are named one by one
ANY = "*"


def told(timetable: Timetable) -> str:
    """Return when a schedule comes, without a full stop."""
    zone = timetable.zone.replace("_", " ")
    if timetable.moment is not None:
        shown = timetable.moment.astimezone(ZoneInfo(timetable.zone))
        return f"once, {shown:%A} {shown.day} {shown:%B %Y} at {shown:%H:%M} {zone}"
    words = f"{cron_words(timetable.cron)} {zone}"
    if timetable.until is None:
        return words
    end = timetable.until.astimezone(ZoneInfo(timetable.zone))
    return f"{words}, until {end.day} {end:%B %Y, %H:%M}"


def cron_words(text: str) -> str:
    """Return what a cron of five fields, or of six with a single second, says."""
    fields = text.upper().split()
    second = int(fields.pop(0)) if len(fields) == 6 else 0
    minute, hour, day, month, weekday = fields
    rhythm = _rhythm(minute, hour)
    days = _days(day, weekday, is_spoken=not rhythm)
    pieces = [days, _months(month), rhythm or _times(minute, hour, second)]
    if rhythm:
        pieces = [rhythm, days, _months(month)]
    return " ".join(piece for piece in pieces if piece)


def _rhythm(minute: str, hour: str) -> str:
    """Return "every 5 minutes" and its like; empty where there are times of the day."""
    if hour != ANY:
        step = _step(hour)
        is_often = step and len(_numbers(hour, 0, 23)) > MOST_TIMES and minute.isdecimal()
        return f"at {int(minute)} min past every {_ordinal(step)} hour" if is_often else ""
    step = 1 if minute == ANY else _step(minute)
    if step:
        of_each = " of each hour" if 60 % step else ""
        return f"every {step} minutes{of_each}" if step > 1 else "every minute"
    if minute == "0":
        return "every hour on the hour"
    values = _numbers(minute, 0, 59)
    return f"at {_listed([str(each) for each in values])} min past every hour"


def _times(minute: str, hour: str, second: int) -> str:
    """Return "at 06:00 and 18:00", or field by field where these are too many."""
    minutes, hours = _numbers(minute, 0, 59), _numbers(hour, 0, 23)
    if len(minutes) * len(hours) > MOST_TIMES:
        return f"at minute {minute.lower()} of the hours {hour.lower()}"
    tail = f":{second:02}" if second else ""
    times = [f"{each:02}:{one:02}{tail}" for each in hours for one in minutes]
    return f"at {_listed(times)}"


def _days(day: str, weekday: str, *, is_spoken: bool) -> str:
    if day == ANY and weekday == ANY:
        return "every day" if is_spoken else ""
    either = [_month_days(day)] if day != ANY else []
    either += [_week_days(weekday, is_spoken=is_spoken)] if weekday != ANY else []
    return " and ".join(either)  # a cron with both comes on days that either of them names


def _month_days(day: str) -> str:
    if day == "L":
        return "on the last day of each month"
    if step := _step(day):
        return f"every {_ordinal(step)} day of the month, from the 1st"
    if not _is_plain(day):
        return f"on the days {day.lower()} of each month"
    return f"on the {_listed([_ordinal(each) for each in _numbers(day, 1, 31)])} of each month"


def _week_days(weekday: str, *, is_spoken: bool) -> str:
    head = "every" if is_spoken else "on every"
    if not _is_plain(weekday):
        return f"on the weekdays {weekday.lower()}"
    days = sorted({each % 7 for each in _numbers(weekday, 0, 7, names=DAYS)})
    if days == WEEKDAYS:
        return f"{head} weekday"
    ordered = sorted(days, key=lambda each: (each - 1) % 7)  # a week begins on Monday
    return f"{head} {_listed([DAYS[each] for each in ordered])}"


def _months(month: str) -> str:
    if month == ANY:
        return ""
    if not _is_plain(month):
        return f"in the months {month.lower()}"
    numbers = _numbers(month, 1, 12, names=MONTHS)
    return f"in {_listed([MONTHS[each - 1] for each in numbers])}"


def _is_plain(field: str) -> bool:
    """Whether a field is numbers, names and ranges alone."""
    return not any(mark in field for mark in "#LW")


def _step(field: str) -> int:
    """Return n of ``*/n``, and 0 of anything else."""
    head, _, tail = field.partition("/")
    return int(tail) if head == ANY and tail.isdecimal() else 0


def _numbers(field: str, least: int, most: int, *, names: Sequence[str] = ()) -> list[int]:
    """Return the values that a field of numbers, names, ranges and steps has, in order."""
    short = {name[:3].upper(): place + least for place, name in enumerate(names)}

    def value(text: str) -> int:
        return short[text] if text in short else int(text)

    found: set[int] = set()
    for piece in field.split(","):
        found |= _range(piece, least, most, value)
    return sorted(found)


def _range(piece: str, least: int, most: int, value: Callable[[str], int]) -> set[int]:
    span, _, step = piece.partition("/")
    if span == ANY:
        first, last = least, most
    else:
        begin, dash, end = span.partition("-")
        first = value(begin)
        last = value(end) if dash else (most if step else first)
    size = int(step or 1)
    if last >= first:
        return set(range(first, last + 1, size))
    return set(range(first, most + 1, size)) | set(range(least, last + 1, size))


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"


def _listed(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
