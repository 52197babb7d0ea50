"""dataset: to each mock its own row of a table, as lists of devices have them.

Rule: all columns of one file that are dealt in the same way come from the same row of each mock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic.json_schema import JsonSchemaValue

from simulator import randomness
from simulator.datasets import Dataset
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.model import Read, nearest, show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.permuting import Permutation
from simulator.randomness import IntArray

MAX_WHERE = 200  # characters

_WHERE = re.compile(r"\s*(\S(?:.*\S)?)\s*==?\s*([^\W\d]\w*)\s*")


@dataclass(frozen=True, slots=True)
class Where(Read):
    """Rows of a file that belong to a mock: ``device = id``."""

    schema: ClassVar[JsonSchemaValue] = {
        "title": "Rows of a mock",
        "description": "A column of the file, =, and what of the mock stands in it: id, index, a "
        "constant or a variable",
        "type": "string",
        "maxLength": MAX_WHERE,
        "examples": ["device = id"],
    }

    column: str  # of the file
    name: str  # of the mock: id, index, a variable

    @classmethod
    def read(cls, value: Any) -> Self:
        is_short = isinstance(value, str) and len(value) <= MAX_WHERE
        match = _WHERE.fullmatch(value) if is_short else None
        if match is None:
            raise DefinitionError(
                f"needs a column of the file and a name, such as device = id, got {show(value)}"
            )
        return cls(match[1], match[2])


@register("dataset")
class Rows(Generator):
    """The cell of ``column`` in the mock's own row: mock n of this definition has row n.

    Gives what the column holds: numbers, or text; an empty cell is no value.
    """

    family: ClassVar[str] = "recorded"
    shorthand: ClassVar[str | None] = "dataset"
    purpose: ClassVar[str] = "serial numbers and keys from a device list"
    examples: ClassVar[tuple[str, ...]] = (
        "{dataset: devices.csv, column: serial}",
        "{dataset: devices.csv, column: site, deal: random}",
    )

    dataset: str = Field(min_length=1, description="The name of a CSV file")
    column_: str = Field(alias="column", min_length=1, description="The column of the values")
    deal: Literal["in_order", "shuffled", "wrap", "random"] = Field(
        default="in_order",
        description="in_order: each row to one mock, the first to mock 0, and rows must be enough; "
        "shuffled: each row to one mock, in an order of the seed; wrap: after the last row comes "
        "the first again; random: each mock draws a row",
    )
    where: Where | None = Field(
        default=None,
        description="Instead of deal: the row in which a column holds what the mock's name says, "
        "such as device = id; the first of several, no value where there is none",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.where is not None and "deal" in self.model_fields_set:
            raise ValueError("needs deal or where, got both")
        return self

    @property
    def is_unique(self) -> bool:
        return self.where is None and self.deal in ("in_order", "shuffled")

    def names(self) -> frozenset[str]:
        return frozenset() if self.where is None else frozenset({self.where.name})

    def needs(self) -> tuple[Need, ...]:
        key = () if self.where is None else (self.where.column,)
        return (Need(self.dataset, "csv", (self.column_, *key)),)

    def check_unique(self, datasets: Mapping[str, Any]) -> None:
        dataset = datasets[self.dataset]
        if not isinstance(dataset, Dataset) or self.column_ not in dataset.columns:
            return  # that it is missing is told at the variable
        seen: dict[Any, int] = {}
        for row, value in enumerate(dataset.columns[self.column_].tolist(), start=1):
            if value is None or value != value:  # noqa: PLR0124, NaN
                raise DefinitionError(f"{self._place}: row {row} is empty, an id must not be")
            if seen.setdefault(value, row) != row:
                raise DefinitionError(
                    f"{self._place}: each row needs its own value to be an id, {show(value)} "
                    f"stands in rows {seen[value]} and {row}"
                )

    @property
    def _place(self) -> str:
        return f"{self.dataset}, column {self.column_!r}"

    def column(self, cast: Cast, metric: str) -> Column:
        table = table_of(self.dataset, cast, self.word, columns=self.needs()[0].columns)
        values = table.columns[self.column_]
        if self.where is not None:
            return _Looked(values, Lookup(table.columns[self.where.column]), self.where.name)
        return _Own(values[self._rows(cast, table.rows)])

    def _rows(self, cast: Cast, rows: int) -> IntArray:
        numbers = cast.ranks
        if self.deal == "wrap":
            return numbers % rows
        if self.deal == "random":
            once = np.zeros(cast.count, dtype=np.int64)
            share = randomness.uniform(cast.keys(f"dataset.{self.dataset}"), once)
            return np.minimum((share * rows).astype(np.int64), rows - 1)
        needed = cast.before + max(cast.total, cast.first + cast.count - cast.base)
        if needed > rows:
            raise DefinitionError(
                f"{self.dataset} has {rows:,} rows, and {needed:,} mocks need one each; add rows, "
                "or say deal: wrap or deal: random"
            )
        if self.deal == "shuffled":
            return Permutation(rows, seed=cast.seed, name=f"dataset.{self.dataset}").of(numbers)
        return numbers


class _Own(Column):
    def __init__(self, values: Values) -> None:
        self._values = values

    def draw(self, sample: Sample) -> Values:
        return self._values[sample.rows]


class Lookup:
    """Where keys stand in a column."""

    def __init__(self, keys: Values) -> None:
        self._rows: dict[str, int] = {}
        for row, key in enumerate(keys.tolist()):
            self._rows.setdefault(key_text(key), row)

    def rows(self, values: Any, count: int) -> IntArray:
        """Return the first row of each value, -1 where there is none; texts match numbers."""
        each = np.broadcast_to(np.asarray(values), count).tolist()
        return np.array([self._rows.get(key_text(value), -1) for value in each], dtype=np.int64)


class _Looked(Column):
    def __init__(self, values: Values, lookup: Lookup, name: str) -> None:
        self._values = values
        self._lookup = lookup
        self._name = name

    def draw(self, sample: Sample) -> Values:
        rows = self._lookup.rows(sample.readings[self._name], len(sample))
        return without(self._values[rows], rows < 0)


def key_text(value: Any) -> str:
    """Return how a key is compared: ``7``, ``7.0`` and ``"7"`` are one."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def table_of(name: str, cast: Cast, word: str, *, columns: tuple[str, ...]) -> Dataset:
    """Return the CSV file of that name.

    Raises:
        DefinitionError: It is not there, or one of the columns is not in it.
    """
    dataset = cast.datasets.get(name)
    if dataset is None or dataset.kind != "csv":
        raise DefinitionError(f"{word} needs the CSV file {name!r}, it is not there")
    for column in columns:
        if column not in dataset.columns:
            near = nearest(column, dataset.columns)
            raise DefinitionError(f"{name}: there is no column {column!r}, {near}")
    return dataset


def without(values: Values, over: Any) -> Values:
    """Return values with no value where ``over`` is true; ``values`` may be written to."""
    if values.dtype == object:
        values[over] = None
        return values
    if not np.any(over):
        return values
    values = values.astype(np.float64)
    values[over] = np.nan
    return values
