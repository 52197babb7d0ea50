"""Figures in, findings out: whether a rule holds now.

Rule: pure; told the time. What is not known is never fine.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from web.alerts.kinds import KINDS

FRESH = timedelta(seconds=30)  # what is older says nothing about now; towers tell every second
LEAST_SPAN = 0.5  # of a window that has to lie behind before its counts say something
MOST_COUNTS = 26  # that are kept of one run, whatever its longest window


class Verdict(StrEnum):
    BAD = "bad"
    FINE = "fine"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rule says. ``clear``: the limit below which a bad one is fine again; None: the same.

    ``hold`` is how long it has to be bad before it counts, ``calm`` how long fine before it is
    over.
    """

    kind: str
    limit: float = 0.0
    clear: float | None = None
    hold: timedelta = timedelta(0)
    calm: timedelta = timedelta(0)
    window: timedelta = timedelta(0)
    least: int = 0

    def limit_when(self, *, was_bad: bool) -> float:
        """Return the limit that counts now: the lower one for what has been bad."""
        return self.clear if was_bad and self.clear is not None else self.limit


@dataclass(frozen=True, slots=True)
class Counts:
    """A run's counts since its start, at one moment."""

    at: datetime
    sends: int  # that were settled, well or not
    failed: int
    dropped: int
    limited: int  # seconds in which a tower was too late

    def pack(self) -> list[float]:
        """Return it as JSON holds it; the moment in Unix s."""
        return [round(self.at.timestamp(), 1), self.sends, self.failed, self.dropped, self.limited]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """A run at ``at``, as far as towers have told.

    ``heard`` is the moment of the oldest report that is in it, None without any: then what towers
    tell (``connected`` to ``counts``) says nothing.
    """

    at: datetime
    is_live: bool
    state: str
    reason: str = ""
    started: datetime | None = None
    all_on: datetime | None = None  # since when all are on that are to be: by ramp, stages, orders
    heard: datetime | None = None
    connected: int = 0
    trying: int = 0  # mocks that should be on line and are not
    last_sent: datetime | None = None
    lateness: float | None = None  # s, 99th percentile of the last seconds
    counts: tuple[Counts, ...] = ()  # over time, the newest is of now
    missed: tuple[str, ...] = ()  # thresholds, in words
    is_paused: bool = False  # by order: nothing is sent, and nothing is wrong
    is_made_good: bool = False  # a later run of the lot is under way or went well
    quiet_shards: tuple[int, ...] = ()  # numbers of those that say or send nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How far something is used, or how long something lasts, in its rule's unit.

    ``value`` None: it is not known now. ``words`` says what, such as ``1.2 of 2 GB of logs``.
    """

    name: str
    value: float | None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule finds now. ``is_over``: it cannot come back, so nothing is waited for."""

    verdict: Verdict
    words: str = ""
    value: float | None = None
    is_over: bool = False
    shards: tuple[int, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)


FINE = Finding(verdict=Verdict.FINE)
UNKNOWN = Finding(verdict=Verdict.UNKNOWN)
OVER = Finding(verdict=Verdict.FINE, words="The run has ended.", is_over=True)


def judge(terms: Terms, figures: RunFigures, *, was_bad: bool = False) -> Finding:
    """Return what a rule about runs finds.

    Args:
        terms: The rule.
        figures: The run now.
        was_bad: Whether it had been bad; then the lower limit counts.
    """
    if terms.kind == "ended":
        return _ended(figures)
    if not figures.is_live:
        return OVER
    if figures.state not in ("running", "starting") or figures.started is None:
        return UNKNOWN
    if terms.kind == "no_data":
        return _no_data(terms, figures)
    is_fresh = figures.heard is not None and figures.at - figures.heard <= FRESH
    if figures.is_paused or not is_fresh:
        return UNKNOWN
    now = replace(terms, limit=terms.limit_when(was_bad=was_bad))
    return _JUDGES[terms.kind](now, figures)


def judge_level(terms: Terms, level: Level, *, was_bad: bool = False) -> Finding:
    """Return what a rule about a level finds: more than the limit is bad."""
    if level.value is None:
        return UNKNOWN
    limit = terms.limit_when(was_bad=was_bad)
    verdict = Verdict.BAD if level.value > limit else Verdict.FINE
    return Finding(
        verdict=verdict, words=level.words, value=level.value, evidence={"value": level.value}
    )


def _ended(figures: RunFigures) -> Finding:
    if figures.is_live or figures.is_made_good:
        return FINE
    if figures.state in ("failed", "cut_off"):
        how = "failed" if figures.state == "failed" else "was cut off"
        return Finding(verdict=Verdict.BAD, words=f"The run {how}. {figures.reason}".strip())
    if figures.missed:
        words = f"The run missed {_count(len(figures.missed), 'threshold')}: {figures.missed[0]}."
        return Finding(
            verdict=Verdict.BAD, words=words, evidence={"thresholds": list(figures.missed)}
        )
    return FINE


def _no_data(terms: Terms, figures: RunFigures) -> Finding:
    since = figures.heard or figures.started
    silence = (figures.at - since).total_seconds() if since else 0.0
    if silence <= terms.limit:
        return FINE
    return Finding(
        verdict=Verdict.BAD,
        value=silence,
        words="The towers have said nothing about the run, or about a part of it, for "
        f"{_seconds(silence)}.",
        shards=figures.quiet_shards,
        evidence={"silent for": silence},
    )


