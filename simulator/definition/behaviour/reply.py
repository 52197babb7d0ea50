"""A reply: what a mock does when a message comes to it.

Rule: only the shape; what must hold between a reply and the rest is in ``checks/replies.py``.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulator.definition.behaviour.matching import On
from simulator.definition.behaviour.status import MAX_SET
from simulator.definition.expressions.expression import Expression
from simulator.definition.messages.message import BODIES, Message
from simulator.definition.model import Model, reader, show
from simulator.definition.quantities.durations import Duration, Steady
from simulator.definition.quantities.scalars import Text
from simulator.definition.quantities.units import Chance
from simulator.errors import DefinitionError

MAX_REPLIES = 50  # of a definition
MAX_ANSWERS = 20  # of one reply
MAX_LOCALS = 20  # names that a reply computes for its answers
MAX_WEIGHT = 1e9

NOW = Steady(0.0)


class Answer(Message):
    """One message that a reply sends: a message of the definition by its name, or one of its own.

    Its texts know what came: ``{in.payload.id}`` a field of its JSON, ``{in.payload}`` all of it,
    ``{in.text}`` its payload as text, ``{in.topic}`` its topic, ``{in.topic[2]}`` a level of that.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [word]} for word in (*BODIES, "message")],
        }
    )

    message: Text | None = Field(
        default=None, description="Name of a message of the definition, sent in place of an own one"
    )
    weight: float = Field(
        default=1.0,
        ge=0,
        le=MAX_WEIGHT,
        description="With choose: random, how often it is chosen beside the others; 0 to 1e9",
    )
    delay: Duration = Field(
        default=NOW, description="How long after the reply's own delay it is sent"
    )

    @model_validator(mode="after")
    def _has_one_payload(self) -> "Answer":
        if self.message is None:
            super()._has_one_payload()  # type: ignore[operator]
            return self
        others = self.model_fields_set - {"message", "weight", "delay"}
        if others:
            word = min(others).rstrip("_")
            raise ValueError(f"{word!r} is said by the message {self.message!r} itself")
        return self


def read_answers(value: Any) -> Any:
    """Return the answers of one message or of several, each a name or a mapping."""
    entries = value if isinstance(value, list | tuple) else [value]
    return [{"message": each} if isinstance(each, str) else each for each in entries]


class _OneOrSeveral:
    """Lets a JSON Schema take what ``read_answers`` takes."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        several = handler(core)
        one = {"anyOf": [{"type": "string"}, several["items"]]}
        return {"anyOf": [*one["anyOf"], {**several, "items": one}]}


Answers: TypeAlias = Annotated[
    tuple[Answer, ...],
    Field(max_length=MAX_ANSWERS),
    BeforeValidator(read_answers),
    _OneOrSeveral(),
]


def read_names(value: Any) -> Any:
    """Return names of statuses: one stands for a list of it.

    Raises:
        DefinitionError: It is neither a text nor a list.
    """
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple):
        raise DefinitionError(f"needs a list of statuses, got {show(value)}")
    return value


_NAMES_SCHEMA: JsonSchemaValue = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
}


class Reply(Model):
    """What a mock does when a message comes in that it waits for: set, send, go, in this order.

    Replies are tried in the order of the document, the first one that matches is the mock's. A mock
    stays silent on purpose by a chance that no other reply makes up for, or by a reply that sends
    nothing.
    """

    on: On = Field(description="What comes in: its topic, and what its JSON must say")
    if_: Expression | None = Field(
        default=None,
        alias="if",
        description="What else must hold at that moment: over metrics, variables and what came in",
        examples=["in.payload.value < limit", "status == 'running'"],
    )
    in_: Annotated[
        tuple[Text, ...], BeforeValidator(reader(read_names)), WithJsonSchema(_NAMES_SCHEMA)
    ] = Field(
        default=(),
        alias="in",
        description="Statuses in which it is tried, with those in them; without it, in all",
    )
    chance: Chance = Field(
        default=Chance(1.0),
        description="Share of the messages that it takes; the others go on to the replies after it",
    )
    delay: Duration = Field(default=NOW, description="From the message to all that it does")
    with_: dict[str, Expression] = Field(
        default_factory=dict,
        alias="with",
        max_length=MAX_LOCALS,
        description="Names for its answers -> expressions, computed before anything is set",
        examples=[{"celsius": "(in.payload.f - 32) / 1.8"}],
    )
    set: dict[str, Expression] = Field(
        default_factory=dict,
        max_length=MAX_SET,
        description=(
            "Variable -> expression. What has no value, or is of another kind than the variable,"
            " leaves it as it is"
        ),
        examples=[{"interval": "in.payload.value"}],
    )
    send: Answers = Field(
        default=(),
        description="Its answers: a message's name, a message of its own, or a list of these",
    )
    choose: Literal["all", "random", "next"] = Field(
        default="all",
        description="Of several answers: all of them, one by weight, or one after the other",
    )
    go: Text | None = Field(default=None, description="The status that the mock goes to then")
    more: bool = Field(
        default=False, description="true: the replies after it are tried for this message too"
    )
