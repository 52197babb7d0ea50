"""What the page of a run shows, fetched and put together."""

import zlib
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from web.reports.access import reports_on
from web.reports.models import Report
from web.runs import history, live, series
from web.runs.boards import RunBoard, merged
from web.runs.endings import rulings
from web.runs.figures import Figures, Times, figures_of, recent_points, times_of
from web.runs.mocks import MockTable, Wish, mock_table
from web.runs.models import Board, Run

POLL = 2  # s between two looks at a live run


@dataclass(frozen=True)
class RunPage:
    """A run with everything around it."""

    run: Run
    board: RunBoard
    figures: Figures
    wish: Wish
    poll: int = POLL

    @cached_property
    def table(self) -> MockTable:
        return mock_table(self.board, identities(self.run, self.board), self.wish)

    @property
    def times(self) -> list[Times]:
        """How long things took in this run, each that was measured at all."""
        return times_of(self.board.total)

    @cached_property
    def rulings(self) -> list[dict[str, object]]:
        """How each threshold fared; of a live run, until now."""
        return rulings(self.run, self.board.total) if self.run.is_live else self.run.rulings

    @cached_property
    def reports(self) -> list[Report]:
        return reports_on(self.run)


def run_page(run: Run, *, wish: Wish) -> RunPage:
    """Return the page of a run as it is now."""
    reports = live.reports_of(run)
    board = merged(reports.values())
    points = recent_points(reports, run) if run.is_live else []
    figures = figures_of(run, board, points=points, now=timezone.now())
    return RunPage(run, board, figures, wish)


def identities(run: Run, board: RunBoard) -> list[str]:
    """Return the ids of the board's mocks in its order; empty where no tower has told them yet."""
    names = [""] * run.mocks
    for first, packed in Board.objects.filter(shard__run=run).values_list(
        "shard__first", "identities"
    ):
        if packed:
            ids = zlib.decompress(bytes(packed)).decode().split("\n")
            names[first : first + len(ids)] = ids
    return [names[number] for number in board.mocks["number"].tolist()]


def run_series(run: Run, *, after: int) -> dict[str, object]:
    """Return the run over time as its chart takes it, from the Unix second ``after`` on."""
    reports = live.reports_of(run) if run.is_live else {}
    points = history.points_of(run, reports, after=after)
    step = series.step_of(run.duration)
    if run.is_live and points:
        points = points[:-1]  # its last second has only begun
    return {"step": step, "is_live": run.is_live, **series.columns(points, step=step)}
