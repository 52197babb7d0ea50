"""A status: the state that a mock is in, what it sends there and how it is left.

Rule: only the shape; what must hold between statuses and the rest is in ``checks/statuses.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from simulator.definition.behaviour.buffer import SomeBuffer
from simulator.definition.behaviour.matching import On
from simulator.definition.expressions.expression import Expression
from simulator.definition.messages.interval import NEVER, Interval, Pace, read_interval
from simulator.definition.messages.interval import SCHEMA as INTERVAL_SCHEMA
from simulator.definition.messages.message import MAX_MESSAGES
from simulator.definition.metrics.metric import Metric
from simulator.definition.model import Model, Read, own_error, reader, show
from simulator.definition.quantities.durations import Duration
from simulator.definition.quantities.scalars import MAX_TEXT, Text
from simulator.definition.quantities.units import Chance, Cron, Rate, SomeSeconds, read_chance
from simulator.errors import DefinitionError

MAX_TRANSITIONS = 50  # out of one status: one to each
MAX_LEVELS = 5  # of statuses in statuses; a diagram of more cannot be read
MAX_SET = 50  # variables that are set at once
MAX_COUNT = 1_000_000_000  # sends or failures that are waited for
MAX_PRIORITY = 100

TRIGGERS = ("after", "at", "when", "on", "sends", "fails", "connection")
BACK = "back"  # where the mock came from
CHANCE_SCHEMA: JsonSchemaValue = {
    "description": "A share at its trigger, or alone a chance in a time",
    "anyOf": [Chance.schema, Rate.schema],
    "examples": ["97%", "2% per hour"],
}


@dataclass(frozen=True, slots=True)
class Fails(Read):
    """Sends that failed: one after the other, or all since the mock came into the status."""

    schema: ClassVar[JsonSchemaValue] = {
        "description": (
            f"Sends that failed one after the other, 1 to {MAX_COUNT:,}; or"
            " {total: n}: all that failed since the mock came into the status"
        ),
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
            {
                "type": "object",
                "properties": {"total": {"type": "integer", "minimum": 1, "maximum": MAX_COUNT}},
                "required": ["total"],
                "additionalProperties": False,
            },
        ],
        "examples": [3, {"total": 10}],
    }

    count: int
    in_a_row: bool = True

    @classmethod
    def read(cls, value: Any) -> Self:
        in_a_row = not isinstance(value, dict)
        count = value
        if isinstance(value, dict):
            if list(value) != ["total"]:
                raise DefinitionError("needs a number such as 3, or {total: 10}")
            count = value["total"]
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COUNT:
            raise DefinitionError(f"must be from 1 to {MAX_COUNT:,}, got {show(count)}")
        return cls(count, in_a_row)

    def __str__(self) -> str:
        return f"{self.count} sends failed" + (" one after the other" if self.in_a_row else "")


class Transition(Model):
    """A way out of a status.

    It has exactly one trigger, or only ``chance``: an alternative to the one before it, at whose
    trigger one of the group is drawn; what the chances leave stays, or goes to the transition with
    the trigger when that has no chance of its own.
    """

    to: Text = Field(
        description=(
            "Name of a status, on any level; one with statuses of its own leads to its first, or"
            " with history to the last one. back: where the mock came from"
        ),
        examples=["alarm", "back"],
    )
    after: Duration | None = Field(
        default=None, description="Trigger: this long after the mock came into the status"
    )
    at: Cron | None = Field(default=None, description="Trigger: each such clock time")
    when: Expression | None = Field(
        default=None, description="Trigger: the expression holds at a reading"
    )
    on: On | None = Field(default=None, description="Trigger: a message comes in")
    sends: int | None = Field(
        default=None,
        ge=1,
        le=MAX_COUNT,
        description=f"Trigger: messages sent since the mock came into the status, 1 to {MAX_COUNT}",
    )
    fails: Fails | None = Field(default=None, description="Trigger: sends that failed")
    connection: Literal["lost", "made"] | None = Field(
        default=None,
        description=(
            "Trigger: the connection of a mock that is to be connected is lost, or is made"
        ),
    )
    chance: Annotated[
        Chance | Rate | None, BeforeValidator(reader(read_chance)), WithJsonSchema(CHANCE_SCHEMA)
    ] = Field(
        default=None,
        description=(
            "Beside a trigger: the share of times that it leads on. Alone as a rate (2% per hour):"
            " trigger, at a random moment. Alone as a share: an alternative to the one before"
        ),
    )
    held: SomeSeconds | None = Field(
        default=None,
        description="Beside when: how long it must have held without a break, s; up to 10 years",
    )
    edge: Literal["rising", "falling"] | None = Field(
        default=None,
        description=(
            "Beside when: fires only as the expression begins to hold (rising) or ends to"
            " (falling) in this status, not when it did from the start"
        ),
    )
    priority: int = Field(
        default=0,
        ge=-MAX_PRIORITY,
        le=MAX_PRIORITY,
        description=(
            "Which goes first when two fire at once: the higher one, -100 to 100; then the inner"
            " status before the one around it, then the order of the document"
        ),
    )

    @property
    def triggers(self) -> list[str]:
        """The triggers that it names, besides a rate."""
        return [word for word in TRIGGERS if getattr(self, word) is not None]


class Action(Model):
    """What happens at the moment of coming into a status, or of leaving it."""

    send: tuple[Text, ...] = Field(
        default=(),
        max_length=MAX_MESSAGES,
        description=(
            "Messages sent at that moment. On entry they wait for the connection if the mock has"
            " to make it first"
        ),
    )
    set: dict[str, Expression] = Field(
        default_factory=dict,
        max_length=MAX_SET,
        description=(
            "Variable -> expression, computed before any of them is set. What has no value, or is"
            " of another kind than the variable, leaves it as it is"
        ),
        examples=[{"interval": 10, "faults": "faults + 1"}],
    )


def read_sends(value: Any) -> dict[str, Pace]:
    """Return the messages of a list of names, or of a mapping from name to interval.

    Raises:
        ValidationError: With the place of each thing that is wrong.
    """
    errors = []
    sends: dict[str, Pace] = {}
    if isinstance(value, str) or not isinstance(value, list | tuple | dict):
        hint = f": write [{value}]" if isinstance(value, str) and len(value) < 40 else ""
        raise DefinitionError(f"needs a list, got {show(value)}{hint}")
    if len(value) > MAX_MESSAGES:
        raise DefinitionError(f"has at most {MAX_MESSAGES} entries, got {len(value)}")
    entries = value.items() if isinstance(value, dict) else ((name, None) for name in value)
    for place, (name, pace) in enumerate(entries):
        at = name if isinstance(value, dict) else place
        try:
            if not isinstance(name, str):
                raise DefinitionError(f"needs a text, got {show(name)}")
            if len(name) > MAX_TEXT:
                raise DefinitionError(f"has at most {MAX_TEXT} characters")
            if name in sends:
                raise DefinitionError(f"{name!r} stands here twice")
            sends[name] = pace if pace in (None, NEVER) else read_interval(pace)
        except DefinitionError as error:
            errors.append(own_error(str(error), (at,), name))
    if errors:
        raise ValidationError.from_exception_data("send", errors)
    return sends


_SENDS_SCHEMA: JsonSchemaValue = {
    "anyOf": [
        {"type": "array", "items": {"type": "string"}, "maxItems": MAX_MESSAGES},
        {
            "type": "object",
            "maxProperties": MAX_MESSAGES,
            "additionalProperties": {
                "description": "Its interval here; null: its own; never: not sent here",
                "anyOf": [INTERVAL_SCHEMA, {"const": NEVER}, {"type": "null"}],
            },
        },
    ],
    "examples": [["telemetry"], {"telemetry": "10s", "frame": "1min"}],
}
Sends: TypeAlias = Annotated[
    dict[str, Any], BeforeValidator(reader(read_sends)), WithJsonSchema(_SENDS_SCHEMA)
]


class Status(Model):
    """One state that a mock is in. With ``statuses`` of its own it is always in one of these.

    A status in another one sends what that sends, has its overrides, and is left by its transitions
    too; what it says itself comes first.
    """

    send: Sends = Field(
        default_factory=dict,
        description="Messages that a mock sends here: names, or names and intervals",
    )
    every: Interval | None = Field(
        default=None, description="Interval of all its messages, in place of their own"
    )
    connected: bool | None = Field(
        default=None,
        description=(
            "Whether the mock holds its connection; default: as the status around it, or true"
        ),
    )
    end: bool = Field(default=False, description="true: the mock is finished when it comes here")
    buffer: SomeBuffer | None = Field(
        default=None, description="What happens to messages that cannot be sent now; 0: they fail"
    )
    restart: bool = Field(
        default=False,
        description="true: the mock starts anew when it leaves; uptime counts from then",
    )
    enter: Action = Field(
        default_factory=Action, description="What happens as a mock comes into the status"
    )
    leave: Action = Field(
        default_factory=Action, description="What happens as a mock leaves the status"
    )
    metrics: dict[str, Metric] = Field(
        default_factory=dict,
        description="Metrics that are drawn in another way here; name -> metric",
    )
    statuses: "dict[str, Status]" = Field(
        default_factory=dict, description="Statuses in it; the first is the one to begin with"
    )
    history: bool = Field(
        default=False,
        description="true: who comes back goes on in the inner status that was left last",
    )
    go: tuple[Transition, ...] = Field(
        default=(), max_length=MAX_TRANSITIONS, description="The ways out of it"
    )
    ordered: bool = Field(
        default=False,
        description=(
            "true: an order of a run or its lot leads here; else a status to which no transition"
            " goes is refused"
        ),
    )

    def inner(self) -> Iterator[tuple[str, "Status"]]:
        """Yield every status in it, on any level, in the order of the document."""
        for name, status in self.statuses.items():
            yield name, status
            yield from status.inner()
