"""histogram: numbers as often as bins say, or as a recording has them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator import randomness
from simulator.datasets import Dataset
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.errors import DefinitionError
from simulator.exact import FloatArray
from simulator.generators.base import Cast, Column, Sample, Values

MAX_BINS = 10_000
MAX_NUMBER = 1e300
MAX_WEIGHT = 1e9


@register("histogram")
class Histogram(Generator):
    """``edge + width · u`` of one bin, drawn by weight at each reading; u is even from 0 to 1.

    Bins are given by ``edges`` and ``weights``, or learnt from a recording: ``bins`` of equal width
    from the lowest to the highest number in a column, each weighing as many rows as it holds.

    Gives numbers, whole ones when ``whole``.
    """

    family: ClassVar[str] = "random"
    purpose: ClassVar[str] = "anything that has been measured, or that no formula fits"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: "°C", histogram: {edges: [0, 5, 8, 12], weights: [1, 6, 3]}}',
        "{histogram: {edges: [0, 10, 100], weights: [9, 1], whole: true}}",
        '{unit: "°C", histogram: {dataset: seattle-weather-hourly.csv, column: temperature}}',
    )

    edges: tuple[float, ...] = Field(
        default=(),
        max_length=MAX_BINS + 1,
        description="Where bins begin, rising, and where the last one ends: one more than weights",
    )
    weights: tuple[float, ...] = Field(
        default=(), max_length=MAX_BINS, description="How often each bin, 0 to 10⁹, not all 0"
    )
    dataset: str = Field(default="", description="Instead of edges: the name of a CSV file")
    column_: str = Field(
        default="", alias="column", description="Its column of numbers; empty cells do not count"
    )
    bins: int = Field(
        default=100, ge=1, le=MAX_BINS, description="How many are learnt, 1 to 10,000"
    )
    whole: bool = Field(
        default=False,
        description="true: whole numbers, from the first edge to below the last; edges are whole. "
        "Of a recording: its values rounded down",
    )

    @model_validator(mode="after")
    def _has_bins(self) -> Self:
        if bool(self.dataset) != bool(self.column_):
            raise ValueError("dataset and column go together")
        if bool(self.dataset) == bool(self.edges or self.weights):
            raise ValueError("needs either edges and weights, or dataset and column")
        if not self.dataset:
            self._check_bins()
        return self

    def _check_bins(self) -> None:
        if len(self.edges) != len(self.weights) + 1:
            raise ValueError(
                "needs one edge more than weights, "
                f"got {len(self.edges)} edges and {len(self.weights)} weights"
            )
        for before, after in zip(self.edges, self.edges[1:], strict=False):
            if after <= before:
                raise ValueError(f"edges must rise, got {after:g} after {before:g}")
        odd = [e for e in self.edges if abs(e) > MAX_NUMBER or (self.whole and e != e // 1)]
        if odd:
            kind = "whole and " if self.whole else ""
            raise ValueError(f"edges must be {kind}within ±10^300, got {odd[0]:g}")
        wrong = [weight for weight in self.weights if not 0 <= weight <= MAX_WEIGHT]
        if wrong:
            raise ValueError(f"a weight must be from 0 to 10^9, got {wrong[0]:g}")
        if not any(self.weights):
            raise ValueError("at least one weight must be above 0, all are 0")

    def needs(self) -> tuple[Need, ...]:
        return (Need(self.dataset, "csv", (self.column_,)),) if self.dataset else ()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        if isinstance(dataset := datasets.get(self.dataset), Dataset):
            _numbers(dataset, self.column_)

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, histogram: Histogram, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._is_whole = histogram.whole
        if histogram.dataset:
            self._edges, weights = _learnt(histogram, cast)
        else:
            self._edges, weights = np.array(histogram.edges), np.array(histogram.weights)
        self._before = np.concatenate([[0.0], np.cumsum(weights)[:-1]])
        self._cumulative = np.cumsum(weights)
        # Beside each other in memory, because each value needs both.
        width = np.diff(self._edges)
        self._per_weight = np.divide(width, weights, out=np.zeros(len(width)), where=weights > 0)

    def draw(self, sample: Sample) -> Values:
        points = randomness.uniform(self._keys[sample.rows], sample.count)
        points *= self._cumulative[-1]
        bins = np.searchsorted(self._cumulative, points, side="right")
        points -= self._before[bins]
        points *= self._per_weight[bins]
        points += self._edges[bins]
        if not self._is_whole:
            return points
        # Rounding may reach the next edge, which is not within.
        return np.minimum(np.floor(points), self._edges[bins + 1] - 1).astype(np.int64)


def _learnt(histogram: Histogram, cast: Cast) -> tuple[FloatArray, FloatArray]:
    dataset = cast.datasets.get(histogram.dataset)
    if dataset is None or dataset.kind != "csv":
        raise DefinitionError(f"histogram needs the CSV file {histogram.dataset!r}")
    numbers = _numbers(dataset, histogram.column_)
    low, high = float(numbers.min()), float(numbers.max())
    if low == high or not np.isfinite(high - low):
        high = low
    edges = low + (high - low) * (np.arange(histogram.bins + 1) / histogram.bins)
    edges[-1] = high
    places = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, histogram.bins - 1)
    return edges, np.bincount(places, minlength=histogram.bins).astype(np.float64)


def _numbers(dataset: Dataset, column: str) -> FloatArray:
    """Return the numbers of a column, without empty cells.

    Raises:
        DefinitionError: There is no such column, or none in it.
    """
    if column not in dataset.columns:
        raise DefinitionError(f"{dataset.name}: there is no column {column!r}")
    values = dataset.columns[column]
    if values.dtype == object:
        raise DefinitionError(f"{dataset.name}: column {column!r} must hold numbers, it holds text")
    numbers: FloatArray = values.astype(np.float64)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        raise DefinitionError(f"{dataset.name}: column {column!r} is empty")
    return numbers
