"""A metric that some statuses draw in another way.

Rule: while a status overrides it, the metric's own generator is not asked; it goes on later where
it was. What type a reading has never depends on the statuses that others are in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.behaviour.nesting import levels
from simulator.definition.document import Definition
from simulator.fleet.checkpoint import part_of, under
from simulator.generators.base import Cast, Column, Drawn, Sample, Values
from simulator.randomness import IntArray


def overrides(definition: Definition, cast: Cast) -> dict[str, dict[int, Column]]:
    """Return, for each metric that a status overrides, the columns by the status' code."""
    made: dict[tuple[str, str], Column] = {}
    found: dict[str, dict[int, Column]] = {}
    inner = [level for level in levels(definition.statuses).values() if level.is_leaf]
    for code, level in enumerate(inner):
        for name, (metric, owner) in level.metrics.items():
            key = name, owner.name
            if key not in made:
                made[key] = metric.column(cast, f"{name} in {owner.name}")
            found.setdefault(name, {})[code] = made[key]
    return found


def reads(definition: Definition, name: str) -> frozenset[str]:
    """Return what a metric reads, in whatever status."""
    of_levels = (level.status.metrics for level in levels(definition.statuses).values())
    others = [metrics[name].names() for metrics in of_levels if name in metrics]
    return definition.metrics[name].names().union(*others)


class Overridden(Column):
    """A metric's own column, and that of each status that has another one."""

    def __init__(self, own: Column, others: Mapping[int, Column]) -> None:
        self._own = own
        self._others = others
        # A column that several statuses share remembers once.
        self._all = list(dict.fromkeys([own, *others.values()]))
        # Whether they give values of several types, as whole numbers and others; None: not known.
        self._is_mixed: bool | None = None

    @property
    def columns(self) -> list[Column]:
        """Return its own and the others, each once."""
        return self._all

    def draw(self, sample: Sample) -> Drawn:
        if self._is_mixed is None and len(sample):
            self._is_mixed = len({kind for each in self._all for kind in _kinds(each, sample)}) > 1
        drawn = self._drawn(sample)
        if not self._is_mixed:
            return drawn
        if isinstance(drawn, dict):
            return {part: values.astype(object) for part, values in drawn.items()}
        return drawn.astype(object)

    def _drawn(self, sample: Sample) -> Drawn:
        if len(sample.status) == 1:
            return self._others.get(int(sample.status[0]), self._own).draw(sample)
        codes = np.unique(sample.status).tolist() if len(sample.status) else []
        by_column: dict[Column, list[int]] = {}
        for code in codes:
            by_column.setdefault(self._others.get(code, self._own), []).append(code)
        if len(by_column) <= 1:
            return next(iter(by_column), self._own).draw(sample)
        chosen = [
            (np.flatnonzero(np.isin(sample.status, of)), column) for column, of in by_column.items()
        ]
        drawn = [(at, column.draw(_some(sample, at))) for at, column in chosen]
        first = drawn[0][1]
        if not isinstance(first, dict):
            return _joined([(at, values) for at, values in drawn], len(sample))
        return {
            part: _joined([(at, values[part]) for at, values in drawn], len(sample))
            for part in first
        }

    def state(self) -> dict[str, NDArray[Any]]:
        memory: dict[str, NDArray[Any]] = {}
        for position, column in enumerate(self._all):
            memory |= under(str(position), column.state())
        return memory

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        for position, column in enumerate(self._all):
            column.restore(part_of(state, str(position)))


def _kinds(column: Column, sample: Sample) -> set[str]:
    """Return the types that a column gives, which it does not remember to have been asked."""
    state = column.state()
    drawn = column.draw(sample)
    column.restore(state)
    return {
        values.dtype.kind for values in (drawn.values() if isinstance(drawn, dict) else [drawn])
    }


def _some(sample: Sample, at: IntArray) -> Sample:
    return replace(
        sample,
        rows=sample.rows[at],
        t=sample.t[at],
        count=sample.count[at],
        born=sample.born[at],
        entered=sample.entered[at],
        status=sample.status[at],
        readings={n: v[at] if np.ndim(v) else v for n, v in sample.readings.items()},
    )


def _joined(parts: list[tuple[IntArray, Any]], count: int) -> Values:
    """Return columns of some rows each as one; values keep the type that they have alone."""
    dtypes = {values.dtype for _, values in parts}
    joined = np.empty(count, dtype=dtypes.pop() if len(dtypes) == 1 else object)
    for at, values in parts:
        joined[at] = values if joined.dtype != object else values.astype(object)
    return joined
