"""What one Edge Node, or one of its devices, has to report: the metrics that changed.

Rule: a metric has one alias for the life of its mock; what was reported last is what counts as
changed or not, whether it was in a birth or in data.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import sparkplug as wire
from simulator.definition.sparkplug import SparkplugMetric
from simulator.generators.base import LEFT_OUT
from simulator.payloads.document import plain_line
from simulator.randomness import IntArray

_SIGNED = {"Int8": 8, "Int16": 16, "Int32": 32, "Int64": 64}  # bits
_NUMBERS = ("Float", "Double", "DateTime")

Columns = list[list[Any]]  # for each metric, a value a mock


class Reporting:
    """The metrics of ``count`` nodes, or of the same device of each, aliases in their order."""

    def __init__(
        self,
        device: str,
        metrics: Mapping[str, SparkplugMetric],
        *,
        first_alias: int,
        fixed: Mapping[str, Any],
        count: int,
    ) -> None:
        """Make it; ``fixed`` is what never changes of the mocks, which no sample has."""
        self.device = device
        self.last = [np.full(count, None, dtype=object) for _ in metrics]
        self._metrics = [
            (first_alias + place, name, metric)
            for place, (name, metric) in enumerate(metrics.items())
        ]
        self._lines = [plain_line(metric.value) for metric in metrics.values()]
        read = frozenset().union(*(metric.value.names for metric in metrics.values()))
        self._fixed = {name: fixed[name] for name in sorted(read & fixed.keys())}

    def values(self, readings: Mapping[str, Any], rows: IntArray) -> Columns:
        """Return each metric's values, a number as such and not as text."""
        columns = []
        known = {name: each[rows] if np.ndim(each) else each for name, each in self._fixed.items()}
        readings = {**readings, **known}
        for (_, _, metric), line in zip(self._metrics, self._lines, strict=True):
            single = metric.value.single
            if single is not None and not single.spec:
                values = np.broadcast_to(single.expression.evaluate(readings), rows.shape).tolist()
            else:
                values = line.texts(readings, rows)
            columns.append([_typed(metric.type, value) for value in values])
        return columns

    def changed(self, values: Columns, rows: IntArray, *, every: bool) -> NDArray[np.bool_]:
        """Return who reports which metric, [metric, mock]; ``every``: all do."""
        told = np.ones((len(values), len(rows)), dtype=bool)
        if every:
            return told
        for place, (new, last) in enumerate(zip(values, self.last, strict=True)):
            band = self._metrics[place][2].deadband
            before = last[rows].tolist()
            told[place] = [_differs(a, b, band) for a, b in zip(new, before, strict=True)]
        return told

    def remember(self, values: Columns, told: NDArray[np.bool_], rows: IntArray) -> None:
        """Note what was reported."""
        for last, new, who in zip(self.last, values, told, strict=True):
            for row, value, is_told in zip(rows.tolist(), new, who.tolist(), strict=True):
                if is_told:
                    last[row] = value

    def births(self, values: Columns, moments: list[int]) -> list[list[bytes]]:
        """Return each metric as a birth has it, a column of bytes."""
        return [
            wire.births(name, alias, metric.type, wire.column(metric.type, column), moments)
            for (alias, name, metric), column in zip(self._metrics, values, strict=True)
        ]

    def data(
        self, values: Columns, told: NDArray[np.bool_], moments: list[int], marks: list[bytes]
    ) -> list[list[bytes]]:
        """Return each metric as data has it, a column of bytes; empty where it is not told."""
        columns = []
        for (alias, _, metric), column, who in zip(self._metrics, values, told, strict=True):
            whole = wire.data(alias, wire.column(metric.type, column), moments, marks)
            columns.append([one if yes else b"" for one, yes in zip(whole, who, strict=True)])
        return columns

    def written(self, command: wire.Command) -> tuple[str, Any] | None:
        """Return the variable that a command sets, and to what; None when it sets none."""
        for alias, name, metric in self._metrics:
            is_meant = command.name == name if command.name else command.alias == alias
            if is_meant and metric.write and command.value is not None:
                return metric.write, _obeyed(metric.type, command.value)
        return None


def _typed(kind: str, value: Any) -> Any:
    """Return a value that a datatype can take: a text is read as a number where one is needed."""
    if value is None or value is LEFT_OUT or kind in ("String", "Text"):
        return None if value is LEFT_OUT else value
    if isinstance(value, str):
        if kind == "Boolean":
            return {"true": True, "false": False}.get(value.lower())
        try:
            value = float(value)
        except ValueError:
            return None
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _differs(new: Any, last: Any, band: float) -> bool:
    if band and isinstance(new, int | float) and isinstance(last, int | float):
        return abs(new - last) > band
    return bool(new != last) or type(new) is not type(last)


def _obeyed(kind: str, value: Any) -> Any:
    """Return a command's value as the variable takes it: signed numbers, moments in s."""
    if kind in _SIGNED and isinstance(value, int):
        limit = 1 << _SIGNED[kind]
        value %= limit
        return value - limit if value >= limit // 2 else value
    return value / 1000 if kind == "DateTime" and isinstance(value, int) else value
