"""What mocks would send, in virtual time: no clock, no network, nobody to answer.

Rule: the same definition, seed and start give the same bytes on every machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np

from simulator.datasets import Dataset
from simulator.definition.document import Definition
from simulator.definition.units import MIN_INTERVAL
from simulator.fleet import Batch, Fleet
from simulator.fleet.readings import Readings, View
from simulator.generators.base import Cast
from simulator.lot import MAX_DURATION, MAX_MOCKS

START = 1_767_225_600.0  # Unix s, 2026-01-01T00:00:00Z; fixed, so that two previews are equal
MAX_POINTS = 10_000  # of a series; a screen is not wider

# Virtual seconds that are looked ahead at once; grown and shrunk so that about so many messages
# are held in memory. It begins with the shortest interval there is, so that a heavy definition
# shows its first message before its thousandth is made.
_FIRST_STEP = MIN_INTERVAL
_FEW, _MANY = 2_000, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMessage:
    """One message that would be sent. It has a topic or a path, as the definition says."""

    t: float  # s since the start
    mock: int  # its number
    status: str
    message: str
    topic: str | None
    path: str | None
    qos: Literal[0, 1]
    payload: bytes


def preview(
    definition: Definition,
    *,
    mocks: int = 1,
    duration: float,
    seed: int = 1,
    start: float = START,
    datasets: Mapping[str, Dataset] | None = None,
    limit: int | None = None,
) -> Iterator[PreviewMessage]:
    """Yield what ``mocks`` would send, all connected at once, in order of time, mock, message.

    Args:
        definition: A sound one, from ``parse``.
        mocks: 1 to ``MAX_MOCKS``.
        duration: s, 0 to ``MAX_DURATION``; what is due at its very end is in it.
        seed: 0 to 2**63 - 1.
        start: Unix time of t = 0, s.
        datasets: By the names in the definition.
        limit: Messages at most; None for all.

    Raises:
        ValueError: A number is outside of its range.
        DatasetError: A dataset is not there, or not what the definition needs.
    """
    _within("mocks", mocks, 1, MAX_MOCKS)
    _within("duration", duration, 0, MAX_DURATION)
    fleet = Fleet(definition, count=mocks, seed=seed, epoch=start, datasets=datasets, protocol=None)
    return islice(_messages(fleet, definition, duration=duration), limit)


def series(
    definition: Definition,
    *,
    duration: float,
    points: int = 300,
    seed: int = 1,
    start: float = START,
    datasets: Mapping[str, Dataset] | None = None,
    mock: int = 0,
) -> dict[str, list[Any]]:
    """Return how each metric of one mock goes, read ``points`` times in its first status.

    Args:
        definition: A sound one, from ``parse``.
        duration: s; reading i is taken at ``duration · i / (points - 1)``.
        points: 2 to ``MAX_POINTS``.
        seed: 0 to 2**63 - 1.
        start: Unix time of t = 0, s.
        datasets: By the names in the definition.
        mock: Its number.

    Returns:
        For each metric, in the definition's order, ``points`` values: float, int, bool, str, or
        None where there is none. One with parts stands as ``position.lat`` and so on.

    Raises:
        ValueError: A number is outside of its range.
        DatasetError: A dataset is not there, or not what the definition needs.
    """
    _within("points", points, 2, MAX_POINTS)
    _within("duration", duration, 0, MAX_DURATION)
    cast = Cast(
        first=mock,
        count=1,
        seed=seed,
        epoch=start,
        datasets=datasets or {},
        total=mock + 1,
        statuses=tuple(definition.statuses),
    )
    readings = Readings(definition, cast)
    names = readings.names
    need = readings.need(names)
    row, zero = np.zeros(1, dtype=np.int64), np.zeros(1)
    values: dict[str, list[Any]] = {name: [] for name in names}
    for t in np.linspace(0.0, duration, points):
        view = View(row, np.array([t]), zero, zero, row, row.astype(np.uint8))
        drawn = readings.draw(need, view)
        for name in names:
            values[name].append(_plain(drawn[name].tolist()[0]))
    return values


def _messages(fleet: Fleet, definition: Definition, *, duration: float) -> Iterator[PreviewMessage]:
    order = {name: position for position, name in enumerate(definition.messages)}
    t, step = 0.0, _FIRST_STEP
    while True:
        window = sorted(_until(fleet, t, order), key=lambda entry: entry[:3])
        for _, _, _, batch, index in window:
            yield _message(fleet, definition, batch, index)
        if fleet.next_due() > duration:
            return
        step = step * 2 if len(window) < _FEW else step / 2 if len(window) > _MANY else step
        t = min(duration, max(t + step, fleet.next_due()))


_Entry = tuple[float, int, int, Batch, int]


def _until(fleet: Fleet, t: float, order: Mapping[str, int]) -> Iterator[_Entry]:
    """Yield each message up to ``t``: its time, mock and position, then where it stands."""
    while True:
        due = fleet.due(t)
        fleet.connected(due.connect, t)
        for batch in due.sends:
            position = order[batch.message]
            for index, (at, row) in enumerate(
                zip(batch.scheduled.tolist(), batch.rows.tolist(), strict=True)
            ):
                yield at, row, position, batch, index
        if fleet.next_due() > t:
            return


def _message(fleet: Fleet, definition: Definition, batch: Batch, index: int) -> PreviewMessage:
    address = batch.addresses[index]
    is_topic = definition.messages[batch.message].topic is not None
    return PreviewMessage(
        t=float(batch.scheduled[index]),
        mock=int(batch.rows[index]),
        status=fleet.statuses[batch.statuses[index]],
        message=batch.message,
        topic=address if is_topic else None,
        path=None if is_topic else address,
        qos=batch.qos,
        payload=batch.payloads[index],
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value:g}")
