"""Moments as people write them in tables, to Unix seconds.

Rule: a column is taken for moments only when every cell is one and can be read in one way;
01/02/2026 alone may be January or February, and stays text.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

_Read: TypeAlias = Callable[[str], float]

_CLOCK = (
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,6}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_LAST_YEAR = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sign>[./-])(?P<b>\d{{1,2}})(?P=sign)(?P<year>\d{{4}}){_CLOCK}"
)
_FIRST_YEAR = re.compile(rf"(?P<year>\d{{4}})[./-](?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}}){_CLOCK}")


def unix_seconds(text: str) -> float:
    """Return the moment of an ISO 8601 text, UTC where it names no offset; or raise ValueError.

    In UTC, too, it lies in the years 1 to 9999, so that it can be shown.
    """
    return _in_utc(datetime.fromisoformat(text), text)


def reader_of(texts: Sequence[str]) -> _Read | None:
    """Return what reads every text of a column as a moment, or None when there is no such way.

    ISO 8601; 31.01.2026 13:05:10, 31-01-2026, 1/31/2026 1:05 PM or 31/01/2026 (whichever of day and
    month the column leaves no doubt about); 2026/1/31 13:05; Sat, 31 Jan 2026 13:05:10 +0000.
    What it returns raises ValueError for another text.
    """
    first = texts[0]
    if _reads(unix_seconds, first):
        return unix_seconds
    if _FIRST_YEAR.fullmatch(first):
        return lambda text: _matched(_FIRST_YEAR, text, day="b")
    match = _LAST_YEAR.fullmatch(first)
    if match is not None:
        day = _day_of(texts) if match["sign"] == "/" else "a"
        return None if day is None else lambda text: _matched(_LAST_YEAR, text, day=day)
    return _of_mail if _reads(_of_mail, first) else None


def _day_of(texts: Sequence[str]) -> str | None:
    """Return which of the first two numbers is the day: the one that is above 12 somewhere."""
    matches = [match for match in map(_LAST_YEAR.fullmatch, texts) if match is not None]
    above = {name for name in ("a", "b") if any(int(match[name]) > 12 for match in matches)}
    return above.pop() if len(above) == 1 else None


def _matched(form: re.Pattern[str], text: str, *, day: str) -> float:
    match = form.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no moment")
    month = "a" if day == "b" else "b"
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{text!r} has no hour from 1 to 12")
        hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
    moment = datetime(
        int(match["year"]),
        int(match[month]),
        int(match[day]),
        hour,
        int(match["minute"] or 0),
        int(match["second"] or 0),
        int((match["part"] or "").ljust(6, "0")),
        tzinfo=UTC,
    )
    return moment.timestamp()


def _of_mail(text: str) -> float:
    """Return the moment of an RFC 5322 or HTTP date."""
    return _in_utc(parsedate_to_datetime(text), text)


def _reads(read: _Read, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _in_utc(moment: datetime, text: str) -> float:
    if not moment.tzinfo:
        return moment.replace(tzinfo=UTC).timestamp()
    try:
        return moment.astimezone(UTC).timestamp()
    except OverflowError:
        raise ValueError(f"{text!r} is in no year from 1 to 9999 of UTC") from None
