"""What mocks read: constants, variables, identity, and metrics drawn sample by sample.

Rule: only what is asked for is drawn, in the definition's order; all mocks of a sample at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.definition.behaviour.nesting import leaves, nested
from simulator.definition.document import Definition
from simulator.fleet.changeable import Changeable
from simulator.fleet.checkpoint import part_of, under
from simulator.fleet.overriding import Overridden, overrides, reads
from simulator.fleet.plight import Plight
from simulator.generators.base import Cast, Column, Drawn, Sample, check_state
from simulator.generators.readings.around import Around
from simulator.generators.readings.faulty import Faulty
from simulator.generators.readings.variables import drawn_once
from simulator.generators.timestamp import Timestamp
from simulator.payloads.document import plain_line
from simulator.randomness import FloatArray, IntArray


class View(NamedTuple):
    """Some mocks at a time of each, none twice."""

    rows: IntArray
    t: FloatArray  # s since the run's start
    born: FloatArray  # s
    entered: FloatArray  # s
    sequences: IntArray  # of the message that comes next
    statuses: NDArray[np.uint8]  # positions


Own: TypeAlias = Callable[[View], NDArray[Any]]
Seen: TypeAlias = Callable[[View, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Need:
    """What a sample must hold."""

    single: dict[str, Any]  # constants
    arrays: tuple[tuple[str, NDArray[Any]], ...]  # what is fixed for a mock, one entry a row
    columns: tuple[tuple[str, Column], ...]  # metrics, in the order of drawing
    own: tuple[str, ...]  # what every mock has without being told: now, seq, ...


class Readings:
    """The values of all mocks of a cast."""

    def __init__(self, definition: Definition, cast: Cast) -> None:
        cast = replace(cast, nested=nested(definition.statuses))
        cast = Around(definition.metrics, cast, lambda mocks: fixed_values(definition, mocks)).cast
        self.datasets = cast.datasets
        self._epoch = cast.epoch
        self._plight: Plight | None = None  # what is wrong on purpose; most often nothing
        self._metrics = definition.metrics
        self._reads = {name: reads(definition, name) for name in definition.metrics}
        self._columns = _columns(definition, cast)
        # The readings of a metric, in the definition's order: its name, or those of its parts.
        self.names = [
            name
            for metric, each in definition.metrics.items()
            for name in _given(metric, each.parts())
        ]
        self._own = self._own_of(definition)
        self.seen: Seen | None = None  # is told each sample; for whoever draws a chart
        self._counts: IntArray = np.zeros(cast.count, dtype=np.int64)  # samples drawn, by row
        # What never changes: single values, and arrays with one entry a row.
        self.fixed: dict[str, Any] = fixed_values(definition, cast)
        self.identities: list[str] = self.fixed["id"].tolist()
        # What was drawn once too, and then is set by statuses and replies.
        changing = [name for name in definition.variables if name in definition.changing]
        self.changeable = Changeable({name: self.fixed.pop(name) for name in changing})

    def _own_of(self, definition: Definition) -> dict[str, Own]:
        """Return what every mock has without being told, unless the definition gives it."""
        statuses = np.array(leaves(definition.statuses), dtype=object)
        own: dict[str, Own] = {
            "now": lambda view: self.shown(view.rows, view.t),
            "seq": lambda view: view.sequences,
            "status": lambda view: statuses[view.statuses],
            "age": lambda view: view.t - view.born,
            "time_in_status": lambda view: view.t - view.entered,
            "uptime": lambda view: view.t - view.born,
            "progress": lambda view: np.full(len(view.t), np.nan),
        }
        given = {*definition.constants, *definition.variables, *self.names}
        return {name: each for name, each in own.items() if name not in given}

    def tell(self, name: str, own: Own) -> None:
        """Let ``own`` say what every mock has by a name, unless the definition gives it."""
        if name in self._own:
            self._own[name] = own

    def known(self, names: frozenset[str], rows: IntArray) -> dict[str, Any]:
        """Return constants, variables and the like of some mocks, without drawing anything."""
        columns = {**self.fixed, **self.changeable.columns}
        return {name: v[rows] if np.ndim(v := columns[name]) else v for name in names}

    def inject(self, metric: str, anomaly: str, rows: IntArray, until: float) -> bool:
        """Begin a metric's anomalies of a name by hand; return whether there is one.

        They go on from each mock's next reading until ``until``, s since the run's start.
        """
        column = self._columns.get(metric)
        columns = column.columns if isinstance(column, Overridden) else [column]
        begun = [each.inject(anomaly, rows, until) for each in columns if isinstance(each, Faulty)]
        return any(begun)

    def need(self, names: Iterable[str]) -> Need:
        """Return what must be drawn to know ``names``, and what these read in turn."""
        wanted = set(names)
        columns = []
        for metric in reversed(self._metrics):
            read = self._metrics[metric]
            if wanted.isdisjoint(_given(metric, read.parts())):
                continue
            columns.append((metric, self._columns[metric]))
            wanted |= self._reads[metric]
        known = {**self.fixed, **self.changeable.columns}
        fixed = {name: known[name] for name in sorted(wanted & known.keys())}
        return Need(
            {name: value for name, value in fixed.items() if not np.ndim(value)},
            tuple((name, value) for name, value in fixed.items() if np.ndim(value)),
            tuple(reversed(columns)),
            tuple(sorted(wanted & self._own.keys())),
        )

    def draw(self, need: Need, view: View) -> dict[str, Any]:
        """Return one sample of the mocks that are seen; arrays as long as ``view.rows``."""
        rows = view.rows
        readings: dict[str, Any] = dict(need.single)
        for name, values in need.arrays:
            readings[name] = values[rows]
        for name in need.own:
            readings[name] = self._own[name](view)
        if not need.columns:
            return readings
        counts = self._counts[rows]
        self._counts[rows] = counts + 1
        sample = Sample(
            rows=rows,
            t=view.t,
            count=counts,
            born=view.born,
            entered=view.entered,
            status=view.statuses,
            readings=readings,
        )
        for name, column in need.columns:
            drawn = column.draw(sample) if self._plight is None else self._ill(name, column, sample)
            if isinstance(drawn, dict):
                readings.update({f"{name}.{part}": values for part, values in drawn.items()})
            else:
                readings[name] = drawn
        if self.seen is not None:
            self.seen(view, readings)
        return readings

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics, in the definition's order."""
        return tuple(self._metrics)

    def shown(self, rows: IntArray, t: FloatArray) -> FloatArray:
        """Return what each mock's clock shows at a time of the run, Unix s."""
        moments = t + self._epoch
        return moments if self._plight is None else moments + self._plight.wrong(rows, t)

    def afflicted(self) -> Plight:
        """Return what is wrong on purpose with what is read, to be changed."""
        if self._plight is None:
            clocks = [
                name
                for name, metric in self._metrics.items()
                if isinstance(metric.generator, Timestamp)
            ]
            self._plight = Plight(len(self._counts), clocks)
        return self._plight

    def _ill(self, name: str, column: Column, sample: Sample) -> Drawn:
        """Return the readings of a metric while something may be wrong with them."""
        assert self._plight is not None
        if name in self._plight.clocks:
            sample = replace(sample, t=sample.t + self._plight.wrong(sample.rows, sample.t))
        return self._plight.on(name, column.draw(sample), sample.rows)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what the columns remember, and how many samples each mock has drawn."""
        memory: dict[str, NDArray[Any]] = {"counts": self._counts.copy()}
        memory |= under("variables", self.changeable.state())
        for name, column in self._columns.items():
            memory |= under(f"metrics.{name}", column.state())
        if self._plight is not None and self._plight.is_felt:
            memory |= under("plight", self._plight.state())
        return memory

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same definition and cast gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        check_state({"counts": state["counts"]}, {"counts": self._counts})
        self.changeable.restore(part_of(state, "variables"))
        for name, column in self._columns.items():
            column.restore(part_of(state, f"metrics.{name}"))
        if plight := part_of(state, "plight"):
            self.afflicted().restore(plight)
        self._counts[:] = state["counts"]

    def renew(self, need: Need, view: View, readings: dict[str, Any]) -> None:
        """Write what every mock has without being told into a sample once more."""
        for name in need.own:
            readings[name] = self._own[name](view)


def fixed_values(definition: Definition, cast: Cast) -> dict[str, Any]:
    """Return what never changes: single values, and arrays with one entry a row."""
    fixed: dict[str, Any] = {**definition.constants, "index": cast.numbers}
    for name, variable in definition.variables.items():
        fixed[name] = drawn_once(variable, cast, name, fixed)
    texts = plain_line(definition.id).texts(fixed, np.arange(cast.count))
    fixed["id"] = np.array(texts, dtype=object)
    return fixed


def only(readings: dict[str, Any], kept: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the readings of some of the mocks of a sample."""
    return {name: v[kept] if np.ndim(v) else v for name, v in readings.items()}


def _columns(definition: Definition, cast: Cast) -> dict[str, Column]:
    """Return what draws each metric, as statuses override it."""
    columns = {name: metric.column(cast, name) for name, metric in definition.metrics.items()}
    overridden = {
        name: Overridden(columns[name], others)
        for name, others in overrides(definition, cast).items()
    }
    return columns | overridden


def _given(metric: str, parts: tuple[str, ...]) -> list[str]:
    return [f"{metric}.{part}" for part in parts] or [metric]
