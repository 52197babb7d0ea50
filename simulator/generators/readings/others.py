"""What an expression reads of other mocks: one of them, or all at once.

Rule: others' values are those of their clocks, before their anomalies.
"""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.arithmetic import number, truth
from simulator.definition.expressions.compiling import Other
from simulator.errors import DefinitionError
from simulator.generators.base import Sample, Values
from simulator.generators.readings.around import Around, as_objects
from simulator.randomness import FloatArray, IntArray

Edge: TypeAlias = Literal["none", "wrap", "hold"]

MAX_KNOWN = 64  # moments of a value over all mocks that are kept; a shard's readings share a few


class Neighbour:
    """``mock(index - 1).temperature``: for each mock the value of one other."""

    def __init__(self, other: Other, around: Around, *, edge: Edge) -> None:
        self._other = other
        self._may_miss = edge == "none"
        numbers = _numbers(other, around, edge)
        known = np.unique(numbers[numbers >= 0])
        self._places = np.where(numbers >= 0, np.searchsorted(known, numbers), -1)
        around.refuse_cost(len(known), other.names, other.text)
        self._mocks = around.picked(known)

    def values(self, sample: Sample) -> Values:
        """Return the other's value for each mock of a sample; none where there is no such mock."""
        places = self._places[sample.rows]
        there = np.flatnonzero(places >= 0)
        known = self._mocks.readings(self._other.names, places[there], sample.t[there])
        values = self._other.compute(known)
        if not self._may_miss:
            return values
        values = as_objects(values)
        missing = np.nan if values.dtype == np.float64 else None
        joined = np.full(len(sample), missing, dtype=values.dtype)
        joined[there] = values
        return joined


def _numbers(other: Other, around: Around, edge: Edge) -> IntArray:
    """Return which mock each one reads, by its number in the run; -1 for none."""
    assert other.number is not None
    rows = np.arange(around.cast.count, dtype=np.int64)
    known = around.readings(other.number_names, rows, np.zeros(len(rows)))
    with np.errstate(all="ignore"):
        given = number(np.broadcast_to(other.number(known), len(rows))).astype(np.float64)
    base = around.cast.base if around.cast.total else around.cast.first
    total = around.cast.total or around.cast.count
    places = np.rint(given) - base
    if edge == "wrap":
        places = np.mod(places, total)
    elif edge == "hold":
        places = np.clip(places, 0, total - 1)
    is_there = (places >= 0) & (places < total)
    return np.where(is_there, np.where(is_there, places, 0) + base, -1).astype(np.int64)


class Overall:
    """``mean(mocks.power, site)``: one value for all mocks, or for each group of them."""

    def __init__(self, other: Other, around: Around) -> None:
        self._other = other
        self._mocks = around.everybody()
        around.refuse_cost(self._mocks.cast.count, other.names, other.text)
        self._periods = [p for n in sorted(other.names) if (p := around.period(n)) is not None]
        names, self._groups = _groups(self._mocks, other.by)
        self._count = len(names)
        own = _texts(around, other.by)
        self._own = np.array([names.get(each, -1) for each in own], dtype=np.int64)
        self._known: dict[tuple[int, ...], FloatArray] = {}

    def values(self, sample: Sample) -> Values:
        """Return the value for each mock of a sample."""
        moments = [np.floor(np.maximum(sample.t, 0) / p + 1e-9) for p in self._periods]
        keys = np.stack([*moments, np.zeros(len(sample))], axis=1).astype(np.int64)
        different, first, places = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        values = np.empty(len(sample))
        for place, key in enumerate(different.tolist()):
            chosen = places.reshape(-1) == place
            groups = self._at(tuple(key), float(sample.t[first[place]]))
            values[chosen] = groups[self._own[sample.rows[chosen]]]
        return values

    def _at(self, key: tuple[int, ...], t: float) -> FloatArray:
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[key] = self._computed(t)
        return self._known[key]

    def _computed(self, t: float) -> FloatArray:
        count = self._mocks.cast.count
        rows = np.arange(count, dtype=np.int64)
        known = self._mocks.readings(self._other.names, rows, np.full(count, t))
        with np.errstate(all="ignore"):
            values = np.broadcast_to(self._other.compute(known), count)
        if self._other.over == "count":
            held = truth(values).astype(np.float64)
            return _over("sum", held, self._groups, self._count)
        numbers = number(values).astype(np.float64)
        there = np.isfinite(numbers)
        return _over(self._other.over, numbers[there], self._groups[there], self._count)


def _over(function: str, values: FloatArray, groups: IntArray, count: int) -> FloatArray:
    """Return one value for each group; no value where none of a group has one, and 0 as a sum."""
    if function in ("min", "max"):
        start = np.inf if function == "min" else -np.inf
        least = np.full(count, start)
        (np.minimum if function == "min" else np.maximum).at(least, groups, values)
        return np.where(np.isfinite(least), least, np.nan)
    totals = np.bincount(groups, values, minlength=count).astype(np.float64)
    if function == "sum":
        return totals
    if function != "mean":
        raise TypeError(f"nobody knows what {function} is over all mocks")
    with np.errstate(invalid="ignore"):
        means: FloatArray = totals / np.bincount(groups, minlength=count)
    return means


def _texts(around: Around, by: str) -> list[Any]:
    """Return by what each mock is grouped, one entry a row."""
    if not by:
        return [""] * around.cast.count
    value = around.fixed[by]
    return value.tolist() if np.ndim(value) else [value] * around.cast.count


def _groups(around: Around, by: str) -> tuple[dict[Any, int], NDArray[np.int64]]:
    """Return each group's place, and that of each mock."""
    texts = _texts(around, by)
    names = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return names, np.array([names[text] for text in texts], dtype=np.int64)


def source_of(other: Other, around: Around | None, *, edge: Edge) -> Neighbour | Overall:
    """Return what gives the values of others that an expression reads.

    Raises:
        DefinitionError: It would cost too much, or nothing is known of other mocks here.
    """
    if around is None:
        raise DefinitionError(f"{other.text}: other mocks are not known here")
    if other.over:
        return Overall(other, around)
    return Neighbour(other, around, edge=edge)
