"""Who of a chain is on duty at a moment: hours of the week in a zone, and exceptions from them.

Rule: pure. Somebody is always rung: when nobody is on duty, everybody is.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

Who = TypeVar("Who", bound=Hashable)

WEEK = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0, as of datetime.weekday
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of the week. ``begins`` equal to ``ends`` is the whole day; after it, over midnight."""

    zone: str = "UTC"
    days: tuple[int, ...] = WEEK  # on which they begin
    begins: time = time(0)
    ends: time = time(0)

    def has(self, moment: datetime) -> bool:
        """Return whether an aware moment lies in these hours."""
        local = moment.astimezone(ZoneInfo(self.zone))
        now, today = local.time(), local.weekday()
        if self.begins == self.ends:
            return today in self.days
        if self.begins < self.ends:
            return today in self.days and self.begins <= now < self.ends
        yesterday = (today - 1) % len(WEEK)
        return (today in self.days and now >= self.begins) or (
            yesterday in self.days and now < self.ends
        )

    @property
    def words(self) -> str:
        """The hours as people write them: ``Mon–Fri 09:00–18:00 Asia/Tokyo``."""
        days = "every day" if self.days == WEEK else _days(self.days)
        if self.begins == self.ends:
            return f"{days}, {self.zone}"
        return f"{days} {self.begins:%H:%M}–{self.ends:%H:%M}, {self.zone}"


@dataclass(frozen=True, slots=True)
class Turn(Generic[Who]):
    """A person's place in a chain, and when it is theirs."""

    who: Who
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Who]):
    """From ``begins`` to before ``ends`` a person is away, or is on duty in everybody's place."""

    who: Who
    begins: datetime
    ends: datetime
    is_away: bool = False

    def has(self, moment: datetime) -> bool:
        """Return whether it holds at a moment."""
        return self.begins <= moment < self.ends


def on_duty(
    turns: Sequence[Turn[Who]], changes: Sequence[Change[Who]], *, now: datetime
) -> list[Who]:
    """Return who is rung at ``now``, in order, each once.

    Who stands in comes first and alone; else those in their hours who are not away; when that is
    nobody, everybody who is not away; and when all are away, everybody.
    """
    holding = [each for each in changes if each.has(now)]
    stand_ins = [each.who for each in holding if not each.is_away]
    if stand_ins:
        return _once(stand_ins)
    away = {each.who for each in holding if each.is_away}
    there = [turn for turn in turns if turn.who not in away]
    in_hours = [turn for turn in there if turn.hours.has(now)]
    return _once([turn.who for turn in in_hours or there or turns])


def _once(people: Sequence[Who]) -> list[Who]:
    return list(dict.fromkeys(people))


def _days(days: tuple[int, ...]) -> str:
    """Return ``Mon–Fri`` for days in a row, else ``Mon, Wed``."""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0]]}–{DAYS[ordered[-1]]}"
    return ", ".join(DAYS[day] for day in ordered)
