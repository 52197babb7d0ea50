"""What the pages of schedules show, put together."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from web.schedules import words
from web.schedules.forms import TimetableForm
from web.schedules.moments import Timetable

SHOWN = 5  # next moments
FORMAT = "%a {day} %b %Y, %H:%M:%S %Z"


@dataclass(frozen=True, slots=True)
class Shown:
    """A moment as the schedule's zone shows it, and as the viewer's does."""

    at: datetime
    there: str
    here: str  # empty where both clocks show the same


@dataclass(frozen=True, slots=True)
class Preview:
    """A timetable in words with its next moments; ``problem`` where there is none."""

    words: str = ""
    moments: tuple[Shown, ...] = ()
    problem: str = ""


def preview(timetable: Timetable, *, now: datetime, zone: str) -> Preview:
    """Return when a timetable comes next; ``zone`` is the viewer's."""
    told = words.told(timetable)
    found = timetable.several(now, SHOWN)
    shown = tuple(shown_at(each, there=timetable.zone, here=zone) for each in found)
    return Preview(told[0].upper() + told[1:] + ".", shown)


def preview_of(form: TimetableForm, *, now: datetime, zone: str) -> Preview:
    """Return what a form says, or the first thing that is wrong with it."""
    if form.is_valid():
        return preview(form.timetable, now=now, zone=zone)
    wrong = [error for name in TimetableForm.base_fields for error in form.errors.get(name, ())]
    return Preview(problem=str(wrong[0])) if wrong else Preview()


def shown_at(moment: datetime, *, there: str, here: str) -> Shown:
    """Return a moment as two zones show it."""
    texts = [text_in(moment, zone) for zone in (there, here)]
    return Shown(moment, texts[0], "" if texts[0] == texts[1] else texts[1])


def text_in(moment: datetime, zone: str) -> str:
    """Return ``Mon 3 Nov 2026, 06:00:00 CET``."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.strftime(FORMAT.replace("{day}", str(local.day)))
