"""What the page of a run shows, fetched and put together."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf
from typing import Any

import numpy as np
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.utils import timezone
from django.utils.safestring import SafeString
from numpy.typing import NDArray

from simulator import Second
from web.alerts.access import open_incidents_of
from web.alerts.models import Incident
from web.reports.access import reports_on
from web.reports.models import Report
from web.runs import access, breakdowns, faults, history, live, rows, series, timeline
from web.runs.arrivals import COUNTER, delay_of, report_of
from web.runs.arrivals import Report as Arrivals
from web.runs.boards import RunBoard, ShardReport, merged
from web.runs.endings import rulings
from web.runs.faults import Episode
from web.runs.figures import Figures, Times, elapsed_of, figures_of, recent_points, times_of
from web.runs.happenings import Line, lines
from web.runs.mocks import MockRow, MockTable, Wish, mock_row, mock_table
from web.runs.models import Board, Run, Shard
from web.runs.presence import presence_of

POLL = 2  # s between two looks at a live run
FAULTS = 10  # rows of the table of faults
ORDERS = 10  # the same of orders; all of them are on the page of control


@dataclass(frozen=True)
class RunPage:
    """A run with everything around it."""

    run: Run
    board: RunBoard
    figures: Figures
    wish: Wish
    arrivals: Arrivals | None
    poll: int = POLL

    @cached_property
    def table(self) -> MockTable:
        return mock_table(self.board, partial(ids_of, self.run), self.wish)

    @property
    def mocks(self) -> SafeString:
        """The table's rows as HTML."""
        return rows.html(self.table.rows, log=access.log_address(self.run))

    @property
    def times(self) -> list[Times]:
        """How long things took in this run, each that was measured at all."""
        return times_of(self.board.total)

    @cached_property
    def messages(self) -> list[breakdowns.Row]:
        """What became of each message."""
        return breakdowns.message_rows(self.board.total)

    @cached_property
    def statuses(self) -> list[breakdowns.Row]:
        """How many mocks are in each status, and what was sent in it."""
        return breakdowns.status_rows(self.board.total, self.board.by_status)

    @cached_property
    def rulings(self) -> list[dict[str, object]]:
        """How each threshold fared; of a live run, until now."""
        return rulings(self.run, self.board.total) if self.run.is_live else self.run.rulings

    @property
    def missed(self) -> list[dict[str, object]]:
        """The thresholds that an ended run did not keep; of a live one nothing is said yet."""
        return [] if self.run.is_live else [each for each in self.rulings if not each["kept"]]

    @cached_property
    def episodes(self) -> list[Episode]:
        return episodes_of(self.run, self.board)

    @cached_property
    def faults(self) -> "Page[Episode]":
        """A page of what went wrong on purpose, the latest first."""
        return Paginator(self.episodes[::-1], FAULTS).get_page(self.wish.faults)

    @cached_property
    def orders(self) -> list[timeline.Line]:
        """The latest orders to the run, the last one first."""
        return timeline.lines_of(self.run, self.board.faults)[:ORDERS]

    @cached_property
    def on(self) -> int:
        """How many mocks of a live run are to be on by now."""
        return presence_of(self.run).on(self.figures.elapsed.total_seconds())

    @cached_property
    def happenings(self) -> list[Line]:
        """What happened to the run's towers, the latest first."""
        return lines(self.run)

    def to_json(self) -> dict[str, Any]:
        """Return the figures, the faults and the orders, for who asks without a browser."""
        told = [episode.to_json() for episode in self.episodes]
        orders = [mark.to_json() for mark in marks_of(self.run, self.board)]
        return self.figures.to_json() | {"faults": told, "orders": orders}

    @cached_property
    def incidents(self) -> list[Incident]:
        """What its watches found and is not over."""
        return open_incidents_of(self.run)

    @cached_property
    def reports(self) -> list[Report]:
        return reports_on(self.run)


def run_page(run: Run, *, wish: Wish) -> RunPage:
    """Return the page of a run as it is now."""
    reports = live.reports_of(run)
    board = merged(reports.values())
    points = recent_points(reports, run) if run.is_live else []
    figures = figures_of(run, board, points=points, now=timezone.now())
    return RunPage(run, board, figures, wish, arrivals_of(run, reports, board.total))


