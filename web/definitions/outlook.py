"""What one mock will do in a day, for a page: figures, bars and charts of ``simulator.outlook``.

Rule: bounded in points, texts and moves; the simulator bounds the work.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import simulator

DAY = 86_400.0  # s
POINTS = 240  # of one chart, about one for two pixels
MOST_CHARTS = 60
MOST_MOVES = 30
MOST_LABELS = 12  # different texts in one chart
COLOURS = 6  # of the bar of statuses; they repeat


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One kind of message."""

    name: str
    count: float
    bytes: float
    largest: int  # bytes


@dataclass(frozen=True, slots=True)
class StatusBar:
    """One status in the bar: where it begins and how wide it is, in hundredths; time in it."""

    name: str
    begin: float
    width: float
    spent: timedelta
    colour: int  # 1 to ``COLOURS``


@dataclass(frozen=True, slots=True)
class Move:
    """One transition."""

    at: datetime
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric; ``figures`` are its lowest, mean and highest value, or its texts with shares."""

    name: str
    unit: str
    data: Mapping[str, Any]  # what the drawing of the chart takes
    figures: str


@dataclass(frozen=True, slots=True)
class Day:
    """Everything on the page."""

    duration: timedelta  # less than a day when there was too much to do
    is_exact: bool
    messages: tuple[MessageRow, ...]
    statuses: tuple[StatusBar, ...]
    moves: tuple[Move, ...]
    more_moves: int  # that are not shown
    charts: tuple[Chart, ...]
    more_charts: int

    @property
    def count(self) -> float:
        """Messages of all kinds."""
        return sum(row.count for row in self.messages)

    @property
    def bytes(self) -> float:
        """Payload bytes of all kinds."""
        return sum(row.bytes for row in self.messages)


def day_of(
    definition: simulator.Definition,
    *,
    seed: int,
    mock: int,
    start: float,
    datasets: Mapping[str, simulator.Dataset],
) -> Day:
    """Return what a mock does in the 24 hours from ``start`` on.

    Args:
        definition: A sound one.
        seed: 0 to 2**63 - 1.
        mock: Its number, from 0 on.
        start: Unix time, s.
        datasets: By the names in the definition.

    Raises:
        DatasetError: A dataset is not what the definition needs.
        StorageUnavailable: It needs a dataset, and the object store does not answer.
    """
    seen = simulator.outlook(
        definition,
        duration=DAY,
        points=POINTS,
        seed=seed,
        start=start,
        datasets=datasets,
        mock=mock,
    )
    moves = [Move(_moment(start + t), before, after, why) for t, before, after, why in seen.moves]
    rows = [
        MessageRow(name, each.count, each.bytes, each.largest)
        for name, each in seen.messages.items()
    ]
    charted = {name: metric for name, metric in seen.metrics.items() if _has_values(metric)}
    shown = islice(charted.items(), MOST_CHARTS)
    return Day(
        duration=timedelta(seconds=seen.duration),
        is_exact=seen.is_exact,
        messages=tuple(rows),
        statuses=tuple(_bars(seen.statuses)),
        moves=tuple(moves[:MOST_MOVES]),
        more_moves=max(0, len(moves) - MOST_MOVES),
        charts=tuple(_chart(definition, name, metric, start) for name, metric in shown),
        more_charts=max(0, len(charted) - MOST_CHARTS),
    )


def _has_values(metric: simulator.MetricOutlook) -> bool:
    return any(value is not None for value in metric.values)


def _bars(statuses: Mapping[str, float]) -> Iterator[StatusBar]:
    whole = sum(statuses.values()) or 1.0
    begin = 0.0
    spent = ((name, seconds) for name, seconds in statuses.items() if seconds > 0)
    for place, (name, seconds) in enumerate(spent):
        width = round(100 * seconds / whole, 3)
        spell = timedelta(seconds=seconds)
        yield StatusBar(name, round(begin, 3), width, spell, place % COLOURS + 1)
        begin += width


def _chart(
    definition: simulator.Definition, name: str, metric: simulator.MetricOutlook, start: float
) -> Chart:
    found = definition.metrics.get(name) or definition.metrics.get(name.partition(".")[0])
    times = [round(start + t, 3) for t in metric.t]
    unit = found.unit if found else ""
    if metric.low is not None:
        data = {"times": times, "values": list(metric.values), "labels": []}
        figures = f"{metric.low:.6g} to {metric.high:.6g}, mean {metric.mean:.6g}"
        return Chart(name, unit, data, figures)
    labels = list(metric.shares)[:MOST_LABELS]
    places = {label: place for place, label in enumerate(labels)}
    values = [None if value is None else places.get(_word(value)) for value in metric.values]
    shares = ", ".join(f"{label} {share:.0%}" for label, share in islice(metric.shares.items(), 4))
    return Chart(name, unit, {"times": times, "values": values, "labels": labels}, shares)


def _moment(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
