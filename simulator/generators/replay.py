"""replay: what was once recorded, from a table of rows over time."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.datasets import Dataset
from simulator.definition.expressions.template import Template
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.model import reader, show
from simulator.definition.quantities.units import SomeSeconds
from simulator.definition.quantities.zones import local_seconds, zone_refusal
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.recording import LONGEST, SHORTEST, numbered, recording_of
from simulator.generators.parts.timing import RANDOM, Delay, age, beginnings
from simulator.generators.rows import Lookup, Where, table_of, without
from simulator.randomness import FloatArray, IntArray

MAX_SPEED = 1e9
MAX_COLUMNS = 500  # of a list; a file has no more

_DAY, _WEEK = 86_400.0, 604_800.0  # s
_MONDAY = 4 * _DAY  # Unix s of 1970-01-05, a Monday
_FIXED = ("id", "index")  # what a column's name may hold of a mock


def _read_column(value: Any) -> Template | tuple[str, ...]:
    """Return a column's name, with placeholders or without, or a list of names.

    Raises:
        DefinitionError: It is neither, or reads what may change.
    """
    if isinstance(value, list | tuple):
        if not 1 <= len(value) <= MAX_COLUMNS:
            raise DefinitionError(f"needs 1 to {MAX_COLUMNS} names of columns, got {len(value)}")
        if odd := [each for each in value if not isinstance(each, str) or not each]:
            raise DefinitionError(f"needs names of columns, got {show(odd[0])}")
        return tuple(value)
    if isinstance(value, Template):
        return value
    if not isinstance(value, str) or not value:
        raise DefinitionError(f"needs the name of a column, got {show(value)}")
    template = Template.read(value)
    if odd := sorted(template.names - set(_FIXED)):
        raise DefinitionError(f"a column's name can hold {{index}} and {{id}}, got {odd[0]!r}")
    return template


def _check_zone(name: str) -> str:
    if refusal := zone_refusal(name):
        raise DefinitionError(refusal)
    return name


@register("replay")
class Replay(Generator):
    """The row of the file that was current ``offset + speed · age`` after its first row.

    Rows are put in the order of their times; the last row lasts as long as the one before it. With
    ``between: linear`` it is x₀ + (x₁ - x₀) · share of the time to the next row.

    Gives what the column holds; an empty cell, and a mock that has no rows, is no value. With
    ``at_end: stop`` whole numbers come as numbers.
    """

    family: ClassVar[str] = "recorded"
    purpose: ClassVar[str] = "weather, a real machine"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", replay: {dataset: seattle-weather-hourly.csv, column: temperature, '
        "speed: 60, between: linear}}",
        "{replay: {dataset: seattle-weather-hourly.csv, column: wind, start_at: time_of_day, "
        "zone: America/Los_Angeles}}",
        "{replay: {dataset: seattle-weather-hourly.csv, column: [temperature, wind], "
        "offset: random}}",
    )

    dataset: str = Field(min_length=1, description="The name of a CSV file")
    column_: Annotated[
        Template | tuple[str, ...],
        BeforeValidator(reader(_read_column)),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {"type": "array", "items": {"type": "string"}, "minItems": 1},
                ],
                "examples": ["temperature", "meter_{index}", ["north", "south"]],
            }
        ),
    ] = Field(
        alias="column",
        description="The column of values; with {index} or {id} in its name each mock has its own, "
        "meter_{index}; of a list of columns mock 0 has the first, mock 1 the second, and again",
    )
    where: Where | None = Field(
        default=None,
        description="Each mock replays its own rows: device = id are those whose column device "
        "holds the mock's id; with index, a constant or a variable in place of id",
    )
    time: str | None = Field(
        default=None,
        description="The column of each row's time: ISO times, Unix times, or seconds that start "
        "anywhere. Without time and interval, the first column that looks like times; in a file "
        "without one each reading of a mock takes the next row, and speed is rows a reading",
    )
    interval: SomeSeconds | None = Field(
        default=None, description="In place of time: each row lasts that long, above 0"
    )
    speed: float = Field(
        default=1.0,
        gt=0,
        le=MAX_SPEED,
        description="How many times as fast as recorded, above 0 to 10⁹; 60 makes a minute of an "
        "hour",
    )
    start_at: Literal["first", "clock", "time_of_day", "time_of_week"] = Field(
        default="first",
        description="first: each mock starts with the first row; clock: rows come at their own "
        "time, nothing before the first; time_of_day, time_of_week: the recording is moved so that "
        "the same time of day, or of the week, is now",
    )
    zone: Annotated[str, AfterValidator(reader(_check_zone))] = Field(
        default="UTC",
        description="IANA time zone whose time of day or of week is meant, for files with local "
        "times without an offset",
    )
    between: Literal["hold", "linear"] = Field(
        default="hold",
        description="Between two rows: hold keeps the first one's value, linear goes straight to "
        "the next one's; for numbers",
    )
    at_end: Literal["loop", "hold", "stop"] = Field(
        default="loop",
        description="loop begins again, hold stays at the last row, stop gives no value from then "
        "on",
    )
    offset: Delay = Field(
        default=0.0,
        description="How far into the file each mock begins after the one before it (index · "
        "offset), a duration, beyond the end from the first row again; or random: each anywhere. "
        "In a file without times it counts rows",
    )

    @model_validator(mode="after")
    def _words_agree(self) -> Self:
        if self.time is not None and self.interval is not None:
            raise ValueError("needs time or interval, or neither; got both")
        if self.interval is not None and self.interval < SHORTEST:
            raise ValueError(f"interval must be at least 1 µs, got {self.interval:g} s")
        if self.start_at != "first":
            if self.interval is not None:
                raise ValueError(f"start_at: {self.start_at} needs rows with times, got interval")
            if self.speed != 1 or self.offset:
                raise ValueError(f"start_at: {self.start_at} has no speed and no offset")
        return self

    def names(self) -> frozenset[str]:
        read = self.column_.names if isinstance(self.column_, Template) else frozenset()
        return read if self.where is None else read | {self.where.name}

    def needs(self) -> tuple[Need, ...]:
        columns = self.column_ if isinstance(self.column_, tuple) else ()
        if isinstance(self.column_, Template) and not self.column_.names:
            columns = (self.column_.literal,)
        extra = [self.time] if self.time is not None else []
        extra += [self.where.column] if self.where is not None else []
        return (Need(self.dataset, "csv", (*columns, *extra)),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        dataset = datasets[self.dataset]
        if isinstance(dataset, Dataset):
            self.clock(dataset)
            _matrix(self, dataset)

    def clock(self, dataset: Dataset) -> str | None:
        """Return the column of times; None: there is none.

        Raises:
            DefinitionError: It holds no times, or the clock is asked for and there are none.
        """
        if self.interval is not None:
            return None
        time = self.time if self.time is not None else next(iter(dataset.times), None)
        span = float(np.ptp(dataset.seconds(time))) if time is not None else 0.0
        if span > LONGEST:
            raise DefinitionError(
                f"{dataset.name}: times of a recording must lie within 10^12 s, {time!r} spans "
                f"{span:.3g} s"
            )
        if self.start_at != "first" and time not in dataset.times:
            raise DefinitionError(
                f"{dataset.name}: start_at: {self.start_at} needs a column of moments such as "
                "2026-01-31T12:00:00Z"
            )
        return time

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    """Remembers which rows and which column are each mock's own; both follow from its id."""

    def __init__(self, replay: Replay, cast: Cast, metric: str) -> None:
        dataset = table_of(replay.dataset, cast, "replay", columns=replay.needs()[0].columns)
        time = replay.clock(dataset)
        self._replay = replay
        self._epoch = cast.epoch
        self._is_by_count = time is None and replay.interval is None
        keys, self._lookup = None, None
        if replay.where is not None:
            keys, values = numbered(dataset.columns[replay.where.column])
            self._lookup = Lookup(np.array(values, dtype=object))
        self._recording = recording_of(
            keys,
            None if time is None else dataset.seconds(time),
            dataset.rows,
            step=replay.interval or 1.0,
        )
        names, matrix = _matrix(replay, dataset)
        self._matrix = matrix[self._recording.order] if keys is not None else matrix
        self._order = None if keys is not None else self._recording.order
        self._positions = {name: at for at, name in enumerate(names)}
        self._is_random = replay.offset == RANDOM
        # Shares of the way where they are random, else s, to be taken modulo each mock's span.
        self._offset: FloatArray = (
            beginnings(replay.offset, cast, metric=metric, span=1.0)
            if self._is_random
            else cast.numbers.astype(np.float64) * float(replay.offset)
        )
        self._dealt = cast.ranks % len(names)
        self._known: IntArray = np.full(cast.count, -2, dtype=np.int64)

    def draw(self, sample: Sample) -> Values:
        """Measured: 10,000 values take 0.3 ms, with ``where`` 0.9 ms."""
        keys = self._keys(sample)
        is_lost = keys < 0
        keys = np.where(is_lost, 0, keys)
        place, span = self._place(sample, keys)
        is_lost |= place < 0
        if self._replay.at_end == "loop":
            place = place - np.floor(place / span) * span
            if self._replay.start_at == "clock":
                is_lost |= sample.t + self._epoch < self._recording.moments[keys]
        elif self._replay.at_end == "stop":
            is_lost |= place >= span
        place = np.maximum(place, 0.0)
        positions = self._recording.rows(keys, place)
        columns = self._columns(sample)
        is_lost |= columns < 0
        values = self._values(positions, columns)
        if self._replay.between == "linear":
            share = self._recording.share(keys, positions, place)
            following = np.minimum(positions + 1, len(self._recording.order) - 1)
            after = self._values(following, columns)
            values = np.where(share > 0, values + (after - values) * share, values)
        if self._replay.at_end == "stop" or is_lost.any():
            return _lacking(values, is_lost)
        return values

    def _values(self, positions: IntArray, columns: IntArray) -> Values:
        rows = positions if self._order is None else self._order[positions]
        values: Values = self._matrix[rows, columns]
        return values

    def _keys(self, sample: Sample) -> IntArray:
        """Return the number of each mock's own rows; -1: there are none."""
        if self._lookup is None or self._replay.where is None:
            return np.zeros(len(sample), dtype=np.int64)
        name = self._replay.where.name
        if name not in _FIXED:
            return self._lookup.rows(sample.readings[name], len(sample))
        new = np.flatnonzero(self._known[sample.rows] == -2)
        if len(new):
            found = self._lookup.rows(np.asarray(sample.readings[name])[new], len(new))
            self._known[sample.rows[new]] = found
        return self._known[sample.rows]

    def _place(self, sample: Sample, keys: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return s after the first row of each mock's own, and how long these last."""
        replay, span = self._replay, self._recording.spans[keys]
        if replay.start_at == "first":
            place = sample.count.astype(np.float64) if self._is_by_count else age(sample)
            offset = self._offset[sample.rows]
            return place * replay.speed + (
                offset * span if self._is_random else np.mod(offset, span)
            ), span
        first = self._recording.moments[keys]
        if replay.start_at == "clock":
            return sample.t + self._epoch - first, span
        period = _DAY if replay.start_at == "time_of_day" else _WEEK
        began = local_seconds(sample.born + self._epoch, replay.zone)
        return np.mod(began - first, period) + age(sample), np.ceil(span / period) * period

    def _columns(self, sample: Sample) -> IntArray:
        """Return the position of each mock's own column; -1: there is none."""
        column = self._replay.column_
        if isinstance(column, tuple):
            return self._dealt[sample.rows]
        if not column.names:
            return np.zeros(len(sample), dtype=np.int64)
        texts = _names(column, sample)
        return np.array([self._positions.get(text, -1) for text in texts], dtype=np.int64)


def _names(template: Template, sample: Sample) -> list[str]:
    """Return the name of each mock's own column."""
    pieces: list[list[str]] = []
    for part in template.parts:
        if isinstance(part, str):
            pieces.append([part] * len(sample))
            continue
        values = part.expression.evaluate({n: sample.readings[n] for n in part.expression.names})
        each = np.broadcast_to(values, len(sample)).tolist()
        pieces.append([format(value, part.spec) for value in each])
    return list(map("".join, zip(*pieces, strict=True)))


def _matrix(replay: Replay, dataset: Dataset) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Return the columns that mocks may have: their names, and their values side by side.

    Raises:
        DefinitionError: There are none, or they hold text and are to be interpolated.
    """
    column = replay.column_
    if isinstance(column, tuple):
        names = tuple(dict.fromkeys(column))
    else:
        pattern = "".join(re.escape(p) if isinstance(p, str) else ".+" for p in column.parts)
        names = tuple(name for name in dataset.columns if re.fullmatch(pattern, name))
    if not names:
        raise DefinitionError(f"{dataset.name}: no column is called {column}")
    chosen = [dataset.columns[name] for name in names]
    is_text = any(each.dtype == object for each in chosen)
    if is_text and replay.between == "linear":
        raise DefinitionError(
            f"{dataset.name}: between: linear needs numbers, {' or '.join(names[:2])} holds text"
        )
    if len(chosen) == 1:
        return names, chosen[0][:, None]
    kind = object if is_text else np.result_type(*chosen)
    return names, np.stack([each.astype(kind) for each in chosen], axis=1)


def _lacking(values: Values, over: NDArray[np.bool_]) -> Values:
    """Return values with no value where it is over; numbers always as float64."""
    return without(values if values.dtype == object else values.astype(np.float64), over)
