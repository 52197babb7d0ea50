"""One mock's course in virtual time: the statuses that it goes through, and what it reads there.

Rule: the work is bounded by ``MAX_WORK``, whatever the definition and the time. What is too much to
be followed message by message is followed with fewer of them, and says so.

Measured: a fleet of one mock takes 0.1 to 0.25 ms for an event, nearly all of it the fixed cost of
its calls of numpy (100 mocks take 0.5 ms for an event of each of them); so one mock's day of a
message each 10 s, 8,640 of them, is beyond a second, and is thinned.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.definition.document import Definition
from simulator.fleet import Due, Fleet
from simulator.fleet.readings import Readings, View
from simulator.generators.base import Cast
from simulator.lot import MAX_DURATION, MAX_MOCKS, MAX_RATE

MAX_WORK = 3_000  # samples drawn and events done: about half a second
_LEAST_RATE = 1e-6  # messages/s, as seldom as a thinned mock sends


@dataclass(slots=True, kw_only=True)
class Course:
    """A mock's way through its statuses, what it sent there and what it read."""

    statuses: tuple[str, ...]
    until: float = 0.0  # s
    is_exact: bool = True
    born: float = 0.0  # s
    moves: list[tuple[float, str, str, str]] = field(default_factory=list)
    sent: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # (status, message): sizes
    readings: dict[str, tuple[list[float], list[Any]]] = field(default_factory=dict)
    measured: "Course | None" = None  # what was followed exactly before it was too much

    def status_at(self, t: float) -> tuple[int, float]:
        """Return the position of the status that it is in, and since when (s)."""
        place = bisect_right([move[0] for move in self.moves], t)
        if not place:
            return 0, self.born
        moved, _, after, _ = self.moves[place - 1]
        return self.statuses.index(after), moved

    def times(self) -> dict[str, float]:
        """Return the time in each status, s."""
        spent = dict.fromkeys(self.statuses, 0.0)
        at, status = 0.0, self.statuses[0]
        for moved, before, after, _ in self.moves:
            spent[before] += moved - at
            at, status = moved, after
        spent[status] += self.until - at
        return spent


def followed(definition: Definition, *, duration: float, mock: int, **settings: Any) -> Course:
    """Return a mock's course; with fewer messages, and so marked, when that is too much work."""
    within("duration", duration, 0, MAX_DURATION)
    within("mock", mock, 0, MAX_MOCKS)
    settings = {**settings, "first": mock, "count": 1, "total": mock + 1, "speech": None}
    course, work = _follow(Fleet(definition, **settings), duration)
    if course.until >= duration:
        return course
    sends = sum(map(len, course.sent.values()))
    rate = min(MAX_RATE, max(_LEAST_RATE, MAX_WORK / 2 * sends / max(1, work) / duration))
    thinned, _ = _follow(Fleet(definition, **settings, rate=rate), duration)
    thinned.is_exact, thinned.measured = False, course
    return thinned


def _follow(fleet: Fleet, duration: float) -> tuple[Course, int]:
    """Let a fleet of one mock live until ``duration``, or until it was too much work."""
    course = Course(statuses=fleet.statuses)
    course.readings = {name: ([], []) for name in fleet.metrics}
    work = 0

    def seen(view: View, readings: Mapping[str, Any]) -> None:
        nonlocal work
        work += 1
        t = float(view.t[0])
        for name, (times, values) in course.readings.items():
            if name in readings:
                times.append(t)
                values.append(plain(np.ravel(readings[name])[0]))

    fleet.watch(seen)
    while (t := fleet.next_due()) <= duration:
        if work >= MAX_WORK:
            course.until = t
            return course, work
        due = fleet.due(max(t, 0.0))
        if due.connect:
            fleet.connected(due.connect, t)
        _note(course, fleet, due)
        work += 1
    course.until = duration
    return course, work


def _note(course: Course, fleet: Fleet, due: Due) -> None:
    names = fleet.statuses
    course.moves += [(m.t, names[m.before], names[m.after], m.cause) for m in due.moves]
    for batch in due.sends:
        for code, payload in zip(batch.statuses.tolist(), batch.payloads, strict=True):
            course.sent.setdefault((names[code], batch.message), []).append(len(payload))


def gridded(
    definition: Definition, course: Course, times: Sequence[float], *, mock: int, **settings: Any
) -> dict[str, list[Any]]:
    """Return each metric read at each of ``times`` (s, rising), in the status it is in by then.

    The readings are its own: they are not those of the messages that the mock sends.
    """
    names = tuple(course.statuses)
    cast = Cast(first=mock, count=1, total=mock + 1, statuses=names, **settings)
    readings = Readings(definition, cast)
    need = readings.need(readings.names)
    row = np.zeros(1, dtype=np.int64)
    values: dict[str, list[Any]] = {name: [] for name in readings.names}
    for t in times:
        code, entered = course.status_at(t)
        status = np.array([code], dtype=np.uint8)
        drawn = readings.draw(
            need, View(row, np.array([t]), np.zeros(1), np.array([entered]), row, status)
        )
        for name, so_far in values.items():
            so_far.append(plain(np.asarray(drawn[name]).reshape(-1)[0]))
    return values


def plain(value: Any) -> Any:
    """Return a reading as plain data: None for no value, and for one that is left out."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not np.isfinite(plain):
        return None
    return plain if isinstance(plain, str | int | float | bool) else None


def within(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError unless ``value`` lies from ``low`` to ``high``."""
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value:g}")
