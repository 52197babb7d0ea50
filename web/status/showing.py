"""What the status page says of a look: states of now, bars of days, numbers of months.

Rule: pure. What was sampled too long ago is not known now, however it was; what this process finds
itself counts where it is worse.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from web.status.judging import CONDITIONS, Facts, Judged, worse
from web.status.looking import FRESH, Look
from web.status.minutes import Sums, uptime
from web.status.models import Impact, Kind, Stage
from web.status.pictures import DAYS, MONTHS, Part, Picture, Said, first_month
from web.status.states import COMPONENTS, RANKS, TITLES, Component, State, title_of

UNKNOWN = "Nobody has looked at it lately."
ALL_WORKS = "Everything works"
SOURCES = {
    "database": "",
    "redis": "The database does not answer. History and incidents are as they were kept last.",
    "memory": "The database does not answer. History and incidents are as they were seen last.",
    "nothing": "The database does not answer, and nothing is kept beside it: what was before, and "
    "what the operators say, is not known here.",
}
A_DAY = 24 * 60 * 60  # s


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of a component: its worst state that lasted, and a sentence."""

    day: date
    state: str  # a State, or "maintenance"
    words: str
    is_troubled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A component on the page. Percents have two decimals; None: nothing is known."""

    component: Component
    state: State
    title: str
    words: str
    since: datetime | None
    bars: list[Bar]
    uptime: float | None
    known: float  # percent of the time since the first sample that somebody looked
    months: list[float | None]
    sums: dict[str, Sums]

    @property
    def troubled(self) -> list[Bar]:
        """The days of which there is something to say, newest first."""
        return [bar for bar in reversed(self.bars) if bar.is_troubled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An announcement as it is shown."""

    said: Said
    stage: str
    kind: str
    impact: str
    components: list[str]
    updates: list[tuple[str, datetime, str]]  # stage, at, words

    @property
    def tone(self) -> str:
        """How loud it is: a notice's kind."""
        if self.said.is_over:
            return "success"
        if self.said.kind == Kind.MAINTENANCE or self.said.impact == Impact.NONE:
            return "info"
        return "error" if self.said.impact in (Impact.MAJOR, Impact.CRITICAL) else "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the page shows."""

    state: State
    headline: str
    trouble: str  # what is not known, a sentence; empty: all is
    sampled: datetime | None
    drawn: datetime | None
    rows: list[Row]
    months: list[date]  # the first day of each that is shown, newest first
    going: list[Telling]
    planned: list[Telling]
    past: list[Telling]


def page(look: Look, *, now: datetime) -> Page:
    """Return the page for what was found."""
    picture = look.picture
    shown = months(picture, now.date())
    rows = [row_of(each, look, shown, now=now) for each in COMPONENTS]
    state = max((row.state for row in rows), key=RANKS.__getitem__)
    tellings = [telling(each) for each in picture.announcements]
    open_ones = [each for each in tellings if not each.said.is_over]
    return Page(
        state=state,
        headline=headline(state, rows),
        trouble=SOURCES[look.source],
        sampled=picture.sampled,
        drawn=picture.at,
        rows=rows,
        months=shown,
        going=[each for each in open_ones if not is_ahead(each.said, now)],
        planned=[each for each in open_ones if is_ahead(each.said, now)],
        past=[each for each in tellings if each.said.is_over],
    )


def headline(state: State, rows: list[Row]) -> str:
    """Return the one sentence on top."""
    bad = [row.component.title for row in rows if row.state == state]
    if state == State.UP:
        return ALL_WORKS
    if len(bad) == len(rows):
        return f"Everything is {TITLES[state].lower()}"
    return f"{TITLES[state]}: {', '.join(bad)}"


def is_ahead(said: Said, now: datetime) -> bool:
    """Whether an announcement is of a maintenance that has not begun."""
    is_scheduled = said.stage == Stage.SCHEDULED and said.begins > now
    return said.kind == Kind.MAINTENANCE and is_scheduled


