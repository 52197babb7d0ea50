"""At whom a fault is aimed: a share of a lot's mocks, a range, ids, variables, a status, a part.

Rule: whatever is said narrows it down; nothing said is everybody.
"""

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.definition.model import Model, reader, show
from simulator.definition.quantities.scalars import Scalar, Text
from simulator.definition.quantities.units import Chance
from simulator.errors import DefinitionError

MAX_IDS = 1_000  # of one aim; more are a range, a variable or a share
MAX_VALUES = 100  # of one variable, and statuses or parts of one aim


def read_share(value: Any) -> float:
    """Return a share, 0 to 1, of ``10%`` or ``0.1``."""
    return Chance.read(value).share


def read_some_share(value: Any) -> float:
    """Return a share above 0."""
    if not (share := read_share(value)):
        raise DefinitionError(f"must be above 0 %, got {show(value)}")
    return share


Share = Annotated[float, BeforeValidator(reader(read_share)), WithJsonSchema(Chance.schema)]
SomeShare = Annotated[
    float, BeforeValidator(reader(read_some_share)), WithJsonSchema(Chance.schema)
]


def _listed(value: Any) -> Any:
    """Return one value as a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def _many(most: int, what: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        values = _listed(value)
        if isinstance(values, list | tuple) and len(values) > most:
            raise DefinitionError(f"needs at most {most:,} {what}, got {len(values)}")
        return values

    return reader(read)


Names = Annotated[tuple[Text, ...], BeforeValidator(_many(MAX_VALUES, "names"))]


class Aim(Model):
    """Whom a fault meets. All that is said must hold for a mock; nothing said is every mock."""

    share: SomeShare = Field(
        default=1.0,
        description="How many of the lot's mocks, or of those in index: exactly as many, drawn by "
        "the run's seed. Of what the other words leave over it is about as many",
    )
    index: tuple[int, int] | None = Field(
        default=None, description="Numbers in the run from 0, the first and the last: [0, 99]"
    )
    ids: Annotated[tuple[Text, ...], BeforeValidator(_many(MAX_IDS, "ids"))] = Field(
        default=(), description=f"Ids of mocks, 1 to {MAX_IDS:,}"
    )
    where: dict[
        Text, Annotated[tuple[Scalar, ...], BeforeValidator(_many(MAX_VALUES, "values"))]
    ] = Field(
        default_factory=dict,
        max_length=20,
        description="Constants and variables, and the values that they may have: "
        "{site: osaka}, {site: [osaka, tokyo]}",
    )
    status: Names = Field(
        default=(), description="Those that are in one of these statuses when it begins"
    )
    parts: Names = Field(default=(), description="Those of these parts of the lot, by name")
    anew: bool = Field(
        default=True,
        description="Of a fault that comes again: whether the share is drawn anew each time",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.index is not None and not 0 <= self.index[0] <= self.index[1]:
            first, last = self.index
            raise ValueError(f"index needs a first and a last number, got {first} and {last}")
        return self
