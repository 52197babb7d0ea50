"""A metric's values after its shaping: what stands between its generator and the reading.

Rule: numbers are shaped, each part of a metric alike; whatever is no number passes as it is.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import randomness
from simulator.definition.metrics.shaping import Shaping
from simulator.generators.base import Cast, Column, Drawn, Sample, Values
from simulator.randomness import FloatArray, KeyArray


class Shaped(Column):
    """A column whose numbers go through conversion, sensor, clamp and rounding."""

    def __init__(
        self, inner: Column, shaping: Shaping, cast: Cast, metric: str, *, parts: tuple[str, ...]
    ) -> None:
        self._inner = inner
        self._shaping = shaping
        # Each part has a noise of its own.
        names = [f"metric.{metric}.{part}.sensor" for part in parts] or [f"metric.{metric}.sensor"]
        is_noisy = shaping.is_noisy
        self._keys: list[KeyArray] = [cast.keys(name) for name in names] if is_noisy else []

    def draw(self, sample: Sample) -> Drawn:
        drawn = self._inner.draw(sample)
        if not isinstance(drawn, dict):
            return self._shape(drawn, sample, 0)
        return {
            part: self._shape(values, sample, place)
            for place, (part, values) in enumerate(drawn.items())
        }

    def state(self) -> dict[str, NDArray[Any]]:
        return self._inner.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._inner.restore(state)

    def _shape(self, values: Values, sample: Sample, place: int) -> Values:
        noise = None
        if self._keys:
            noise = randomness.normal(self._keys[place][sample.rows], sample.count)
        if values.dtype != object:
            return self._shaping.apply(values.astype(np.float64), noise)
        chosen = np.flatnonzero(is_number(values))
        shaped = self._shaping.apply(
            values[chosen].astype(np.float64), None if noise is None else noise[chosen]
        )
        values = values.copy()
        values[chosen] = shaped.astype(object)
        return values


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_each_is_number = np.frompyfunc(_is_number, 1, 1)


def is_number(values: Values) -> NDArray[np.bool_]:
    """Return which values of a column of objects are numbers."""
    return np.asarray(_each_is_number(values), dtype=bool)


def numbers_of(values: Values) -> FloatArray:
    """Return a column as float64, NaN for what is no number."""
    if values.dtype != object:
        return values.astype(np.float64)
    return np.array([v if _is_number(v) else np.nan for v in values.tolist()], dtype=np.float64)
