"""A metric's readings with what goes wrong with them.

Rule: anomalies happen in the order of the document, each to what the one before has left. The type
of a column never depends on whether one goes on: what may become no value, or a number with
decimals, always is of a type that holds it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import randomness
from simulator.definition.metrics.anomaly import LAST, Anomaly
from simulator.generators.base import LEFT_OUT, Cast, Column, Drawn, Sample, Values, check_state
from simulator.generators.readings.happening import Happening, event
from simulator.generators.readings.shaped import numbers_of
from simulator.randomness import FloatArray, IntArray


class Faulty(Column):
    """A column to whose values anomalies happen."""

    def __init__(
        self,
        inner: Column,
        anomalies: Sequence[Anomaly],
        cast: Cast,
        metric: str,
        *,
        has_parts: bool,
    ) -> None:
        self._inner = inner
        self._has_parts = has_parts
        self._effects = [
            _Effect(anomaly, cast, f"metric.{metric}.anomalies.{place}")
            for place, anomaly in enumerate(anomalies)
        ]
        self._read_at: FloatArray = np.full(cast.count, np.nan)

    def draw(self, sample: Sample) -> Drawn:
        drawn = self._inner.draw(sample)
        before = self._read_at[sample.rows]
        self._read_at[sample.rows] = np.fmax(before, sample.t)
        parts = drawn if isinstance(drawn, dict) else {"": drawn}
        parts = {part: self._widened(values) for part, values in parts.items()}
        for effect in self._effects:
            value = None if self._has_parts else parts[""]
            since = effect.happening.since(sample, before, value)
            active = np.flatnonzero(~np.isnan(since))
            is_new = effect.tell(sample.rows, since)
            if len(active):
                for part, values in parts.items():
                    parts[part] = effect.on(
                        values, active, since, is_new=is_new, sample=sample, part=part
                    )
        return parts if self._has_parts else parts[""]

    def inject(self, name: str, rows: IntArray, until: float) -> bool:
        """Begin the anomalies of a name by hand; return whether there is one.

        ``until`` is in s since the run's start; it begins at the next reading.
        """
        named = [effect for effect in self._effects if effect.anomaly.name == name]
        for effect in named:
            effect.happening.begin(rows, until)
        return bool(named)

    def state(self) -> dict[str, NDArray[Any]]:
        memory = {f"inner.{name}": values for name, values in self._inner.state().items()}
        return memory | {name: values.copy() for name, values in self._own().items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        inner = {n.removeprefix("inner."): v for n, v in state.items() if n.startswith("inner.")}
        own = {n: v for n, v in state.items() if not n.startswith("inner.")}
        # What sticks in parts is known only when they have been drawn once.
        check_state({n: v for n, v in own.items() if ".stuck." not in n}, self._own(sticks=False))
        self._inner.restore(inner)
        self._read_at = own["read_at"].astype(np.float64)
        for place, effect in enumerate(self._effects):
            prefix = f"{place}."
            effect.restore(
                {n.removeprefix(prefix): v for n, v in own.items() if n.startswith(prefix)}
            )

    def _own(self, *, sticks: bool = True) -> dict[str, NDArray[Any]]:
        memory = {"read_at": self._read_at}
        for place, effect in enumerate(self._effects):
            own = effect.memory(sticks=sticks)
            memory |= {f"{place}.{name}": values for name, values in own.items()}
        return memory

    def _widened(self, values: Values) -> Values:
        """Return a column of a type that holds whatever may happen to it."""
        if values.dtype in (object, np.float64):
            return values
        if any(effect.anomaly.needs_numbers for effect in self._effects):
            return values.astype(np.float64)
        return values.astype(object)


class _Effect:
    """What one anomaly does, and what it remembers for that."""

    def __init__(self, anomaly: Anomaly, cast: Cast, name: str) -> None:
        self.anomaly = anomaly
        self.happening = Happening(anomaly, cast, name)
        self._count = cast.count
        self._sticks = anomaly.happening == "stuck" and anomaly.stuck == LAST
        self._known: FloatArray = np.full(cast.count, np.nan)  # the event that it stuck in
        self._stuck: dict[str, NDArray[Any]] = {}  # by part: what it gives since its beginning

    def tell(self, rows: IntArray, since: FloatArray) -> NDArray[np.bool_]:
        """Take note of the events that go on; return which are new."""
        if not self._sticks:
            return np.zeros(len(rows), dtype=bool)
        is_new = np.asarray(since != self._known[rows])
        self._known[rows] = since
        return is_new

    def on(
        self,
        values: Values,
        active: IntArray,
        since: FloatArray,
        *,
        is_new: NDArray[np.bool_],
        sample: Sample,
        part: str,
    ) -> Values:
        """Return a column with what happens to the ``active`` of its values; may be the same."""
        word = self.anomaly.happening
        if word == "dropout":
            return _put(values, active, LEFT_OUT if self.anomaly.leaves_out else None)
        if word == "stuck":
            return self._stick(values, active, is_new[active], sample.rows[active], part)
        given = numbers_of(values[active])
        changed = self._changed(given, since[active], active, sample)
        if values.dtype == object:  # text and what is missing stay what they are
            numeric = ~np.isnan(given) | (word == "out_of_range")
            values[active[numeric]] = changed[numeric].astype(object)
        else:
            values[active] = changed
        return values

    def memory(self, *, sticks: bool = True) -> dict[str, NDArray[Any]]:
        memory = dict(self.happening.memory)
        if self._sticks:
            memory["known"] = self._known
            if sticks:
                memory |= {f"stuck.{part}": values for part, values in self._stuck.items()}
        return memory

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        own = self.happening.memory
        self.happening.memory = {n: state[n].astype(own[n].dtype) for n in own}
        if self._sticks:
            self._known = state["known"].astype(np.float64)
            self._stuck = {
                name.removeprefix("stuck."): values.copy()
                for name, values in state.items()
                if name.startswith("stuck.")
            }

    def _stick(
        self,
        values: Values,
        active: IntArray,
        is_new: NDArray[np.bool_],
        rows: IntArray,
        part: str,
    ) -> Values:
        if not self._sticks:
            is_number = isinstance(self.anomaly.stuck, int | float)
            if values.dtype != object and not is_number:
                values = values.astype(object)
            values[active] = self.anomaly.stuck
            return values
        if part not in self._stuck:
            self._stuck[part] = np.full(self._count, None, dtype=object)
        held = self._stuck[part]
        held[rows[is_new]] = values[active[is_new]].astype(object)
        stuck = held[rows]
        if values.dtype != object and any(value is LEFT_OUT for value in stuck.tolist()):
            values = values.astype(object)  # it stuck at what an anomaly before had left out
        values[active] = stuck
        return values

    def _changed(
        self, values: FloatArray, since: FloatArray, active: IntArray, sample: Sample
    ) -> FloatArray:
        rows = sample.rows[active]
        anomaly = self.anomaly
        height = anomaly.spike or anomaly.bias
        if height is not None:
            share = randomness.uniform(self.happening.drawn("height", rows), event(since))
            return values + (height.middle + height.spread * (2.0 * share - 1.0))
        if anomaly.drift is not None:
            return values + anomaly.drift.per_second * (sample.t[active] - since)
        if anomaly.noise is not None:
            noise = randomness.normal(self.happening.drawn("noise", rows), sample.count[active])
            return values + anomaly.noise * noise
        if anomaly.out_of_range is None:
            raise TypeError(f"nobody knows what {anomaly.happening} does")
        share = randomness.uniform(self.happening.drawn("value", rows), event(since))
        choices = np.array(anomaly.out_of_range, dtype=np.float64)
        return choices[(share * len(choices)).astype(np.intp)]


def _put(values: Values, active: IntArray, value: Any) -> Values:
    """Return a column with ``value`` (LEFT_OUT or None) in some places."""
    if values.dtype == np.float64 and value is None:
        values[active] = np.nan
        return values
    values = values.astype(object)
    values[active] = value
    return values
