"""Months of UTC, which usage is counted by and prices hold for.

Rule: pure. A month is named by its first day; people and addresses write it ``2026-11``.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

Piece = tuple[date, float]  # a month, and how many s of it
EARLIEST, LATEST = 2000, 2999  # years: what is typed beyond them is a slip


def month_of(moment: datetime) -> date:
    """Return the first day of the month of a moment, by UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def begin_of(month: date) -> datetime:
    """Return the moment at which a month begins."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def end_of(month: date) -> datetime:
    """Return the moment at which a month is over, and the following one begins."""
    return begin_of(next_month(month))


def month_in(text: str) -> date:
    """Return the month that is written as ``2026-11``.

    Raises:
        ValueError: The text is none.
    """
    year, _, month = text.partition("-")
    if not (len(year) == 4 and len(month) == 2 and text.isascii()):
        raise ValueError(f"a month is written as 2026-11, got {text[:20]!r}")
    found = date(int(year), int(month), 1)
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"a month must be of {EARLIEST} to {LATEST}, got {text!r}")
    return found


def named(month: date) -> str:
    """Return a month as addresses write it."""
    return f"{month:%Y-%m}"


def pieces(begin: datetime, end: datetime) -> Iterator[Piece]:
    """Yield what of a stretch of time lies in which month, in order; one piece at least."""
    month = month_of(begin)
    while (turn := end_of(month)) < end:
        yield month, (turn - begin).total_seconds()
        begin, month = turn, next_month(month)
    yield month, max(0.0, (end - begin).total_seconds())
