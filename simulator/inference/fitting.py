"""A definition out of a recording: each column's distribution, its memory and its daily shape.

Rule: what is fitted is measured again: ``compare`` holds the simulation against the recording.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.course import Course, gridded
from simulator.datasets import Dataset
from simulator.definition import parse
from simulator.errors import DefinitionError
from simulator.inference.cycles import Rest, cycles_of
from simulator.inference.devices import Devices, devices_of, rising
from simulator.inference.drafting import LANGUAGE, metric_name
from simulator.inference.grouping import DEFAULT_INTERVAL, duration
from simulator.inference.known import hint_of
from simulator.inference.writing import Inferred, Note, yaml_of
from simulator.randomness import FloatArray

MAX_COLUMNS = 40  # fitted; each becomes up to four metrics
MAX_POINTS = 2_000  # of one line in the chart of a recording against its simulation
MAX_STATES = 30  # texts of a column that are states; more are no states
BINS = 20  # of a distribution that is none of the known ones

_CORRELATED = 0.3  # lag-1 autocorrelation from which on a value remembers the one before
_NOT_NORMAL = 0.06  # Kolmogorov-Smirnov distance from which on a distribution is not normal


@dataclass(frozen=True, slots=True)
class Figures:
    """What a column is like. ``memory`` is the autocorrelation from one row to the next."""

    mean: float
    deviation: float
    low: float
    high: float
    memory: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column as recorded and as simulated, at the same times."""

    column: str
    times: list[float]  # Unix s
    recorded: list[float | None]
    simulated: list[float | None]
    before: Figures
    after: Figures


def infer_recording(dataset: Dataset, *, name: str = "Device") -> Inferred:
    """Return a definition whose one message has what a recording's columns have.

    Args:
        dataset: A CSV file; with a column of times, cycles of day, week and year are fitted too.
            Where it has the rows of several devices, those of the first one are fitted.
        name: Of the definition.

    Raises:
        DefinitionError: It is no table, or has too few rows or too many columns.
    """
    if dataset.kind != "csv" or dataset.rows < 2:
        raise DefinitionError(f"{dataset.name}: a recording is a CSV file of 2 rows or more")
    devices = devices_of(dataset)
    dataset = devices.first
    columns = [c for c in dataset.columns if c not in dataset.times and c != devices.column]
    if not 1 <= len(columns) <= MAX_COLUMNS:
        text = f"{dataset.name}: a recording has 1 to {MAX_COLUMNS} columns of values"
        raise DefinitionError(f"{text}, got {len(columns)}")
    seconds = _seconds(dataset)
    step = float(np.median(np.diff(seconds))) if seconds is not None else 0.0
    notes = [Note("id", _who(devices)), _pace(dataset, step)]
    metrics: dict[str, dict[str, Any]] = {}
    body: dict[str, str] = dict.fromkeys(list(dataset.times)[:1], "{now:iso}")
    body.update({devices.column: "{id}"} if devices.column else {})
    for column in columns:
        metric = metric_name((column,))
        fitted = _Fit(dataset, column, metric, seconds, step)
        metrics.update(fitted.metrics())
        notes.append(Note(column, fitted.note))
        body[column] = fitted.template
    document = {
        "version": LANGUAGE,
        "name": name,
        "id": devices.id,
        "metrics": metrics,
        "messages": {
            "recording": {"every": duration(step) if step else DEFAULT_INTERVAL, "json": body}
        },
    }
    return Inferred(yaml_of(document), tuple(notes))


def compare(dataset: Dataset, text: str) -> list[Comparison]:
    """Return each column of numbers as recorded and as the first mock of a definition has it.

    Raises:
        DefinitionError: The definition is not sound.
    """
    definition = parse(text)
    dataset = devices_of(dataset).first
    seconds = _seconds(dataset)
    at = seconds if seconds is not None else np.arange(dataset.rows, dtype=np.float64)
    rows = np.unique(np.linspace(0, dataset.rows - 1, min(dataset.rows, MAX_POINTS)).astype(int))
    times = (at[rows] - at[0]).tolist()
    course = Course(statuses=tuple(definition.statuses), until=times[-1])
    drawn = gridded(definition, course, times, mock=0, seed=1, epoch=float(at[0]), datasets={})
    return list(_compared(dataset, drawn, at, rows))


def _compared(
    dataset: Dataset, drawn: dict[str, list[Any]], at: FloatArray, rows: Any
) -> Iterator[Comparison]:
    for column, values in dataset.columns.items():
        metric = metric_name((column,))
        if metric not in drawn or values.dtype == object or column in dataset.times:
            continue
        recorded = values[rows].astype(np.float64)
        simulated = np.array([np.nan if v is None else v for v in drawn[metric]], dtype=np.float64)
        yield Comparison(
            column,
            [round(float(t), 3) for t in at[rows]],
            _plain(recorded),
            _plain(simulated),
            figures(recorded),
            figures(simulated),
        )


