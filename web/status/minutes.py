"""A day of a component: a letter a minute, and the seconds of each state that follow from it.

Rule: pure. A minute is written once; what was never written is not known. Operators' words are put
over it when seconds are counted, never into it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from web.status.states import State

A_DAY = 24 * 60  # minutes; days are of UTC, and have no leap seconds
A_MINUTE = 60  # s
EMPTY = "." * A_DAY
LETTERS = {State.UNKNOWN: ".", State.UP: "u", State.DEGRADED: "s", State.DOWN: "d"}
WORSE = {letter: rank for rank, letter in enumerate(".usd")}
MAINTAINED = "m"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What operators say of some time: down, degraded or maintained, from ``begins`` on."""

    letter: str  # s, d or m
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """Seconds of a day, or of more of them; what is left of them is not known."""

    up: int = 0
    degraded: int = 0
    down: int = 0
    maintenance: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.up + other.up,
            self.degraded + other.degraded,
            self.down + other.down,
            self.maintenance + other.maintenance,
        )

    @property
    def known(self) -> int:
        """Seconds that count: without maintenance, and without what nobody saw."""
        return self.up + self.degraded + self.down


def place(at: datetime) -> tuple[date, int]:
    """Return the day of UTC and the minute of it, 0 to 1,439."""
    moment = at.astimezone(UTC)
    return moment.date(), moment.hour * 60 + moment.minute


def written(minutes: str, minute: int, state: State) -> str:
    """Return a day with one minute written; as it is where that minute is known already."""
    if minutes[minute] != LETTERS[State.UNKNOWN]:
        return minutes
    return minutes[:minute] + LETTERS[state] + minutes[minute + 1 :]


def counted(minutes: str, day: date, stretches: Iterable[Stretch] = ()) -> Sums:
    """Return the seconds of a day with operators' words over it.

    What they call down or degraded is at least that. In maintenance that was announced before,
    what was not up counts as maintained.
    """
    letters = list(minutes)
    for stretch in sorted(stretches, key=lambda each: each.letter == MAINTAINED):
        for minute in range(*within(stretch, day)):
            letters[minute] = over(letters[minute], stretch.letter)
    count = letters.count
    return Sums(*(A_MINUTE * count(letter) for letter in ("u", "s", "d", MAINTAINED)))


def within(stretch: Stretch, day: date) -> tuple[int, int]:
    """Return the minutes of a day, from and to, that a stretch touches; equal for none."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    first = (stretch.begins - midnight) // timedelta(minutes=1)
    end = -((midnight - stretch.ends) // timedelta(minutes=1))  # a part of a minute is a minute
    return max(0, min(first, A_DAY)), max(0, min(end, A_DAY))


def over(letter: str, said: str) -> str:
    """Return a minute with operators' words over it."""
    if said == MAINTAINED:
        return letter if letter == "u" else MAINTAINED
    return max(letter, said, key=WORSE.__getitem__)


def uptime(sums: Sums) -> float | None:
    """Return the percent of the known seconds in which it was not down; None: nothing is known.

    Cut to two decimals, so that 100 is said of no second that was down.
    """
    if not sums.known:
        return None
    return (sums.up + sums.degraded) * 10_000 // sums.known / 100
