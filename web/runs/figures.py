"""The figures of a run at one moment, for its page, its poll and its JSON.

Rule: pure; told the time and what was fetched.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from simulator import Limited, Second
from web.runs import series
from web.runs.boards import RunBoard, ShardReport
from web.runs.models import Run
from web.runs.older import limited_of
from web.runs.points import Columns

RATE_OVER = 5  # s that the present rate is taken over
UNSURE = 1  # s before the report of which not every shard may have told


SHARES = (50.0, 90.0, 99.0, 99.9)  # percentiles of a duration


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts over the whole run; latencies in s, None where nothing was acknowledged."""

    mocks: int
    due: int
    acknowledged: int
    sent: int
    failed: int
    dropped: int
    bytes: int
    p50: float | None
    p99: float | None

    @property
    def delivered(self) -> int:
        return self.acknowledged + self.sent

    @property
    def in_flight(self) -> int:
        return max(0, self.due - self.acknowledged - self.sent - self.failed)


@dataclass(frozen=True)
class Times:
    """Percentiles of one kind of duration, in s."""

    name: str
    values: list[float]  # at each of SHARES, then the longest


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A run now. ``rate`` is messages/s delivered over the last seconds, 0 once it has ended."""

    state: str
    reason: str
    is_live: bool
    elapsed: timedelta
    left: timedelta
    duration: timedelta
    connected: int
    sending: int
    failing: int
    rate: float
    totals: Totals
    limited: Limited | None = None  # the tower was too late, since when

    @property
    def limited_since(self) -> datetime | None:
        """When a tower first was too late with what it sent."""
        return datetime.fromtimestamp(self.limited.since, UTC) if self.limited else None

    @property
    def share(self) -> int:
        """How much of its time is over, in percent, 0 to 100."""
        return min(100, int(100 * (self.elapsed / self.duration)))

    def to_json(self) -> dict[str, Any]:
        """Return it for JSON: durations in seconds, the states' own words."""
        spans = ("elapsed", "left", "duration")
        return asdict(self) | {name: getattr(self, name).total_seconds() for name in spans}


def times_of(total: Second) -> list[Times]:
    """Return the percentiles of everything that was measured."""
    measured = (
        ("Sent to acknowledged", total.latency),
        ("Sent to arrived, end to end", total.end_to_end),
        ("Planned to sent, the generator's own lateness", total.lateness),
    )
    return [
        Times(name, [histogram.percentile(share) or 0.0 for share in SHARES] + [histogram.maximum])
        for name, histogram in measured
        if histogram.total
    ]


def figures_of(run: Run, board: RunBoard, *, points: list[Second], now: datetime) -> Figures:
    """Return the figures of a run.

    Args:
        run: As the database has it.
        board: All its mocks, see ``boards.merged``.
        points: Those of the last seconds at least.
        now: The present.
    """
    elapsed = elapsed_of(run, now=now)
    return Figures(
        state=run.state,
        reason=run.reason,
        is_live=run.is_live,
        elapsed=elapsed,
        left=max(timedelta(0), run.duration - elapsed) if run.is_live else timedelta(0),
        duration=run.duration,
        connected=board.connected if run.is_live else 0,
        sending=board.sending if run.is_live and not run.paused else 0,
        failing=board.failing,
        rate=present_rate(points, at=board.at, step=series.step_of(run.duration))
        if run.is_live
        else 0.0,
        totals=totals_of(run, board),
        limited=board.limited if run.is_live else limited_of(run.limited),
    )


def elapsed_of(run: Run, *, now: datetime) -> timedelta:
    """Return how long the run has sent, or did: never longer than its duration."""
    if run.started_at is None:
        return timedelta(0)
    return max(timedelta(0), min(run.duration, (run.ended_at or now) - run.started_at))


def totals_of(run: Run, board: RunBoard) -> Totals:
    """Return the counts: of an ended run what was written at its end, else what shards tell."""
    total = board.total
    if run.is_live:
        return Totals(
            mocks=run.mocks,
            due=total.due,
            acknowledged=total.acknowledged,
            sent=total.sent,
            failed=total.failed,
            dropped=board.dropped,
            bytes=total.bytes,
            p50=total.latency.percentile(50),
            p99=total.latency.percentile(99),
        )
    names = ("mocks", "due", "acknowledged", "sent", "failed", "dropped", "bytes", "p50", "p99")
    return Totals(**{name: getattr(run, name) for name in names})


def present_rate(points: list[Second], *, at: float, step: int) -> float:
    """Return the messages/s delivered in the last points that are over at ``at`` (Unix s)."""
    over = [point for point in points if point.at + step <= at - UNSURE]
    last = over[-ceil(RATE_OVER / step) :]
    return sum(point.delivered for point in last) / (len(last) * step) if last else 0.0


def recent_points(reports: dict[int, ShardReport], run: Run) -> list[Second]:
    """Return the points that shards have told of and the database may not have: counts alone."""
    if run.started_at is None:
        return []
    points = Columns.joined(report.points.counted() for report in reports.values())
    start = int(run.started_at.timestamp())
    return points.summed(step=series.step_of(run.duration), origin=start)