def _silent(terms: Terms, figures: RunFigures) -> Finding:
    since = figures.last_sent or figures.started
    silence = (figures.at - since).total_seconds() if since else 0.0
    if silence <= terms.limit:
        return FINE
    return Finding(
        verdict=Verdict.BAD,
        value=silence,
        words=f"Nothing has been sent for {_seconds(silence)}.",
        shards=figures.quiet_shards,
        evidence={"last sent": figures.last_sent and figures.last_sent.isoformat()},
    )


def _failures(terms: Terms, figures: RunFigures) -> Finding:
    span = _within(figures.counts, terms.window, now=figures.at)
    if span is None:
        return UNKNOWN
    first, last = span
    sends, failed = last.sends - first.sends, last.failed - first.failed
    if sends < max(1, terms.least):
        return UNKNOWN
    share = 100.0 * failed / sends
    if share <= terms.limit:
        return FINE
    return Finding(
        verdict=Verdict.BAD,
        value=share,
        words=f"{share:.3g} % of {sends:,} sends failed within {_seconds(_length(span))}.",
        evidence={"sends": sends, "failed": failed, "within": _length(span)},
    )


def _lateness(terms: Terms, figures: RunFigures) -> Finding:
    late = figures.lateness
    if late is None:  # nothing was sent in the last seconds
        return UNKNOWN
    if late <= terms.limit:
        return FINE
    return Finding(
        verdict=Verdict.BAD,
        value=late,
        words=f"Sends are {late:.3g} s late at the 99th percentile.",
        evidence={"lateness p99": late},
    )


def _limited(terms: Terms, figures: RunFigures) -> Finding:
    risen = _risen(terms, figures, "limited")
    if not risen:
        return UNKNOWN if risen is None else FINE
    return Finding(
        verdict=Verdict.BAD,
        value=float(risen),
        words=f"A tower was too late in {_count(risen, 'second')} lately, so the run is limited "
        "by the generator.",
        evidence={"seconds": risen},
    )


def _unconnected(terms: Terms, figures: RunFigures) -> Finding:
    if figures.all_on is None or not figures.trying:
        return FINE
    late = (figures.at - figures.all_on).total_seconds()
    if late <= terms.limit:
        return FINE
    wanted = figures.connected + figures.trying
    return Finding(
        verdict=Verdict.BAD,
        value=float(figures.trying),
        words=f"{figures.trying:,} of {_count(wanted, 'mock')} that should be on line are not.",
        evidence={"connected": figures.connected, "not connected": figures.trying},
    )


def _dropped(terms: Terms, figures: RunFigures) -> Finding:
    risen = _risen(terms, figures, "dropped")
    if risen is None:
        return UNKNOWN
    if risen <= terms.limit:
        return FINE
    return Finding(
        verdict=Verdict.BAD,
        value=float(risen),
        words=f"{_count(risen, 'record')} could not be stored and are missing from the log.",
        evidence={"records": risen},
    )


_JUDGES: dict[str, Callable[[Terms, RunFigures], Finding]] = {
    "silent": _silent,
    "failures": _failures,
    "lateness": _lateness,
    "limited": _limited,
    "unconnected": _unconnected,
    "dropped": _dropped,
}


# Counts over time.


def _risen(terms: Terms, figures: RunFigures, name: str) -> int | None:
    """Return how far a count rose within the window; None when that is not known yet."""
    if not figures.counts:
        return None
    span = _within(figures.counts, terms.window, now=figures.at)
    if span is None:  # the run is younger than the window: all of it counts
        return int(getattr(figures.counts[-1], name))
    return max(0, int(getattr(span[1], name) - getattr(span[0], name)))


def _within(
    counts: tuple[Counts, ...], window: timedelta, *, now: datetime
) -> tuple[Counts, Counts] | None:
    """Return the counts at both ends of the window; None when too little of it is known.

    What a shard that began anew takes back makes counts fall; nothing is said then.
    """
    behind = [each for each in counts[:-1] if now - each.at >= window * LEAST_SPAN]
    if not behind:
        return None
    # The one nearest to the window's beginning, from whichever side.
    first = min(behind, key=lambda each: abs((now - each.at) - window))
    last = counts[-1]
    fell = last.sends < first.sends or last.failed < first.failed
    return None if fell else (first, last)


def _length(span: tuple[Counts, Counts]) -> float:
    return (span[1].at - span[0].at).total_seconds()


def kept(counts: Iterable[Counts], *, longest: timedelta, now: datetime) -> tuple[Counts, ...]:
    """Return the counts that windows of up to ``longest`` need, thinned out to ``MOST_COUNTS``."""
    apart = longest / (MOST_COUNTS - 4)
    thinned: list[Counts] = []
    for each in sorted(counts, key=lambda one: one.at):
        if now - each.at > longest * 1.1 + apart:
            continue
        if not thinned or each.at - thinned[-1].at >= apart:
            thinned.append(each)
    return tuple(thinned[-MOST_COUNTS:])


def _seconds(seconds: float) -> str:
    """Return a duration as people say it: ``45 s``, ``4 min``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


assert set(_JUDGES) <= set(KINDS)
