"""A run over time: points of equal length, at most ``MOST_POINTS`` of them to look at.

Rule: a point is a sum of seconds (``simulator.Second``), so shards and points add up exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from simulator import Second
from web.runs.points import Columns

MOST_POINTS = 720  # what a chart of this width can show, and a page can carry
STEPS = (1, 2, 5, 10, 30, 60, 300, 600, 900)  # s
LEVELS = (1, 10, 60)  # s; of the points that are kept, see web.runs.levels
FINEST = LEVELS[0]  # what shards tell and store
BLOCK = 60  # points that lie in one row of the database
MS = 1_000


def step_of(duration: timedelta) -> int:
    """Return how many seconds one point of a run of this duration covers."""
    needed = duration.total_seconds() / MOST_POINTS
    return next((step for step in STEPS if step >= needed), STEPS[-1])


def level_of(step: int) -> int:
    """Return the coarsest of ``LEVELS`` of which points of this many seconds are sums."""
    return max(level for level in LEVELS if step % level == 0)


def step_for(seconds: float, *, level: int = FINEST) -> int:
    """Return the shortest step that shows so many seconds, of points no finer than ``level``."""
    fit = (step for step in STEPS if step % level == 0 and step * MOST_POINTS >= seconds)
    return next(fit, STEPS[-1])


def points_of(seconds: Iterable[Second], *, step: int, start: float) -> list[Second]:
    """Return ``seconds`` as points of ``step`` s counted from ``start`` (Unix s), in order.

    A point's ``at`` is the Unix second at which it begins.
    """
    origin = int(start)
    groups: dict[int, list[Second]] = defaultdict(list)
    for second in seconds:
        groups[origin + (second.at - origin) // step * step].append(second)
    points = []
    for at, group in sorted(groups.items()):
        if len(group) == 1 and group[0].at == at:
            points.append(group[0])
            continue
        point = Second.summed(group)
        point.at = at
        points.append(point)
    return points


def pack(points: Sequence[Second]) -> bytes:
    """Return points as bytes."""
    return Columns.of(points).pack()


def unpack(data: bytes) -> list[Second]:
    """Return the points that :func:`pack` wrote, one for each second in which one begins."""
    return Columns.unpack(data).summed(step=1, origin=0)


def columns(points: Sequence[Second], *, step: int) -> dict[str, list[Any]]:
    """Return points as a chart's columns, oldest first.

    Returns:
        ``t`` (Unix s), ``rate`` and ``failed`` (messages/s), ``p50`` and ``p99`` (ms, None where
        nothing was acknowledged), ``arrival_p50`` and ``arrival_p99`` (ms, None where nothing was
        seen to arrive).
    """
    return {
        "t": [point.at for point in points],
        "rate": [round(point.delivered / step, 3) for point in points],
        "failed": [round(point.failed / step, 3) for point in points],
        "p50": [_ms(point.latency.percentile(50)) for point in points],
        "p99": [_ms(point.latency.percentile(99)) for point in points],
        "arrival_p50": [_ms(point.end_to_end.percentile(50)) for point in points],
        "arrival_p99": [_ms(point.end_to_end.percentile(99)) for point in points],
    }


def peak_rate(points: Iterable[Second], *, step: int) -> float | None:
    """Return the best point's messages/s, None without any."""
    return max((point.delivered / step for point in points), default=None)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * MS, 3)
