"""What a generator becomes at work: columns of values over many mocks at once.

Rule: ``draw`` has no loop over mocks; whatever a column remembers lies in arrays, one entry a row,
and can be taken out and put back.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, WithJsonSchema

from simulator import randomness
from simulator.datasets import Dataset
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError
from simulator.randomness import FloatArray, IntArray, KeyArray

# One value a mock: float64, int64, bool or object (text). None, or NaN where the column is float64,
# is "no value".
Values: TypeAlias = NDArray[Any]
Drawn: TypeAlias = Values | dict[str, Values]  # with parts: each part's values

MAX_WHOLE = 2**63 - 1  # of an int64


class _LeftOut:
    """A value that is not sent at all: its key is missing from the payload."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "LEFT_OUT"


# Stands in columns of objects. Only metrics whose ``may_be_left_out`` is true hold it; as a number
# it is no value, so an expression that reads it has none either, and as a condition it is false.
LEFT_OUT = _LeftOut()


def read_scalar(value: Any) -> bool | int | float | str | None:
    """Return one value of a document.

    Raises:
        DefinitionError: It is a list or a mapping, no finite number, or has more than 63 bits.
    """
    if value is not None and not isinstance(value, bool | int | float | str):
        raise DefinitionError(f"needs a number, text, true, false or null, got {show(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise DefinitionError(f"needs a finite number, got {show(value)}")
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        raise DefinitionError(f"a whole number must be within ±{MAX_WHOLE}, got {show(value)}")
    return value


# A value as a document has it.
Scalar: TypeAlias = Annotated[
    bool | int | float | str | None,
    BeforeValidator(reader(read_scalar)),
    WithJsonSchema({"type": ["number", "string", "boolean", "null"]}),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The mocks that a generator is put to work for: a slice of a run."""

    first: int  # number of the mock in row 0
    count: int  # how many mocks; rows are 0 to count - 1
    seed: int
    epoch: float  # Unix s of t = 0
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    total: int = 0  # mocks of this definition in the whole run; 0: no more than these
    base: int = 0  # number of the first mock of this definition in the run
    before: int = 0  # mocks of this definition that were numbered before ``base``; see lot.growth
    statuses: tuple[str, ...] = ()  # their names; ``Sample.status`` holds positions in it
    # The names of those in it for each status that has statuses of its own.
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # A ``generators.readings.around.Around``: these mocks as functions of time, and the others of
    # the run.
    around: Any = field(default=None, compare=False, repr=False)

    @property
    def numbers(self) -> IntArray:
        """Each row's number in the run."""
        return np.arange(self.first, self.first + self.count, dtype=np.int64)

    @property
    def ranks(self) -> IntArray:
        """Each row's place among the mocks of its definition, from 0."""
        return self.numbers - (self.base - self.before)

    def codes(self, names: Collection[str]) -> NDArray[np.uint8]:
        """Positions of some statuses, and of those in them, in ``statuses``."""
        wanted = {inner for name in names for inner in self.nested.get(name, (name,))}
        found = [code for code, name in enumerate(self.statuses) if name in wanted]
        return np.array(found, dtype=np.uint8)

    def keys(self, name: str) -> KeyArray:
        """Each row's key for one purpose, ``metric.temperature``; see ``randomness.keys``."""
        return randomness.keys(self.seed, self.numbers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading of each of some mocks; all arrays are equally long, and no mock comes twice."""

    rows: IntArray  # positions in the cast's arrays
    t: FloatArray  # s since the run's start, each mock's own
    count: IntArray  # how many samples this mock has drawn before, from 0
    born: FloatArray  # t at which the mock started
    entered: FloatArray  # t at which it came into its status
    # Position of its status in ``Cast.statuses``; no entries where nobody has a status.
    status: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))
    # What is known by now: constants, variables, index, id, and the metrics drawn before this one;
    # a metric with parts stands as ``position.lat``. Arrays as long as ``rows``, or single values.
    readings: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


class Column(ABC):
    """A generator at work for all mocks of a cast."""

    @abstractmethod
    def draw(self, sample: Sample) -> Drawn:
        """Return the sample's values, one a row, in its order; new arrays, free to be changed."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what the column remembers, one entry a row; empty when nothing."""
        return {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of a column of the same generator and cast gave.

        Raises:
            ValueError: The arrays are not this column's own.
        """
        check_state(state, {})


def packed(values: Sequence[Scalar]) -> Values:
    """Return values as the narrowest column that holds them: bool, int64, float64 or object."""
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and kinds <= {bool, int, float}:
        return np.array(values)
    if kinds == {int, float}:
        return np.array(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def check_state(state: Mapping[str, NDArray[Any]], own: Mapping[str, NDArray[Any]]) -> None:
    """Raise ValueError unless ``state`` has the names and shapes of ``own``."""
    given = {name: values.shape for name, values in state.items()}
    wanted = {name: values.shape for name, values in own.items()}
    if given != wanted:
        raise ValueError(f"state must have the arrays {wanted}, got {given}")
