"""What people ordered of a run, for its page: the rows, with what towers told of them.

Rule: a row stands there from the moment that it was asked for; how many mocks it met is known once
a tower has said so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf, isinf
from typing import Any
from uuid import UUID, uuid4

from django.core.paginator import Page, Paginator

from simulator import MAX_MOCKS, Span
from web.runs import live
from web.runs.aims import whom
from web.runs.boards import merged
from web.runs.faults import Episode
from web.runs.models import Order, Run
from web.runs.orders import ENDS, names_in, orders_of
from web.runs.presence import presence_of

LINES = 20  # of a page
EVERYBODY = "all mocks"
MAX_STAGES = 100  # that a chart shows
STAGE = "stage"  # the kind of those among the marks of charts
PLACE = "order."  # begins the place of an order's span, as simulator.orders has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order of a run."""

    title: str
    kind: str
    at: datetime  # when it takes effect, or did
    ended: datetime | None  # of one that lasts; None: it goes on, or it happened in a moment
    lasts: bool
    aim: str
    mocks: int | None  # None: no tower has said so
    by: str  # empty: the lot says it, or nobody knows any more
    is_of_lot: bool = False


@dataclass(frozen=True)
class ControlPage:
    """What the page of control shows beside its forms."""

    lines: "Page[Line]"
    statuses: list[str]
    messages: list[str]
    on: int  # how many mocks are on, as far as it was ordered
    most: int = MAX_MOCKS  # that a run may have


@dataclass(frozen=True, slots=True)
class MockControl:
    """What can be ordered of one mock: the names that its own definition has."""

    statuses: list[str]
    messages: list[str]
    codes: tuple[UUID, UUID]  # one a form


def mock_control(run: Run, mock: int) -> MockControl | None:
    """Return what one mock can be ordered to do; None: nothing, now or at all."""
    if not run.is_orderable or run.paused:
        return None
    part = run.part_of(mock)
    statuses, messages = part.get("statuses", []), part.get("messages", [])
    return MockControl(statuses, messages, (uuid4(), uuid4())) if messages else None


def is_order(span: Span) -> bool:
    """Whether a span is that of an order, and not of a fault."""
    return span.place.startswith(PLACE)


def lines_of(run: Run, spans: Iterable[Span]) -> list[Line]:
    """Return the orders of a run, the latest first."""
    told = {span.place.removeprefix(PLACE): span for span in spans if is_order(span)}
    rows = list(orders_of(run))
    lines = [_given(run, row, told.pop(str(row.code), None)) for row in rows]
    of_lot = [_of_lot(run, span) for place, span in told.items() if place.isdecimal()]
    return sorted(lines + of_lot, key=lambda line: line.at, reverse=True)


def marks_of(run: Run, spans: Iterable[Span], *, elapsed: float) -> list[Episode]:
    """Return the orders as a run's charts draw them, beside its faults.

    ``elapsed``: how long the run has sent, or did, s; what lasted ends with it.
    """
    own = [span for span in spans if is_order(span)]
    if not own or run.started_at is None:
        return []
    asked = {f"{PLACE}{row.code}": row.asker for row in orders_of(run)}
    start, most = run.started_at.timestamp(), inf if run.is_live else elapsed
    return [
        Episode(
            start=start,
            title=span.title,
            kind=span.fault,
            begin=span.begin,
            end=None if isinf(min(span.end, most)) else min(span.end, most),
            mocks=span.mocks,
            aim="",
            is_by_hand=span.place in asked,
            asked_by=asked.get(span.place, ""),
        )
        for span in own
        if span.begin <= most
    ]


def stages_of(run: Run, *, elapsed: float) -> list[Episode]:
    """Return the plan of a run's ramp or stages as its charts draw it, until an order ends it.

    ``elapsed``: as of ``marks_of``. Nothing where all mocks are on from the start.
    """
    corners = run.presence.get("corners", [])
    lines = [line for line in pairwise(corners) if line[1][0] > line[0][0]]
    if run.started_at is None or len({mocks for _, mocks in corners[1:]}) < 2 or not lines:
        return []
    counts = [t for t, _ in presence_of(run).counts]
    end = min([*counts, run.duration.total_seconds() if run.is_live else elapsed])
    return [
        Episode(
            start=run.started_at.timestamp(),
            title=_of_stage(low, high),
            kind=STAGE,
            begin=begin,
            end=min(until, end),
            mocks=round(max(low, high)),
            aim="",
        )
        for (begin, low), (until, high) in lines[:MAX_STAGES]
        if begin < end
    ]


def _of_stage(low: float, high: float) -> str:
    return f"{high:,} mocks" if low == high else f"{low:,} → {high:,} mocks"


def control_page(run: Run, *, page: str) -> ControlPage:
    """Return what the page of control shows; ``page`` is the number that was asked for."""
    board = merged(live.reports_of(run).values())
    lines = Paginator(lines_of(run, board.faults), LINES).get_page(page)
    counted = run.orders.filter(order__order="count").order_by("-asked", "-id").first()
    on = counted.order["mocks"] if counted else run.mocks
    return ControlPage(lines, names_in(run, "statuses"), names_in(run, "messages"), on)


def _given(run: Run, row: Order, span: Span | None) -> Line:
    begun = _at(run, span.begin if span else row.since)
    lasts = row.kind in ("pause", "rate") and (span is None or span.end > span.begin)
    ended = _at(run, span.end) if span and span.begin < span.end < inf else None
    return Line(
        title=str(row),
        kind=row.kind,
        at=begun or row.asked,
        ended=ended or (run.ended_at if lasts else None),
        lasts=lasts,
        aim=_whom(row.order.get("aim")),
        mocks=span.mocks if span else (run.mocks if row.kind in ENDS else None),
        by=row.asker,
    )


def _whom(aim: Mapping[str, Any] | None) -> str:
    """Return whom an order is for; how many all mocks are was another number then."""
    return whom(aim, mocks=0) if aim else EVERYBODY


def _of_lot(run: Run, span: Span) -> Line:
    aims, place = run.presence.get("aims", []), int(span.place.removeprefix(PLACE))
    begun = _at(run, span.begin)
    assert begun is not None  # towers tell of a run that has begun
    lasts = span.end > span.begin
    return Line(
        title=span.title,
        kind=span.fault,
        at=begun,
        ended=_at(run, span.end) if lasts and span.end < inf else None,
        lasts=lasts,
        aim=_whom(aims[place] if place < len(aims) else None) if aims else "",
        mocks=span.mocks,
        by="",
        is_of_lot=True,
    )


def _at(run: Run, t: float) -> datetime | None:
    return run.started_at + timedelta(seconds=t) if run.started_at else None
