"""The definition as a value: what a device is, frozen and already held against itself.

Rule: a ``Definition`` that came from ``parse`` can be simulated; everything that can be wrong is
found while it is built, and reported with its place.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, TypeAdapter, WithJsonSchema, model_validator

from simulator.definition.behaviour.buffer import SomeBuffer
from simulator.definition.behaviour.method import MAX_METHODS, Method
from simulator.definition.behaviour.nesting import levels
from simulator.definition.behaviour.reply import MAX_REPLIES, Reply
from simulator.definition.behaviour.status import Status
from simulator.definition.children import SCHEMA
from simulator.definition.expressions.template import Template
from simulator.definition.messages.message import MAX_MESSAGES, Message
from simulator.definition.metrics.metric import Metric
from simulator.definition.metrics.variables import Variable
from simulator.definition.model import Model
from simulator.definition.quantities.scalars import Scalar, Text, Title
from simulator.definition.quantities.units import Every
from simulator.definition.sparkplug import Sparkplug
from simulator.definition.text.versions import VERSION

MAX_METRICS = 200  # the largest real payload we know has 120 fields
MAX_STATUSES = 50  # a diagram of more cannot be read
MAX_NAMES = 200  # constants, and variables

DEFAULT_STATUS = "running"  # of a document that has no statuses


# How the plain data of a method is read, by section.
SAID: dict[str, Callable[[Any], Any]] = {
    "variables": TypeAdapter(Variable).validate_python,
    "messages": Message.model_validate,
    "statuses": Status.model_validate,
    "replies": Reply.model_validate,
}


class Definition(Model):
    """A device. The first status is the initial one; there is always at least one."""

    # What a document without it is read as, and upgraded from, is for ``versions.py`` to say.
    version: Literal[2] = Field(
        default=VERSION,
        description="Of the language; 2 is the present one, without it is version 1",
    )
    schema_: Text = Field(
        default="", alias="$schema", description="Address of the JSON Schema, for editors"
    )
    name: Title = Field(
        description="What the definition is called: 1 to 100 characters",
        examples=["Cold-chain sensor"],
    )
    id: Template = Field(
        description=(
            "Each mock's identity, over `index`, constants and variables; no two may be the same,"
            " so it holds `index` or a variable that is dealt out"
        ),
        examples=["cc-{index:06d}"],
    )
    constants: dict[str, Scalar] = Field(
        default_factory=dict,
        max_length=MAX_NAMES,
        description="Names and their values: text, number, true or false",
        examples=[{"firmware": "2.4.1"}],
    )
    variables: dict[str, Variable] = Field(
        default_factory=dict,
        max_length=MAX_NAMES,
        description="Names and how their values are drawn once for each mock",
    )
    # In the order in which they can be drawn: what a metric reads stands before it.
    metrics: dict[str, Metric] = Field(
        default_factory=dict, max_length=MAX_METRICS, description="Names and what they measure"
    )
    messages: dict[str, Message] = Field(
        default_factory=dict, max_length=MAX_MESSAGES, description="Names and what is sent"
    )
    statuses: dict[str, Status] = Field(
        default_factory=dict,
        max_length=MAX_STATUSES,
        description=(
            "Names and the states that a mock is in, the first one first; without any there is"
            " one, `running`, that sends all messages"
        ),
    )
    replies: dict[str, Reply] = Field(
        default_factory=dict,
        max_length=MAX_REPLIES,
        description="What a mock does when a message comes to it, by name; tried in this order",
    )
    methods: dict[str, Method] = Field(
        default_factory=dict,
        max_length=MAX_METHODS,
        description="Behaviour that is ready-made, by name: said in statuses and replies",
    )
    buffer: SomeBuffer | None = Field(
        default=None, description="What happens in every status to messages that cannot be sent now"
    )
    sparkplug: Sparkplug | None = Field(
        default=None, description="The mock speaks Sparkplug B: it is an Edge Node"
    )
    children: Annotated[Any, WithJsonSchema(SCHEMA)] = Field(
        default=None, description="Devices behind the mock, over its one connection"
    )

    _source: dict[str, Any] = PrivateAttr(default_factory=dict)
    # What methods say, (section, name), with the method's name.
    _made: dict[tuple[str, str], str] = PrivateAttr(default_factory=dict)

    @property
    def source(self) -> dict[str, Any]:
        """The document that it came from, as plain data for ``lot.json``; not to be changed."""
        return self._source

    @property
    def datasets(self) -> frozenset[str]:
        """The names of the datasets that its metrics, variables and messages read."""
        every = levels(self.statuses).values()
        others = [metric for each in every for metric in each.status.metrics.values()]
        answers = [answer for reply in self.replies.values() for answer in reply.send]
        messages = (*self.messages.values(), *answers)
        readers = (*self.metrics.values(), *others, *self.variables.values(), *messages)
        own = frozenset(need.dataset for each in readers for need in each.needs())
        return own | self.children.definition.datasets if self.children else own

    @property
    def changing(self) -> frozenset[str]:
        """The variables that statuses and replies set; all others stay as they were drawn."""
        every = [level.status for level in levels(self.statuses).values()]
        by_statuses = {name for s in every for name in (*s.enter.set, *s.leave.set)}
        written = self.sparkplug.written if self.sparkplug else frozenset()
        by_replies = (reply.set for reply in self.replies.values())
        return frozenset(by_statuses.union(written, *by_replies))

    @property
    def opening_rate(self) -> float | None:
        """Messages/s of one mock in its first status; None when that depends on events."""
        first = next(level for level in levels(self.statuses).values() if level.is_leaf)
        paces = [pace or self.messages[name].every for name, (pace, _) in first.paces.items()]
        if not first.is_connected or not all(isinstance(pace, Every) for pace in paces):
            return None
        return sum(1 / pace.interval for pace in paces if isinstance(pace, Every))

    @model_validator(mode="after")
    def _has_a_status(self) -> "Definition":
        if not self.statuses:
            only = {DEFAULT_STATUS: Status(send=list(self.messages))}
            object.__setattr__(self, "statuses", only)
        return self

    @model_validator(mode="after")
    def _say_what_methods_do(self) -> "Definition":
        """Add what each method stands for; what the document says itself is left as it is."""
        first = next(iter(self.statuses))
        for method, each in self.methods.items():
            if not method.isidentifier():  # it could not be part of the names that it brings along
                continue
            for section, entries in each.expanded(method, first=first).items():
                given = dict(getattr(self, section))
                for name, data in entries.items():
                    if name not in given:
                        given[name] = SAID[section](data)
                        self._made[section, name] = method
                object.__setattr__(self, section, given)
        return self

    @property
    def made(self) -> dict[tuple[str, str], str]:
        """What methods have added, section and name, with the method's name."""
        return self._made
