"""Moments of the clock, as cron writes them, with seconds, in a time zone.

Rule: a Cron that exists has a next moment, and finding it takes bounded work. Where clocks are
changed, a cron with fixed hours comes once each day all the same: a time that is skipped comes at
the moment of the change, one that the clock shows twice comes the first time. A cron whose hour is
``*`` or ``*/n`` comes whenever the clock shows it: not in the hour that is skipped, and twice in
the one that is repeated.

Source: of the rule for fixed hours, Vixie's cron as Debian has it (cron(8), "Notes").
"""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.model import Read, show, unknown_word
from simulator.definition.quantities.zones import zone_refusal
from simulator.errors import DefinitionError

MAX_TEXT = 100  # characters; the longest useful list of minutes is about as long
_MAX_YEARS = 9  # between two moments: 29 February skips 2100, so it can be 8 years away
_CHARACTERS = re.compile(r"[0-9A-Za-z*/,#-]+")
# 2024-01-01T00:00:00Z, from where a moment is looked for to know that there is one.
_ORIGIN = 1_704_067_200.0
_DAY = 86_400.0  # s; no zone changes its clock twice within two of them

UTC = "UTC"
_TEXT_SCHEMA: JsonSchemaValue = {
    "description": "Second, minute, hour, day, month, weekday",
    "type": "string",
    "maxLength": MAX_TEXT,
    "pattern": r"^\s*(?:\S+\s+){4,5}\S+\s*$",
    "examples": ["0 0 22 * * *", "*/30 * * * * *", "0 7 * * 1-5"],
}
_WORDS = ("cron", "zone")


@dataclass(frozen=True, slots=True)
class Cron(Read):
    """Moments of a zone's clock: second, minute, hour, day of the month, month, day of the week.

    Five fields mean second 0. ``0 0 22 * * *`` is each day at 22:00:00.
    """

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "clock time",
        "description": (
            "A clock time: cron with second, minute, hour, day, month, weekday; five fields mean"
            " second 0. In UTC, or in the time zone that is named"
        ),
        "anyOf": [
            _TEXT_SCHEMA,
            {
                "type": "object",
                "properties": {
                    "cron": _TEXT_SCHEMA,
                    "zone": {
                        "description": "Name of a time zone of the IANA's list",
                        "type": "string",
                        "examples": ["Asia/Tokyo", "Europe/Berlin"],
                    },
                },
                "required": ["cron"],
                "additionalProperties": False,
            },
        ],
        "examples": ["0 0 22 * * *", {"cron": "0 0 22 * * *", "zone": "Asia/Tokyo"}],
    }

    text: str
    zone: str = UTC
    _fields: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fields = self.text.split()
        if len(self.text) > MAX_TEXT or len(fields) not in (5, 6):
            raise DefinitionError(
                "needs a clock time with the six fields second, minute, hour, day, month, weekday,"
                f" such as '0 0 22 * * *', got {self.text[:MAX_TEXT]!r}"
            )
        six = fields if len(fields) == 6 else ["0", *fields]
        object.__setattr__(self, "_fields", " ".join(six))
        self._must_happen(six)
        if refusal := zone_refusal(self.zone):
            raise DefinitionError(refusal)

    @classmethod
    def read(cls, value: Any) -> Self:
        if isinstance(value, dict):
            return cls._read_zoned(value)
        if not isinstance(value, str):
            raise DefinitionError(f"needs a clock time such as '0 0 22 * * *', got {show(value)}")
        return cls(value)

    @classmethod
    def _read_zoned(cls, value: dict[Any, Any]) -> Self:
        for word in value:
            if word not in _WORDS:
                raise DefinitionError(unknown_word(word, _WORDS))
        zone = value.get("zone", UTC)
        if not isinstance(zone, str):
            raise DefinitionError(f"zone needs a name such as Asia/Tokyo, got {show(zone)}")
        if not isinstance(value.get("cron"), str):
            raise DefinitionError(
                f"cron needs a clock time such as '0 0 22 * * *', got {show(value.get('cron'))}"
            )
        return cls(value["cron"], zone)

    def next(self, epoch: float) -> float:
        """Return the first moment after ``epoch``, both in Unix s."""
        if self.zone == UTC:
            return self._next_shown(epoch)
        if "*" in self._fields.split()[2]:
            return self._next_real(epoch)
        return self._next_of_day(epoch)

    def _next_shown(self, shown: float) -> float:
        """Return the first time after ``shown`` on a clock that is never changed."""
        moments = croniter(
            self._fields,
            shown,
            second_at_beginning=True,
            max_years_between_matches=_MAX_YEARS,
        )
        return float(moments.get_next(float))

    def _next_real(self, epoch: float) -> float:
        """Return the first moment at which the clock shows it, changes of the clock followed."""
        offset = offset_at(epoch, self.zone)
        shown = epoch + offset
        while True:
            moment = self._next_shown(shown) - offset
            if offset_at(moment, self.zone) == offset:
                return moment
            epoch = _change_between(epoch, moment, self.zone)
            offset = offset_at(epoch, self.zone)
            shown = epoch + offset - 0.5  # so that the time that the change leads to is found

    def _next_of_day(self, epoch: float) -> float:
        """Return the first moment of a cron with fixed hours, each time of the clock once."""
        shown = epoch + offset_at(epoch, self.zone)
        while True:
            shown = self._next_shown(shown)
            moment = first_moment(shown, self.zone)
            if moment > epoch:
                return moment

    def _must_happen(self, fields: list[str]) -> None:
        # R and H are croniter's own: a field drawn at random, or from a hash.
        odd = [f for f in fields if not _CHARACTERS.fullmatch(f) or re.match(r"[rRhH]\b", f)]
        if odd:
            raise DefinitionError(f"cannot read {odd[0]!r} in the clock time {self.text!r}")
        try:
            self._next_shown(_ORIGIN)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise DefinitionError(
                f"not a clock time that comes: {self.text!r}, allowed: seconds and minutes 0-59, "
                "hours 0-23, days 1-31 that their month has, months 1-12, weekdays 0-7"
            ) from None

    def __str__(self) -> str:
        return self.text if self.zone == UTC else f"{self.text} {self.zone}"


def _change_between(before: float, after: float, zone: str) -> float:
    """Return a moment at which the zone's clock is changed, Unix s in whole seconds.

    The clock is another one at ``after`` than at ``before``.
    """
    low, high = math.floor(before), math.ceil(after)
    offset = offset_at(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return float(high)


def first_moment(shown: float, zone: str) -> float:
    """Return the first moment at which a zone's clock shows a time, or goes past it.

    ``shown`` is in seconds since 1970-01-01 00:00 on that clock, the result in Unix s.
    """
    offsets = offset_at(shown - _DAY, zone), offset_at(shown + _DAY, zone)
    first, last = sorted(shown - offset for offset in offsets)
    for moment in (first, last):
        if moment + offset_at(moment, zone) == shown:
            return moment
    return _change_between(first, last, zone)


def offset_at(epoch: float, zone: str) -> float:
    """Return how far a zone's clock is ahead of UTC at a moment, s."""
    there = datetime.fromtimestamp(math.floor(epoch), ZoneInfo(zone)).utcoffset()
    return 0.0 if there is None else there.total_seconds()