def arrivals_of(run: Run, reports: Mapping[int, ShardReport], total: Second) -> Arrivals | None:
    """Return what has arrived, by part where the lot has several; None: nobody can tell."""
    if not (run.way_back or total.arrived or total.missing or total.unfollowed or total.counted):
        return None
    totals = {shard: report.sums.counted().whole() for shard, report in reports.items()}
    part_of = (
        dict(Shard.objects.filter(run=run).values_list("id", "part")) if len(run.parts) > 1 else {}
    )
    report = report_of(run.way_back, totals, parts=run.parts, part_of=part_of)
    if report is None or report.way_back != COUNTER or run.is_live:
        return report
    points, step = history.points_of(run, {}), series.step_of(run.duration)
    return replace(report, delay=delay_of(points, step=step))


def episodes_of(run: Run, board: RunBoard) -> list[Episode]:
    """Return when which fault on purpose was in force, in order of time."""
    spans = [span for span in board.faults if not timeline.is_order(span)]
    if not spans:
        return []
    by_hand = run.injections.select_related("asked_by")
    elapsed = elapsed_of(run, now=timezone.now()).total_seconds()
    return faults.episodes_of(run, spans, by_hand=by_hand, elapsed=elapsed)


def marks_of(run: Run, board: RunBoard) -> list[Episode]:
    """Return which order was in force when, as charts show it."""
    elapsed = elapsed_of(run, now=timezone.now()).total_seconds()
    return timeline.marks_of(run, board.faults, elapsed=elapsed)


def stages_of(run: Run) -> list[Episode]:
    """Return the stages of a run's plan, as charts show them."""
    elapsed = elapsed_of(run, now=timezone.now()).total_seconds()
    return timeline.stages_of(run, elapsed=elapsed)


def identities(run: Run, board: RunBoard) -> list[str]:
    """Return the ids of the board's mocks in its order; empty where no tower has told them yet."""
    return ids_of(run, board.mocks["number"])


def mock_now(run: Run, number: int) -> MockRow | None:
    """Return what one mock does now, or did last; None while no tower has told of it."""
    report = live.report_about(run, number)
    return mock_row(merged([report]), partial(ids_of, run), number) if report else None


def ids_of(run: Run, numbers: NDArray[np.integer[Any]]) -> list[str]:
    """Return the ids of mocks by their numbers; empty where no tower has told them yet."""
    names = [""] * len(numbers)
    if not names:
        return names
    least, most = int(numbers.min()), int(numbers.max())
    boards = Board.objects.filter(
        shard__run=run, shard__first__lte=most, shard__first__gt=least - F("shard__count")
    )
    for first, count, packed in boards.values_list("shard__first", "shard__count", "identities"):
        wanted = np.flatnonzero((numbers >= first) & (numbers < first + count)).tolist()
        if packed and wanted:
            ids = zlib.decompress(bytes(packed)).decode().split("\n")
            for place in wanted:
                names[place] = ids[int(numbers[place]) - first]
    return names


def run_series(run: Run, *, after: int, span: tuple[int, int] | None = None) -> dict[str, object]:
    """Return the run over time as its charts take it, from the Unix second ``after`` on.

    ``span`` is a part of it, from one Unix second to before another, as fine as it is kept. The
    faults are all there are, for one that began long ago may still end; orders are among them,
    whose kind is their word, and so is the plan's ramp or its stages, of the kind ``stage``.
    """
    reports = live.reports_of(run)
    if span:
        points, step = history.part_of(run, reports, after=span[0], before=span[1])
    else:
        points = history.points_of(run, reports, after=after)
        step = series.step_of(run.duration)
        if run.is_live and points:
            points = points[:-1]  # its last second has only begun
    board = merged(reports.values())
    marks = [*stages_of(run), *episodes_of(run, board), *marks_of(run, board)]
    end = run.ended_at.timestamp() if run.ended_at else inf
    return {
        "step": step,
        "is_live": run.is_live,
        "faults": [mark.to_json() for mark in sorted(marks, key=lambda mark: mark.begin)],
        **series.columns(points, step=step),
        **breakdowns.columns(points, board.total, step=step, end=end, statuses=board.statuses),
    }
