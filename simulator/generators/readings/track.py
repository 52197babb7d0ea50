"""A metric on a clock of its own: its value at any time, however it is asked for.

Rule: a value depends on seed, mock and time alone. A column that remembers goes through all its
moments from the run's start on, all mocks at once; one that does not is asked for the moment alone.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.definition.metrics.sampled import Sampled
from simulator.generators.base import Column, Drawn, Sample, Values
from simulator.randomness import FloatArray, IntArray

# Moments that are held at first, and values at most. A bulk or a far spread of readings asks for
# older ones: then as many as that takes are held from then on.
HELD = 8
MAX_HELD = 2_000_000

_ROUNDING = 1e-9  # of a time over the period: 0.3 / 0.1 is a little below 3

_Take: TypeAlias = Callable[[IntArray, FloatArray, IntArray], Sample]


class Track:
    """A column over time, for ``count`` mocks."""

    def __init__(
        self,
        column: Column,
        again: Callable[[], Column],
        sampled: Sampled,
        count: int,
        take: _Take,
    ) -> None:
        """Begin before the first moment.

        Args:
            column: As it is before its first reading.
            again: Makes another one like it.
            sampled: The clock.
            count: Mocks, rows from 0.
            take: Makes the sample of some rows at a time of each, with the number of the moment.
        """
        self._column = column
        self._again = again
        self._sampled = sampled
        self._take = take
        self._rows: IntArray = np.arange(count, dtype=np.int64)
        self._has_memory = bool(column.state())
        self._size = HELD
        self._held: dict[int, Drawn] = {}  # by the moment's number, without a gap, to _last
        self._last = -1
        # What the column remembered after a moment: a checkpoint begins at the first of the two,
        # so that the moments that are still asked for can be drawn again.
        self._marks = [(-1, column.state())] * 2

    def at(self, rows: IntArray, t: FloatArray) -> Drawn:
        """Return the values of some mocks at a time of each, s since the run's start."""
        if self._sampled.between == "hold":
            return self.held(rows, t)
        place = np.maximum(t, 0.0) / self._sampled.every
        low = np.floor(place + _ROUNDING)
        share = np.maximum(place - low, 0.0)
        number = low.astype(np.int64)
        before, after = self._moments(rows, number), self._moments(rows, number + 1)
        if isinstance(before, dict) and isinstance(after, dict):
            return {part: _between(values, after[part], share) for part, values in before.items()}
        assert not isinstance(before, dict)
        assert not isinstance(after, dict)
        return _between(before, after, share)

    def held(self, rows: IntArray, t: FloatArray) -> Drawn:
        """Return the values at the last moment of the clock, as others read them."""
        return self._moments(rows, self.moments(t))

    def moments(self, t: FloatArray) -> IntArray:
        """Return the number of the clock's last moment at each time, from 0."""
        places = np.floor(np.maximum(t, 0.0) / self._sampled.every + _ROUNDING)
        return places.astype(np.int64)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what it remembers, one entry a row; empty where the column remembers nothing."""
        if not self._has_memory:
            return {}
        moment, memory = self._marks[0]
        return {"moment": np.full(len(self._rows), moment), **memory}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        memory = {name: values for name, values in state.items() if name != "moment"}
        self._column = self._again()
        self._column.restore(memory)
        if not self._has_memory:
            return
        if state.get("moment", np.empty(0)).shape != self._rows.shape:
            raise ValueError(f"state must have the array 'moment' of {len(self._rows)} entries")
        self._last = int(state["moment"][0]) if len(self._rows) else -1
        self._marks = [(self._last, self._column.state())] * 2
        self._held = {}

    def _moments(self, rows: IntArray, numbers: IntArray) -> Drawn:
        if not self._has_memory:
            return self._column.draw(self._sample(rows, numbers))
        different = np.unique(numbers) if len(numbers) else np.zeros(1, dtype=np.int64)
        drawn = [self._moment(number) for number in different.tolist()]
        if len(drawn) == 1:
            return _of(drawn[0], rows)
        parts: list[tuple[Any, Drawn]] = [
            (numbers == number, _of(values, rows[numbers == number]))
            for number, values in zip(different.tolist(), drawn, strict=True)
        ]
        return _joined(parts, len(rows))

    def _moment(self, number: int) -> Drawn:
        """Return all mocks' values at a moment."""
        if number > self._last:
            self._go_on(number)
        if number not in self._held:
            back = self._last - number + 1
            if back * max(len(self._rows), 1) > MAX_HELD:
                return self._once(number)
            self._size = max(2 * back, self._size)
            self._begin_again()
        return self._held[number]

    def _go_on(self, number: int) -> None:
        while self._last < number:
            self._last += 1
            self._held[self._last] = self._column.draw(self._sample_of_all(self._last))
            self._held.pop(self._last - self._size, None)
            if self._last % self._size == 0:
                self._marks = [self._marks[1], (self._last, self._column.state())]

    def _begin_again(self) -> None:
        """Draw all moments once more from the first one on, to hold more of them."""
        last = self._last
        self._column = self._again()
        self._last, self._held = -1, {}
        self._marks = [(-1, self._column.state())] * 2
        self._go_on(last)

    def _once(self, number: int) -> Drawn:
        """Return a moment that is too old to be held, drawn from the first one on."""
        column = self._again()
        drawn = column.draw(self._sample_of_all(0))
        for each in range(1, number + 1):
            drawn = column.draw(self._sample_of_all(each))
        return drawn

    def _sample_of_all(self, number: int) -> Sample:
        return self._sample(self._rows, np.full(len(self._rows), number))

    def _sample(self, rows: IntArray, numbers: IntArray) -> Sample:
        return self._take(rows, numbers.astype(np.float64) * self._sampled.every, numbers)


def _of(drawn: Drawn, rows: IntArray) -> Drawn:
    if isinstance(drawn, dict):
        return {part: values[rows] for part, values in drawn.items()}
    return drawn[rows]


def _joined(parts: list[tuple[Any, Drawn]], count: int) -> Drawn:
    first = parts[0][1]
    if isinstance(first, dict):
        return {
            part: _column([(at, d[part]) for at, d in parts if isinstance(d, dict)], count)
            for part in first
        }
    return _column([(at, d) for at, d in parts if not isinstance(d, dict)], count)


def _column(parts: list[tuple[Any, Values]], count: int) -> Values:
    joined = np.empty(count, dtype=parts[0][1].dtype)
    for at, values in parts:
        joined[at] = values
    return joined


def _between(before: Values, after: Values, share: FloatArray) -> Values:
    """Return values on the way from one to the other; what is no number stays as it was."""
    if before.dtype.kind not in "fi":
        return before
    values: Values = before + (after - before) * share
    return values