class _Fit:
    """One column, and the metrics that make its like."""

    def __init__(
        self, dataset: Dataset, column: str, metric: str, seconds: FloatArray | None, step: float
    ) -> None:
        self._values = dataset.columns[column]
        self._metric = metric
        self._seconds = seconds
        self._step = step
        hint = hint_of((column,))
        self._unit = {"unit": hint.unit} if hint and hint.unit else {}
        self._is_text = self._values.dtype == object
        self._is_whole = self._values.dtype == np.int64
        self.note = ""

    @property
    def template(self) -> str:
        """What stands in the payload."""
        if self._is_text:
            return f"{{{self._metric}}}"
        return f"{{{self._metric}:{'d' if self._is_whole else f'.{self._places()}f'}}}"

    def metrics(self) -> dict[str, dict[str, Any]]:
        """Return the metrics, the column's own among them."""
        if self._is_text:
            return {self._metric: self._states()}
        values = self._values.astype(np.float64)
        known = np.isfinite(values)
        values = values[known]
        if np.ptp(values) == 0:
            self.note = f"always {values[0]:g}"
            return {self._metric: {**self._unit, "constant": _number(values[0])}}
        if self._rises(values):
            return {self._metric: {**self._unit, **self._rising(values)}}
        seconds = self._seconds[known] if self._seconds is not None else None
        return self._moving(values, seconds)

    def _moving(self, values: FloatArray, seconds: FloatArray | None) -> dict[str, dict[str, Any]]:
        cycles, rest = cycles_of(values, seconds)
        clamp = {"clamp": {"min": _number(values.min()), "max": _number(values.max())}}
        noise = self._noise(rest, seconds, is_all=not cycles)
        if not cycles:
            self.note = self._told([], rest)
            return {self._metric: {**self._unit, **noise, **clamp}}
        parts = {f"{self._metric}_{cycle.word}": cycle.metric() for cycle in cycles}
        parts[f"{self._metric}_rest"] = noise
        self.note = self._told([cycle.word for cycle in cycles], rest)
        whole = {**self._unit, "formula": " + ".join(parts), **clamp}
        return {**parts, self._metric: whole}

    def _noise(self, rest: Rest, seconds: FloatArray | None, *, is_all: bool) -> dict[str, Any]:
        values = rest.values
        mean, deviation = float(values.mean()), float(values.std())
        if rest.memory > _CORRELATED and seconds is not None:
            half_life = self._step * np.log(0.5) / np.log(min(rest.memory, 0.9999))
            process = {"mean": _number(mean), "deviation": _number(deviation)}
            return {"ou": {**process, "half_life": _roughly(float(half_life))}}
        if is_all and rest.distance_to_normal() > _NOT_NORMAL:
            return {"histogram": rest.bins(BINS)}
        return {"normal": {"mean": _number(mean), "deviation": _number(deviation)}}

    def _told(self, cycles: list[str], rest: Rest) -> str:
        shape = f"its shape over {' and '.join(cycles)}" if cycles else "no daily shape"
        return f"{shape}; the rest has deviation {rest.values.std():.3g}, memory {rest.memory:.2f}"

    def _rises(self, values: FloatArray) -> bool:
        return len(values) > 2 and bool(np.all(np.diff(values) >= 0))

    def _rising(self, values: FloatArray) -> dict[str, Any]:
        mean = float(np.diff(values).mean())
        self.note = f"only ever rises, {mean:.3g} a row"
        if self._is_whole:
            return {"counter": {"start": int(values[0]), "step": max(1, round(mean))}}
        return {"formula": f"previous + {_number(mean)}", "initial": _number(values[0])}

    def _states(self) -> dict[str, Any]:
        texts = [text for text in self._values.tolist() if text is not None]
        states = list(dict.fromkeys(texts))
        if len(states) > MAX_STATES:
            self.note = f"{len(states)} different texts; the commonest {MAX_STATES}"
            common = sorted(states, key=texts.count, reverse=True)[:MAX_STATES]
            return {"pick": {"values": {text: texts.count(text) for text in common}}}
        if len(states) < 2:
            self.note = f"always {states[0]!r}"
            return {"constant": states[0]}
        self.note = f"{len(states)} states, each followed by others as often as recorded"
        return {"markov": {"states": states, "matrix": _matrix(texts, states)}}

    def _places(self) -> int:
        texts = [repr(value) for value in self._values[:500].tolist()]
        return min(6, max((len(t.partition(".")[2]) for t in texts if "e" not in t), default=1))


def figures(values: FloatArray) -> Figures:
    """Return what a column is like; NaN entries are left out."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Figures(np.nan, np.nan, np.nan, np.nan, np.nan)
    low, high = float(known.min()), float(known.max())
    return Figures(float(known.mean()), float(known.std()), low, high, Rest(known).memory)


def _matrix(texts: list[str], states: list[str]) -> list[list[float]]:
    """Return how often each state was followed by each, as shares; rows add up to 1."""
    place = {state: position for position, state in enumerate(states)}
    counts = np.zeros((len(states), len(states)))
    for before, after in itertools.pairwise(texts):
        counts[place[before], place[after]] += 1
    counts[counts.sum(axis=1) == 0, 0] = 1  # the last state, when it came only once
    shares: list[list[float]] = (counts / counts.sum(axis=1, keepdims=True)).round(4).tolist()
    return shares


def _seconds(dataset: Dataset) -> FloatArray | None:
    """Return the times of the rows in Unix seconds; None when there are none that rise."""
    for column in dataset.times.values():
        seconds = rising(column)
        if seconds is not None:
            return seconds
    return None


def _who(devices: Devices) -> str:
    if not devices.column:
        return "no identity is in a recording"
    return f"{devices.number:,} devices by {devices.column!r}; values are those of the first one"


def _pace(dataset: Dataset, step: float) -> Note:
    if not step:
        return Note("messages.recording", f"no column of times; every {DEFAULT_INTERVAL}, a guess")
    return Note("messages.recording", f"{dataset.rows:,} rows, {duration(step)} apart")


def _roughly(seconds: float) -> str:
    """Return a duration with three digits, in the unit that people would take."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g}{unit}"
    return duration(float(f"{seconds:.3g}"))


def _plain(values: FloatArray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _number(value: float) -> float:
    neat = float(f"{value:.5g}")
    return int(neat) if neat == int(neat) else neat
