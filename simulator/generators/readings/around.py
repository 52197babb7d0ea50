"""What a mock may know of others: metrics on clocks of their own, computed from seed and time.

Rule: no process asks another. Whoever wants the value of another mock draws that mock's metric as
its own shard does; the same seed and time give the same value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from simulator.definition.metrics.metric import Metric
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Sample, Values
from simulator.generators.readings.track import Track
from simulator.randomness import FloatArray, IntArray

# Values of other mocks, each second, that a reader computes: 10,000 mocks every 5 s. A shard that
# goes on elsewhere computes them again from the run's start, a million in about 50 ms.
MAX_RATE = 2_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Cast):
    """Some mocks of a run, wherever they are in it."""

    picked: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def numbers(self) -> IntArray:
        """Each row's number in the run."""
        return self.picked


class Around:
    """The mocks of a cast as functions of time, and those around them."""

    def __init__(
        self,
        metrics: Mapping[str, Metric],
        cast: Cast,
        fixed: Callable[[Cast], Mapping[str, Any]],
    ) -> None:
        """Put the mocks of a cast in place; ``fixed`` gives what never changes for each of them."""
        self.cast = replace(cast, around=self)
        self._metrics = metrics
        self._fixed = fixed
        self._tracks: dict[str, Track] = {}

    @cached_property
    def fixed(self) -> Mapping[str, Any]:
        """Constants, variables, index and id: single values, or arrays with one entry a row."""
        return self._fixed(self.cast)

    def of(self, cast: Cast) -> "Around":
        """Return other mocks of the same definition."""
        return Around(self._metrics, cast, self._fixed)

    def picked(self, numbers: IntArray) -> "Around":
        """Return some mocks of the same definition, by their numbers."""
        own = {name: getattr(self.cast, name) for name in ("seed", "epoch", "datasets", "total")}
        own |= {name: getattr(self.cast, name) for name in ("base", "before", "statuses")}
        own["nested"] = self.cast.nested
        return self.of(Picked(first=0, count=len(numbers), picked=numbers, **own))

    def everybody(self) -> "Around":
        """Return all mocks of the definition in the run."""
        total = self.cast.total or self.cast.count
        base = self.cast.base if self.cast.total else self.cast.first
        return self.picked(np.arange(base, base + total, dtype=np.int64))

    def track(self, name: str, metric: Metric | None = None) -> Track:
        """Return a metric on its own clock; without ``metric`` it is the definition's."""
        if name not in self._tracks:
            metric = self._metrics[name] if metric is None else metric
            if metric.sampled is None:
                raise TypeError(f"{name} has no clock of its own")
            column = metric.shaped_column(self.cast, name)
            again = lambda: metric.shaped_column(self.cast, name)  # noqa: E731
            self._tracks[name] = Track(
                column,
                again,
                metric.sampled,
                self.cast.count,
                lambda rows, t, count: self._sample(metric.generator.names(), rows, t, count),
            )
        return self._tracks[name]

    def readings(self, names: frozenset[str], rows: IntArray, t: FloatArray) -> dict[str, Any]:
        """Return what some mocks read at a time of each: fixed values, ``now``, clocked metrics."""
        known: dict[str, Any] = {}
        for name in sorted(names):
            base, _, part = name.partition(".")
            if name == "now":
                known[name] = t + self.cast.epoch
            elif base in self._metrics:
                drawn = self.track(base).held(rows, t)
                known[name] = drawn[part] if isinstance(drawn, dict) else drawn
            else:
                value = self.fixed[name]
                known[name] = value[rows] if np.ndim(value) else value
        return known

    def period(self, name: str) -> float | None:
        """Return how often a reading changes, s; None for what never does."""
        metric = self._metrics.get(name.partition(".")[0])
        return None if metric is None or metric.sampled is None else metric.sampled.every

    def refuse_cost(self, mocks: int, names: frozenset[str], what: str) -> None:
        """Raise DefinitionError when ``mocks`` others are too many values a second."""
        periods = [self.period(name) for name in names]
        rate = sum(mocks / period for period in periods if period is not None)
        if rate > MAX_RATE:
            raise DefinitionError(
                f"{what} is {rate:,.0f} values of other mocks a second, at most {MAX_RATE:,.0f}: a "
                "longer 'sampled', or fewer mocks"
            )

    def _sample(
        self, names: frozenset[str], rows: IntArray, t: FloatArray, count: IntArray
    ) -> Sample:
        zero = np.zeros(len(rows))
        known = self.readings(names, rows, t)
        return Sample(rows=rows, t=t, count=count, born=zero, entered=zero, readings=known)


def alone(name: str, metric: Metric, cast: Cast) -> Around:
    """Return the mocks of a cast where nothing but one metric is known of them."""
    return Around({name: metric}, cast, lambda mocks: {"index": mocks.numbers})


def as_objects(values: Values) -> Values:
    """Return a column in which a value may be missing: numbers with decimals, or objects."""
    return values if values.dtype == np.float64 else values.astype(object)
