"""Faults on purpose over a run: what was in force when, on how many mocks, and who asked for it.

Rule: pure; the spans are what towers told, the words are the lot's or those of who asked by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, isinf
from typing import Any

from simulator import Span
from web.platform.words import flow
from web.runs.models import Injection, Run

BY_HAND = "hand."  # begins the place of a span that somebody put in; the injection's code follows
EVERYBODY = "every mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One time that a fault was in force; ``begin`` and ``end`` are s since the run's start."""

    start: float  # of the run, Unix s
    title: str
    kind: str
    begin: float
    end: float | None  # None: nobody knows yet; equal to begin: it happened in a moment
    mocks: int
    aim: str
    is_by_hand: bool = False
    asked_by: str = ""  # of one by hand, if that person is still there

    @property
    def is_moment(self) -> bool:
        """Whether it was over as soon as it began."""
        return self.end == self.begin

    @property
    def began(self) -> datetime:
        """The moment at which it began."""
        return datetime.fromtimestamp(self.start + self.begin, UTC)

    @property
    def ended(self) -> datetime | None:
        """The moment at which it ended, or will; None: nobody knows yet."""
        return None if self.end is None else datetime.fromtimestamp(self.start + self.end, UTC)

    @property
    def lasted(self) -> timedelta | None:
        """How long it was in force, or will be; None: nobody knows yet."""
        return None if self.end is None else timedelta(seconds=self.end - self.begin)

    def to_json(self) -> dict[str, Any]:
        """Return it for charts, its times as Unix s."""
        return {
            "title": self.title,
            "kind": self.kind,
            "begin": self.start + self.begin,
            "end": None if self.end is None else self.start + self.end,
            "mocks": self.mocks,
            "by": self.asked_by,
        }


def episodes_of(
    run: Run, spans: Iterable[Span], *, by_hand: Iterable[Injection], elapsed: float
) -> list[Episode]:
    """Return what charts and the table show, in order of time; nothing before the run's start.

    Args:
        run: Which run; one that is over ends everything that went on.
        spans: As ``spans.summed`` gives them.
        by_hand: What people put into the run.
        elapsed: How long it has sent, or did, s.
    """
    if run.started_at is None:
        return []
    asked = {str(injection.code): injection for injection in by_hand}
    most = inf if run.is_live else elapsed
    start = run.started_at.timestamp()
    return [
        _episode(run, span, asked=asked, most=most, start=start)
        for span in spans
        if span.begin <= most
    ]


def aim_text(fault: Mapping[str, Any]) -> str:
    """Return at whom a fault is aimed, in the words that it was asked for with."""
    aim = fault.get("aim")
    return flow(aim) if isinstance(aim, Mapping) and aim else EVERYBODY


def _episode(
    run: Run, span: Span, *, asked: Mapping[str, Injection], most: float, start: float
) -> Episode:
    end = min(span.end, most)
    injection = asked.get(span.place.removeprefix(BY_HAND))
    said = injection.fault if injection else _of_lot(run, span.place)
    return Episode(
        start=start,
        title=span.title,
        kind=span.fault,
        begin=span.begin,
        end=None if isinf(end) else end,
        mocks=span.mocks,
        aim=aim_text(said),
        is_by_hand=span.place.startswith(BY_HAND),
        asked_by=str(injection.asked_by) if injection and injection.asked_by else "",
    )


def _of_lot(run: Run, place: str) -> Mapping[str, Any]:
    """Return what the lot says of the fault at a place of its list; nothing where it is not."""
    known = place.isdecimal() and int(place) < len(run.faults)
    return run.faults[int(place)] if known else {}
