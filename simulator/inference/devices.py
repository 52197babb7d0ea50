"""Whose rows a recording has: one device's, or those of several in one table.

Rule: a column tells devices apart when the times of the recording only rise within each of them.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.datasets import Dataset
from simulator.inference.identity import names_a_device, pattern_of
from simulator.randomness import FloatArray

MAX_DEVICES = 10_000  # in one recording
_LEAST_ROWS = 2.0  # of a device, on the average; fewer are no recording of it

_HOUR = 3_600.0  # s; how far local times go back where summer time ends


class Devices(NamedTuple):
    """The devices of a recording."""

    column: str  # that tells them apart; empty where there is one
    id: str  # of the definition
    first: Dataset  # the rows of the first one
    number: int  # of devices


def devices_of(recording: Dataset) -> Devices:
    """Return the devices of a recording; one, with all rows, where no column tells them apart."""
    alone = Devices("", "mock-{index:04d}", recording, 1)
    moments = next(iter(recording.times.values()), None)
    if moments is None or not np.isfinite(moments).all() or _is_of_one(moments):
        return alone
    for name, cells in recording.columns.items():
        is_key = cells.dtype == object or names_a_device(name)
        if name in recording.times or not is_key:
            continue
        keys, device = np.unique([str(cell) for cell in cells], return_inverse=True)
        if _tells_apart(device, moments, len(keys)):
            rows = np.flatnonzero(device == device[0])
            return Devices(name, pattern_of(str(cells[0])), _of_rows(recording, rows), len(keys))
    return alone


def _is_of_one(moments: FloatArray) -> bool:
    seconds = rising(moments)
    return seconds is not None and float(np.median(np.diff(seconds))) > 0


def _tells_apart(device: NDArray[Any], moments: FloatArray, count: int) -> bool:
    if not 2 <= count <= min(MAX_DEVICES, len(moments) / _LEAST_ROWS):
        return False
    order = np.argsort(device, kind="stable")
    is_same = np.diff(device[order]) == 0
    steps = np.diff(moments[order])[is_same]
    return bool(np.all((steps > 0) | _is_clock_change(steps)))


def _is_clock_change(steps: FloatArray) -> NDArray[np.bool_]:
    """Whether times go back by an hour at most, as local ones do where summer time ends."""
    return (steps <= 0) & (steps > -_HOUR)


def rising(moments: FloatArray) -> FloatArray | None:
    """Return times that never fall, s; None when they fall by more than where a clock is changed.

    Those of the hour that clocks show twice stand still.
    """
    steps = np.diff(moments)
    if not np.isfinite(moments).all() or not moments[-1] > moments[0]:
        return None
    if not np.all((steps >= 0) | _is_clock_change(steps)):
        return None
    return np.maximum.accumulate(moments)


def _of_rows(recording: Dataset, rows: NDArray[np.intp]) -> Dataset:
    return replace(
        recording,
        columns={name: cells[rows] for name, cells in recording.columns.items()},
        times={name: moments[rows] for name, moments in recording.times.items()},
        head=(),
    )