def row_of(component: Component, look: Look, shown: list[date], *, now: datetime) -> Row:
    """Return a component's row."""
    part = look.picture.part(component.word)
    judged = present(part, look, component.word, now=now)
    days = part.days if part else {}
    months_known = part.months if part else {}
    total = sum(days.values(), Sums())
    is_as_kept = part is not None and judged.state == part.state
    return Row(
        component=component,
        state=judged.state,
        title=TITLES[judged.state],
        words=judged.words,
        since=part.since if part and is_as_kept else None,
        bars=[bar(each, days.get(each.isoformat())) for each in span(now.date())],
        uptime=uptime(total),
        known=share_known(days, now),
        months=[uptime(months_known.get(f"{month:%Y-%m}", Sums())) for month in shown],
        sums=days,
    )


def present(part: Part | None, look: Look, word: str, *, now: datetime) -> Judged:
    """Return how a component is now: as it was sampled, or worse as this process finds it."""
    sampled = look.picture.sampled
    is_fresh = sampled is not None and now - sampled <= FRESH
    if part is None or not part.state or not is_fresh:
        known = Judged(State.UNKNOWN, UNKNOWN)
    else:
        known = Judged(State(part.state), part.words)
    return worse(known, found(word, look.facts))


def found(word: str, facts: Facts) -> Judged:
    """Return what the facts that there are say of a component; up where they say nothing."""
    told = [each for each in CONDITIONS[word] if each.fact in facts]
    judged = [(each.state(facts), each.words) for each in told]
    state, words = max(judged, key=lambda each: RANKS[each[0]], default=(State.UP, ""))
    return Judged(state, "" if state == State.UP else words)


def span(today: date) -> list[date]:
    """Return the days that are shown, oldest first."""
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def months(picture: Picture, today: date) -> list[date]:
    """Return the first days of the months of which something is known, newest first."""
    known = [month for part in picture.parts for month in part.months]
    oldest = min(known, default=f"{today:%Y-%m}")
    first = first_month(today)
    numbers = [first.year * 12 + first.month - 1 + ahead for ahead in range(MONTHS)]
    every = [date(number // 12, number % 12 + 1, 1) for number in reversed(numbers)]
    return [month for month in every if f"{month:%Y-%m}" >= oldest]


def bar(day: date, sums: Sums | None) -> Bar:
    """Return what is shown of a day."""
    if sums is None or not (sums.known or sums.maintenance):
        return Bar(day, "unknown", f"{day:%-d %b %Y}: not known", is_troubled=False)
    trouble = trouble_words(sums)
    words = f"{day:%-d %b %Y}: {told_uptime(uptime(sums))}{trouble}"
    return Bar(day, bar_state(sums), words, is_troubled=bool(trouble))


def bar_state(sums: Sums) -> str:
    """Return a day's colour."""
    if sums.down:
        return "down"
    if sums.degraded:
        return "degraded"
    return "maintenance" if sums.maintenance else "up"


def told_uptime(percent: float | None) -> str:
    """Return a percentage as people read it."""
    return "not known" if percent is None else f"{percent:.2f} % up"


def trouble_words(sums: Sums) -> str:
    """Return how long something was wrong: ``, down 12 min``."""
    spans = (("down", sums.down), ("degraded", sums.degraded), ("maintenance", sums.maintenance))
    return "".join(f", {name} {duration(seconds)}" for name, seconds in spans if seconds)


def duration(seconds: int) -> str:
    """Return whole minutes as ``1 h 12 min``."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def share_known(days: dict[str, Sums], now: datetime) -> float:
    """Return the percent of the time from the first day on in which somebody looked."""
    if not days:
        return 0.0
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    whole = (now.date() - date.fromisoformat(min(days))).days * A_DAY
    elapsed = whole + (now - midnight).total_seconds()
    seen = sum(sums.known + sums.maintenance for sums in days.values())
    return min(100.0, seen * 10_000 // max(1.0, elapsed) / 100)


def telling(said: Said) -> Telling:
    """Return an announcement as it is shown."""
    return Telling(
        said=said,
        stage=label(Stage, said.stage),
        kind=label(Kind, said.kind),
        impact=label(Impact, said.impact),
        components=[title_of(word) for word in said.components],
        updates=[(label(Stage, each.stage), each.at, each.words) for each in said.updates],
    )


def label(choices: type[Stage] | type[Kind] | type[Impact], word: str) -> str:
    """Return a choice's words; the choice itself for one that is not there any more."""
    return str(dict(choices.choices).get(word, word))
