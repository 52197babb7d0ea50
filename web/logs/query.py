"""What is asked of a log, and where a page of it ends: plain values.

Rule: pure. Checked when built, so that who reads trusts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

SEND = "send"
RESULTS = ("acknowledged", "sent", "failed")
EVENTS = (SEND, "connect", "lost", "status", "moved", "gap")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_MOCKS = 100  # that one query names
MOST_TEXT = 1_000  # characters of a text, a reason or a name that is looked for
MOST_DIGITS = 18  # of a number in a cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records are wanted: those that are all of what is said.

    ``results`` are of ``RESULTS`` or ``EVENTS``, one of them is enough. ``text`` is part of a
    payload, as UTF-8; ``reason``, ``message`` and ``status`` are the whole word. Times are of the
    record's column ``sent``, from ``since`` to before ``until``.

    Raises:
        ValueError: More mocks than ``MOST_MOCKS``, a text above ``MOST_TEXT``, an unknown result.
    """

    mocks: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    results: tuple[str, ...] = ()
    reason: str = ""
    text: str = ""
    message: str = ""
    status: str = ""

    def __post_init__(self) -> None:
        if len(self.mocks) > MOST_MOCKS:
            raise ValueError(f"a query names at most {MOST_MOCKS} mocks, got {len(self.mocks)}")
        if unknown := set(self.results) - {*RESULTS, *EVENTS}:
            raise ValueError(f"results must be of {RESULTS} or {EVENTS}, got {sorted(unknown)}")
        longest = max(map(len, (self.reason, self.text, self.message, self.status)))
        if longest > MOST_TEXT:
            raise ValueError(f"a text has at most {MOST_TEXT:,} characters, got {longest:,}")

    def names(self) -> list[tuple[str, str]]:
        """Return the columns of an index row that must name something, and what."""
        asked = (("reasons", self.reason), ("messages", self.message), ("statuses", self.status))
        return [(column, name) for column, name in asked if name]

    def words(self) -> list[tuple[str, str]]:
        """Return the columns of a record that must be a word, and which."""
        asked = (("reason", self.reason), ("message", self.message), ("status", self.status))
        return [(column, word) for column, word in asked if word]

    def to_json(self) -> dict[str, object]:
        """Return it as plain data, without what is not said."""
        times = {"since": self.since, "until": self.until}
        said: dict[str, object] = {
            "mocks": list(self.mocks),
            "results": list(self.results),
            **{name: time.isoformat() for name, time in times.items() if time},
            **{name: getattr(self, name) for name in ("reason", "text", "message", "status")},
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_json(cls, said: dict[str, object]) -> Self:
        """Return what ``to_json`` wrote."""
        values = dict(said)
        for name in ("mocks", "results"):
            values[name] = tuple(values.get(name, ()))  # type: ignore[arg-type]
        for name in ("since", "until"):
            if name in values:
                values[name] = datetime.fromisoformat(str(values[name]))
        return cls(**values)  # type: ignore[arg-type]


ALL = Query()


class Cursor(NamedTuple):
    """A place between two records, in order of time and of mock: just before this record."""

    at: int  # µs since 1970
    mock: int = 0

    def __str__(self) -> str:
        return f"{self.at}.{self.mock}" if self.mock else str(self.at)

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Return what ``str`` made; None for what is none."""
        parts = text.split(".")
        if len(parts) > 2 or not all(p.isdecimal() and len(p) <= MOST_DIGITS for p in parts):
            return None
        return cls(*map(int, parts))


def microseconds(at: datetime) -> int:
    """Return a moment as µs since 1970."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """Return the moment at so many µs since 1970; the last one that there is for what is later."""
    try:
        return EPOCH + timedelta(microseconds=at)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
