"""Moments of the clock, as cron writes them, with seconds.

Rule: a Cron that exists has a next moment, and finding it takes bounded work.
"""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from croniter import croniter
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.model import Read, show
from simulator.errors import DefinitionError

MAX_TEXT = 100  # characters; the longest useful list of minutes is about as long
_MAX_YEARS = 9  # between two moments: 29 February skips 2100, so it can be 8 years away
_CHARACTERS = re.compile(r"[0-9A-Za-z*/,#-]+")
# 2024-01-01T00:00:00Z, from where a moment is looked for to know that there is one.
_ORIGIN = 1_704_067_200.0


@dataclass(frozen=True, slots=True)
class Cron(Read):
    """Moments in UTC: second, minute, hour, day of the month, month, day of the week.

    Five fields mean second 0. ``0 0 22 * * *`` is each day at 22:00:00.
    """

    schema: ClassVar[JsonSchemaValue] = {
        "description": "Cron in UTC: second, minute, hour, day, month, weekday; five: second 0",
        "type": "string",
        "maxLength": MAX_TEXT,
        "pattern": r"^\s*(?:\S+\s+){4,5}\S+\s*$",
        "examples": ["0 0 22 * * *", "*/30 * * * * *", "0 7 * * 1-5"],
    }

    text: str
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

    @classmethod
    def read(cls, value: Any) -> Self:
        if not isinstance(value, str):
            raise DefinitionError(f"needs a clock time such as '0 0 22 * * *', got {show(value)}")
        return cls(value)

    def next(self, epoch: float) -> float:
        """Return the first moment after ``epoch``, both in Unix s."""
        moments = croniter(
            self._fields,
            epoch,
            second_at_beginning=True,
            max_years_between_matches=_MAX_YEARS,
        )
        return float(moments.get_next(float))

    def _must_happen(self, fields: list[str]) -> None:
        # R and H are croniter's own: a field drawn at random, or from a hash.
        odd = [f for f in fields if not _CHARACTERS.fullmatch(f) or re.match(r"[rRhH]\b", f)]
        if odd:
            raise DefinitionError(f"cannot read {odd[0]!r} in the clock time {self.text!r}")
        try:
            self.next(_ORIGIN)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise DefinitionError(
                f"not a clock time that comes: {self.text!r}, allowed: seconds and minutes 0-59, "
                "hours 0-23, days 1-31 that their month has, months 1-12, weekdays 0-7"
            ) from None

    def __str__(self) -> str:
        return self.text
