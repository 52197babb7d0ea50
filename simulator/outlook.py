"""What one mock will do: what it sends, how long it is in each status, how its values go.

Rule: figures and charts of one course (see ``course.py``); what is an estimate says so.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from simulator.behaviour.plan import Plan
from simulator.course import Course, followed, gridded, within
from simulator.datasets import Dataset
from simulator.definition.document import Definition

START = 1_767_225_600.0  # Unix s, 2026-01-01T00:00:00Z; fixed, so that two looks are equal
DAY = 86_400.0  # s
MAX_POINTS = 10_000  # of a chart; a screen is not wider
MAX_WORDS = 20  # texts of a metric that are counted, the most frequent ones


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOutlook:
    """One kind of message."""

    count: float  # messages; a fraction where it is an estimate
    bytes: float  # of payloads
    largest: int  # bytes of one payload


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOutlook:
    """One metric, or one part of it, as its mock read it.

    ``t`` (s) and ``values`` are a chart of it: for each stretch of time its lowest and its highest
    reading, or its last one where it is no number. ``low`` to ``last`` are None without a number;
    ``shares`` says how often each text, or true and false, was read: 0 to 1.
    """

    t: tuple[float, ...]
    values: tuple[Any, ...]
    readings: int
    low: float | None = None
    mean: float | None = None
    high: float | None = None
    last: Any = None
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one mock does from its start on."""

    duration: float  # s that were looked at; less than asked for when there was too much to do
    is_exact: (
        bool  # every message was made; else counts are estimates, and charts have fewer points
    )
    messages: Mapping[str, MessageOutlook]
    statuses: Mapping[str, float]  # s in each status
    moves: tuple[tuple[float, str, str, str], ...]  # s, from, to, cause
    metrics: Mapping[str, MetricOutlook]


def outlook(
    definition: Definition,
    *,
    duration: float = DAY,
    points: int = 300,
    seed: int = 1,
    start: float = START,
    datasets: Mapping[str, Dataset] | None = None,
    mock: int = 0,
) -> Outlook:
    """Return what a mock sends and does, connected at once and whenever it wants to be.

    Args:
        definition: A sound one, from ``parse``.
        duration: s, above 0 to ``MAX_DURATION``.
        points: Of each chart at most, 2 to ``MAX_POINTS``.
        seed: 0 to 2**63 - 1.
        start: Unix time of t = 0, s.
        datasets: By the names in the definition.
        mock: Its number, 0 to ``MAX_MOCKS``.

    Raises:
        ValueError: A number is outside of its range.
        DatasetError: A dataset is not there, or not what the definition needs.
    """
    within("points", points, 2, MAX_POINTS)
    settings: dict[str, Any] = {
        "mock": mock,
        "seed": seed,
        "epoch": start,
        "datasets": datasets or {},
    }
    course = followed(definition, duration=duration, **settings)
    _read_the_rest(definition, course, points=points, **settings)
    return Outlook(
        duration=course.until,
        is_exact=course.is_exact,
        messages=_messages(definition, course),
        statuses=course.times(),
        moves=tuple(course.moves),
        metrics={
            name: _metric(times, values, until=course.until, points=points)
            for name, (times, values) in course.readings.items()
        },
    )


def _read_the_rest(definition: Definition, course: Course, *, points: int, **settings: Any) -> None:
    """Read what no message of the course did on a grid of its own."""
    if all(values for _, values in course.readings.values()):
        return
    times = np.linspace(0.0, course.until, points).tolist()
    for name, values in gridded(definition, course, times, **settings).items():
        if not course.readings[name][1]:
            course.readings[name] = (times, values)


def _messages(definition: Definition, course: Course) -> dict[str, MessageOutlook]:
    found: dict[str, MessageOutlook] = {}
    for (status, name), sizes in course.sent.items():
        count = len(sizes) if course.is_exact else _estimated(definition, course, status, name)
        one = MessageOutlook(count=count, bytes=count * sum(sizes) / len(sizes), largest=max(sizes))
        so_far = found.get(name)
        found[name] = (
            one
            if so_far is None
            else MessageOutlook(
                count=so_far.count + count,
                bytes=so_far.bytes + one.bytes,
                largest=max(so_far.largest, one.largest),
            )
        )
    nothing = MessageOutlook(count=0, bytes=0, largest=0)
    return {name: found.get(name, nothing) for name in [*definition.messages, *found]}


def busiest(definition: Definition, *, rate: float | None = None) -> float:
    """Return how many messages/s a mock sends at most, with the devices behind it.

    Args:
        definition: A sound one.
        rate: Messages/s of each mock in place of the messages' own, as a lot's part may say.
    """
    own = Plan.of(definition, rate=rate).busiest
    children = definition.children
    return own + children.count * busiest(children.definition) if children else own


def _estimated(definition: Definition, course: Course, status: str, name: str) -> float:
    """Return how often a message is sent in a status: by its pace there, as far as it is known."""
    spent = course.times()[status]
    measured = course.measured
    assert measured is not None
    sizes = measured.sent.get((status, name), [])
    watched = measured.times()[status]
    if watched > 0 and len(sizes) > 1:
        return spent * len(sizes) / watched
    if name not in definition.messages:
        return float(len(course.sent[status, name]))
    intervals = Plan.of(definition, rate=None).intervals
    code = course.statuses.index(status)
    interval = float(intervals[code, list(definition.messages).index(name)])
    return spent / interval if interval > 0 else float(len(course.sent[status, name]))


def _metric(times: list[float], values: list[Any], *, until: float, points: int) -> MetricOutlook:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    others = [v for v in values if v is not None and (isinstance(v, bool) or v not in numbers)]
    chart = _charted(times, values, until=until, points=points)
    shown = MetricOutlook(
        t=tuple(t for t, _ in chart),
        values=tuple(v for _, v in chart),
        readings=len(values),
        last=values[-1],
    )
    if numbers and not others:
        low, high, mean = min(numbers), max(numbers), float(np.mean(numbers))
        return replace(shown, low=low, high=high, mean=mean)
    counts: dict[str, int] = {}
    for value in others:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        counts[text] = counts.get(text, 0) + 1
    most = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MAX_WORDS]
    return replace(shown, shares={text: count / len(others) for text, count in most})


def _charted(
    times: list[float], values: list[Any], *, until: float, points: int
) -> list[tuple[float, Any]]:
    """Return at most ``points`` readings: of each stretch of time the lowest and the highest."""
    readings = list(zip(times, values, strict=True))
    if len(readings) <= points:
        return readings
    stretch = until / (points // 2)
    chart: list[tuple[float, Any]] = []
    at = 0
    while at < len(readings):
        end = bisect_right(times, (times[at] // stretch + 1) * stretch, lo=at + 1)
        chart += _extremes(readings[at:end])
        at = end
    return chart[:points]


def _extremes(readings: list[tuple[float, Any]]) -> list[tuple[float, Any]]:
    numbers = [each for each in readings if isinstance(each[1], int | float)]
    if len(numbers) < len(readings) or len(readings) == 1:
        return readings[-1:]
    low = min(numbers, key=lambda reading: reading[1])
    high = max(numbers, key=lambda reading: reading[1])
    return sorted({low, high})
