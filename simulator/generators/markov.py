"""markov: a state that changes into others by chance, given or learnt from a recording."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.model import Model, nearest, reader, show
from simulator.definition.quantities.units import SomeSeconds
from simulator.errors import DatasetError, DefinitionError
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed, read_scalar
from simulator.generators.parts.matrices import product
from simulator.generators.parts.memory import Timed
from simulator.randomness import FloatArray, IntArray

MAX_STATES = 100  # a matrix of 10,000 chances
MAX_WEIGHT = 1e9
MAX_KNOWN = 64  # powers of a matrix that a column keeps; readings are mostly alike

Weight = Annotated[float, Field(ge=0, le=MAX_WEIGHT)]
# From each state to those that may come next, by weight.
Chain: TypeAlias = dict[Scalar, dict[Scalar, float]]


def read_chain(value: Any) -> Chain:
    """Return the weights of each state's successors.

    Raises:
        DefinitionError: No mapping of states to mappings, too many states, a weight that is none,
            a state that leads nowhere or to one that is not there.
    """
    if not isinstance(value, dict) or not 1 <= len(value) <= MAX_STATES:
        what = len(value) if isinstance(value, dict) else show(value)
        raise DefinitionError(
            f"needs a mapping of 1 to {MAX_STATES} states to their successors' weights, such as "
            f"{{idle: {{idle: 9, busy: 1}}, busy: {{idle: 1}}}}, got {what}"
        )
    return {read_scalar(state): _read_row(state, row, value) for state, row in value.items()}


def _read_row(state: Any, row: Any, states: Mapping[Any, Any]) -> dict[Scalar, float]:
    if not isinstance(row, dict):
        raise DefinitionError(f"{state!r} needs a mapping of states to weights, got {show(row)}")
    for after, weight in row.items():
        if after not in states:
            raise DefinitionError(f"{state!r} leads to {after!r}, {nearest(after, states)}")
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 <= weight <= MAX_WEIGHT:
            text = f"the weight of {state!r} to {after!r} must be a number from 0 to 10^9"
            raise DefinitionError(f"{text}, got {show(weight)}")
    if not any(row.values()):
        raise DefinitionError(f"{state!r} leads nowhere: one weight at least must be above 0")
    return {after: float(weight) for after, weight in row.items()}


def _check_matrix(states: tuple[Scalar, ...], matrix: tuple[tuple[float, ...], ...]) -> None:
    if len(set(states)) != len(states):
        raise ValueError("states: each must be there once")
    size = len(states)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        rows = ", ".join(str(len(row)) for row in matrix)
        raise ValueError(
            f"matrix needs {size} rows of {size} weights, got rows of {rows or 'none'}"
        )
    for state, row in zip(states, matrix, strict=True):
        if not any(row):
            raise ValueError(f"{state!r} leads nowhere: one weight at least must be above 0")


_WEIGHTS = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_CHAIN = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": MAX_STATES,
    "additionalProperties": _WEIGHTS,
}


class Learn(Model):
    """The recording that a ``markov`` is learnt from."""

    dataset: str = Field(description="Name of a CSV file")
    column: str = Field(description="Its column of states, at most 100 different ones")


@register("markov")
class Markov(Generator):
    """The state after the one before, each with its chance ``weight / Σ weights``.

    A Markov chain of order 1. Each reading is a step, or each ``step`` of the mock's time is: then
    as many steps are taken at once as have passed, and a mock that is read less often misses
    states but has the same chances. In the long run a state takes the share π of the time, with
    ``π = π · P``, P being the matrix of chances.

    Gives what the states are: text, numbers, or true and false.
    """

    family: ClassVar[str] = "process"
    purpose: ClassVar[str] = "a machine's mode, a weather, words"
    examples: ClassVar[tuple[str, ...]] = (
        "{markov: {chain: {idle: {idle: 90, busy: 10}, busy: {busy: 60, idle: 38, fault: 2}, "
        "fault: {idle: 1}}}}",
        "{markov: {states: [0, 1], matrix: [[0.7, 0.3], [0.5, 0.5]], step: 1min, start: 1}}",
        "{markov: {learn: {dataset: seattle-weather-hourly.csv, column: wind}}}",
    )

    chain: Annotated[Chain, BeforeValidator(reader(read_chain)), WithJsonSchema(_CHAIN)] = Field(
        default_factory=dict,
        description="Each of 1 to 100 states with its successors and their weights, 0 to 10⁹",
    )
    states: tuple[Scalar, ...] = Field(
        default=(), max_length=MAX_STATES, description="With `matrix`: 1 to 100 values, each once"
    )
    matrix: tuple[tuple[Weight, ...], ...] = Field(
        default=(),
        max_length=MAX_STATES,
        description="With `states`: a row for each, with the weight of every state to follow it",
    )
    learn: Learn | None = Field(
        default=None, description="A recording whose rows follow one another as the states do"
    )
    start: Scalar = Field(default=None, description="The first state; else the first that is there")
    step: SomeSeconds | None = Field(
        default=None, description="Time of a step, above 0 s; else each reading is one"
    )

    @model_validator(mode="after")
    def _is_one_chain(self) -> Self:
        forms = (bool(self.chain), bool(self.states or self.matrix), self.learn is not None)
        if sum(forms) != 1:
            raise ValueError("needs one of chain, states with matrix, and learn")
        if self.states or self.matrix:
            _check_matrix(self.states, self.matrix)
        if self.start is not None and self.learn is None and self.start not in self._given():
            near = nearest(self.start, map(str, self._given()))
            raise ValueError(f"start: no state {self.start!r}, {near}")
        return self

    def _given(self) -> Chain:
        if self.chain:
            return self.chain
        rows = zip(self.states, self.matrix, strict=True)
        return {state: dict(zip(self.states, row, strict=True)) for state, row in rows}

    def needs(self) -> tuple[Need, ...]:
        if self.learn is None:
            return ()
        return (Need(self.learn.dataset, "csv", (self.learn.column,)),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        if self.learn is not None and isinstance(datasets[self.learn.dataset].columns, Mapping):
            self._learnt(datasets)

    def column(self, cast: Cast, metric: str) -> Column:
        chain = self._given() if self.learn is None else self._learnt(cast.datasets)
        return _Column(self, chain, cast, metric)

    def _learnt(self, datasets: Mapping[str, Any]) -> Chain:
        assert self.learn is not None
        chain = learnt(self.learn, datasets)
        if self.start is not None and self.start not in chain:
            name = self.learn.dataset
            near = nearest(self.start, map(str, chain))
            raise DatasetError(f"{name}: start: no state {self.start!r}, {near}")
        return chain


def learnt(learn: Learn, datasets: Mapping[str, Any]) -> Chain:
    """Return how often each state of a column is followed by each other.

    Rows without a value part the recording; a state that nothing follows stays as it is.

    Raises:
        DatasetError: It has no value, or more than 100 different ones.
    """
    values: list[Any] = datasets[learn.dataset].columns[learn.column].tolist()
    known = [value for value in values if _is_state(value)]
    states = list(dict.fromkeys(known))
    if not 1 <= len(states) <= MAX_STATES:
        raise DatasetError(
            f"{learn.dataset}: column {learn.column!r} must have 1 to {MAX_STATES} different "
            f"values to learn from, it has {len(states):,}"
        )
    chain: Chain = {state: dict.fromkeys(states, 0.0) for state in states}
    for before, after in pairwise(values):
        if _is_state(before) and _is_state(after):
            chain[before][after] += 1
    for state, row in chain.items():
        if not any(row.values()):
            row[state] = 1.0
    return chain


def _is_state(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124, NaN is not itself


def chances(chain: Chain) -> FloatArray:
    """Return the matrix of chances: row from, column to, each row with the sum 1."""
    matrix = np.array([[row.get(after, 0.0) for after in chain] for row in chain.values()])
    result: FloatArray = matrix / matrix.sum(axis=1, keepdims=True)
    return result


class _Column(Timed):
    """Remembers each mock's state and, by time, how many steps it has taken."""

    def __init__(self, markov: Markov, chain: Chain, cast: Cast, metric: str) -> None:
        states = list(chain)
        first = 0 if markov.start is None else states.index(markov.start)
        super().__init__(
            cast.count,
            last=np.full(cast.count, first, dtype=np.int64),
            steps=np.zeros(cast.count, dtype=np.int64),
        )
        self._step = markov.step
        self._states = packed(states)
        self._chances = chances(chain)
        self._cumulative: dict[int, FloatArray] = {}
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        steps = self._steps(sample)
        states = self.memory["last"][sample.rows]
        points = randomness.uniform(self._keys[sample.rows], sample.count)
        for count in np.unique(steps).tolist():
            if count:
                chosen = steps == count
                states[chosen] = _next(self._after(count)[states[chosen]], points[chosen])
        self.memory["last"][sample.rows] = states
        values: Values = self._states[states]
        return values

    def _steps(self, sample: Sample) -> IntArray:
        """Return how many steps each mock takes; none at its first reading."""
        is_first = np.isnan(self.since(sample))
        if self._step is None:
            return np.where(is_first, 0, 1)
        reached = np.floor(np.maximum(sample.t - sample.born, 0.0) / self._step).astype(np.int64)
        taken = self.memory["steps"][sample.rows]
        self.memory["steps"][sample.rows] = np.maximum(reached, taken)
        steps: IntArray = np.maximum(reached - taken, 0)
        return steps

    def _after(self, count: int) -> FloatArray:
        """Return the cumulative chances of ``count`` steps; the last of a row is above any draw."""
        if count not in self._cumulative:
            cumulative = np.cumsum(_power(self._chances, count), axis=1)
            cumulative[cumulative >= cumulative[:, -1:]] = 1.0  # behind the last that may come
            if len(self._cumulative) >= MAX_KNOWN:
                self._cumulative.clear()
            self._cumulative[count] = cumulative
        return self._cumulative[count]


def _power(matrix: FloatArray, count: int) -> FloatArray:
    result, square = np.eye(len(matrix)), matrix
    while count:
        if count & 1:
            result = product(result, square)
        square = product(square, square)
        count >>= 1
    return result


def _next(cumulative: FloatArray, points: FloatArray) -> IntArray:
    """Return the first place of each row whose cumulative chance is above its point."""
    places: IntArray = np.argmax(cumulative > points[:, None], axis=1).astype(np.int64)
    return places
