"""replay: what was once recorded, from a column of a CSV file."""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator.datasets import Dataset
from simulator.definition.generator import Generator, Need, register
from simulator.definition.units import SomeSeconds
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.timing import Delay, age, beginnings
from simulator.randomness import FloatArray, IntArray

MAX_SPEED = 1e9


@register("replay")
class Replay(Generator):
    """The row of the file that was current ``offset + speed · age`` after the file's first row.

    Parameters:
        dataset: The name of a CSV file.
        column: The column of values, numbers or text; an empty cell is no value.
        time: The column of each row's time: ISO times, Unix times, or seconds that start anywhere.
            Rows are put in its order. The last row lasts as long as the one before it.
        interval: Instead of ``time``: each row lasts that long, above 0.
            With neither, the first column that looks like times is taken, and in a file without
            one each reading of a mock takes the next row; ``speed`` is then rows a reading.
        speed: How many times as fast as recorded, above 0 to 10⁹; 60 makes a minute of an hour.
        at_end: loop begins again, hold stays at the last row, stop gives no value from then on.
        offset: How far into the file each mock begins after the one before it (index · offset), a
            duration, beyond the end from the first row again; or random: each anywhere. 0 when
            left out: all begin at the first row. In a file without times it counts rows.

    Gives what the column holds. With ``at_end: stop`` whole numbers come as numbers.
    """

    dataset: str = Field(min_length=1)
    column_: str = Field(alias="column", min_length=1)
    time: str | None = None
    interval: SomeSeconds | None = None
    speed: float = Field(default=1.0, gt=0, le=MAX_SPEED)
    at_end: Literal["loop", "hold", "stop"] = "loop"
    offset: Delay = 0.0

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if self.time is not None and self.interval is not None:
            raise ValueError("needs time or interval, or neither; got both")
        return self

    def needs(self) -> tuple[Need, ...]:
        columns = (self.column_,) if self.time is None else (self.column_, self.time)
        return (Need(self.dataset, "csv", columns),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        dataset = datasets[self.dataset]
        if self.time is not None and isinstance(dataset, Dataset):
            dataset.seconds(self.time)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, replay: Replay, cast: Cast, metric: str) -> None:
        dataset = _dataset(replay, cast)
        time = replay.time
        if time is None and replay.interval is None:
            time = next(iter(dataset.times), None)
        self._replay = replay
        self._values = dataset.columns[replay.column_]  # shared by all fleets, never written to
        self._timeline = _Timeline(dataset, time=time, interval=replay.interval or 1.0)
        self._is_by_count = time is None and replay.interval is None
        self._offset = beginnings(replay.offset, cast, metric=metric, span=self._timeline.span)

    def draw(self, sample: Sample) -> Values:
        place = sample.count.astype(np.float64) if self._is_by_count else age(sample)
        place *= self._replay.speed
        place += self._offset[sample.rows]
        span = self._timeline.span
        if self._replay.at_end == "loop":
            place -= np.floor(place / span) * span
        values: Values = self._values[self._timeline.rows(place)]
        return _without(values, place >= span) if self._replay.at_end == "stop" else values


class _Timeline:
    """When each row of a file begins, in s after the first one, and when the last one ends."""

    def __init__(self, dataset: Dataset, *, time: str | None, interval: float) -> None:
        self._last = dataset.rows - 1
        self._order: IntArray | None = None  # of the rows, where the file's is another
        self._starts: FloatArray | None = None  # None: even steps, found by a division
        self._step = interval
        self.span = interval * dataset.rows
        if time is not None:
            self._follow(dataset.seconds(time))

    def rows(self, place: FloatArray) -> IntArray:
        """Return the row at each place, 0 s or more; beyond the end the last one."""
        if self._starts is None:
            rows = np.minimum(place / self._step, self._last).astype(np.int64)
        else:
            rows = np.searchsorted(self._starts, place, side="right") - 1
        return rows if self._order is None else self._order[rows]

    def _follow(self, seconds: FloatArray) -> None:
        if np.any(np.diff(seconds) < 0):
            self._order = np.argsort(seconds, kind="stable")
            seconds = seconds[self._order]
        starts = seconds - seconds[0]
        gaps = np.diff(starts)
        lasting = gaps[gaps > 0]
        self._step = float(lasting[-1]) if len(lasting) else 1.0
        self.span = float(starts[-1]) + self._step
        if not np.array_equal(starts, np.arange(len(starts)) * self._step):
            self._starts = starts


def _dataset(replay: Replay, cast: Cast) -> Dataset:
    dataset = cast.datasets.get(replay.dataset)
    if dataset is None or dataset.kind != "csv":
        raise DefinitionError(f"replay needs the CSV file {replay.dataset!r}, it is not there")
    if replay.column_ not in dataset.columns:
        raise DefinitionError(f"{replay.dataset}: there is no column {replay.column_!r}")
    return dataset


def _without(values: Values, over: NDArray[np.bool_]) -> Values:
    """Return values with no value where it is over."""
    if values.dtype == object:
        values[over] = None
        return values
    values = values.astype(np.float64)
    values[over] = np.nan
    return values
