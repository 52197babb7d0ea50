"""What a message received is held against: topic filter, and fields of its JSON.

Rule: only the shape; what each comparison does with a value is in ``behaviour/commands.py``.
"""

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from simulator.definition.expressions.template import Template
from simulator.definition.model import Model, reader
from simulator.definition.quantities.scalars import MAX_TEXT, Scalar, read_scalar
from simulator.errors import DefinitionError

MAX_WHERE = 20  # conditions on one message received
MAX_ONE_OF = 100  # values of ``one_of``

_POSITION = re.compile(r"(?<=.)\[(\d{1,6})\]")


class Comparison(Model):
    """What must be true of one field; where several words stand, all of them."""

    equal: Scalar | None = Field(default=None, description="It is this text, number, true or false")
    not_: "Wanted | None" = Field(
        default=None, alias="not", description="It is not this value, or this is not true of it"
    )
    above: float | None = Field(default=None, description="It is a number above this")
    below: float | None = Field(default=None, description="It is a number below this")
    at_least: float | None = Field(default=None, description="It is a number, this or above")
    at_most: float | None = Field(default=None, description="It is a number, this or below")
    one_of: tuple[Scalar, ...] | None = Field(
        default=None, min_length=1, max_length=MAX_ONE_OF, description="It is one of these values"
    )
    exists: bool | None = Field(
        default=None, description="true: the field is there, even as null; false: it is not"
    )
    like: str | None = Field(
        default=None,
        max_length=MAX_TEXT,
        description="It is a text like this: * is any text, ? one character, the rest itself",
        examples=["fw-2.*", "??-off"],
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Comparison":
        if not self.model_fields_set:
            raise DefinitionError(f"needs one or more of: {', '.join(self.words())}")
        return self


def read_wanted(value: Any) -> Any:
    """Return what a field is held against: a value that it must be, or comparisons.

    Raises:
        DefinitionError, ValidationError: It is neither.
    """
    if isinstance(value, Comparison | Template):
        return value
    if isinstance(value, dict):
        return Comparison.model_validate(value)
    if isinstance(value, str) and "{" in value:
        return Template.read(value)
    return read_scalar(value)


# Text with placeholders (over id, index, constants, variables) is filled in for each mock.
Wanted: TypeAlias = Annotated[
    Scalar | Comparison | Template,
    Field(union_mode="left_to_right"),
    BeforeValidator(reader(read_wanted)),
]
Comparison.model_rebuild()


class On(Model):
    """A message received: its topic, and what its JSON must say."""

    topic: Template = Field(
        description=(
            "Topic filter: + stands for one level, # at the end for all below; a text with"
            " placeholders over id, index, constants and variables that are never set"
        ),
        examples=["cmd/{id}", "fleet/+/reboot", "all/#"],
    )
    where: dict[str, Wanted] = Field(
        default_factory=dict,
        max_length=MAX_WHERE,
        description=(
            "Dotted path in the JSON payload (`pumps.0.on`, or `pumps[0].on`) -> the value that"
            " must stand there, or comparisons"
        ),
        examples=[{"action": "set", "value": {"above": 0, "at_most": 3600}}],
    )

    @field_validator("where", mode="after")
    @classmethod
    def _paths_are_dotted(cls, where: dict[str, Any]) -> dict[str, Any]:
        return {dotted(path): wanted for path, wanted in where.items()}


def dotted(path: str) -> str:
    """Return a path of a message's JSON with dots alone: ``pumps[0].on`` is ``pumps.0.on``."""
    return _POSITION.sub(r".\1", path)
