"""The definition as a value: what a device is, frozen and already held against itself.

Rule: a ``Definition`` that exists can be simulated; everything that can be wrong is found while it
is built, and reported with its place.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.definition.expression import Expression
from simulator.definition.generator import Generator
from simulator.definition.template import Template
from simulator.definition.units import Chance, Cron, Every, Rate


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Metric(Model):
    """One value that a device measures: a unit for people, a generator for the numbers."""

    generator: Generator
    unit: str = ""
    description: str = ""


class Message(Model):
    """What is sent. ``json_`` keeps the document's nesting; its strings are templates."""

    every: Every | None = None  # None: sent only in statuses that say how often
    topic: Template | None = None
    path: Template | None = None
    qos: Literal[0, 1] = 0
    retain: bool = False
    method: Literal["POST", "PUT", "PATCH"] | None = None
    json_: Any = Field(alias="json")


class On(Model):
    """A message received: its topic filter (a template over identity and variables) and fields."""

    topic: Template
    where: dict[str, Any] = Field(default_factory=dict)  # dotted path in the JSON payload -> value


class Transition(Model):
    """A way out of a status. Exactly one trigger, or only ``chance``: an alternative to the one
    before it, at whose trigger one of the group is drawn; what the chances leave stays."""

    to: str
    after: Every | None = None  # s after entry
    at: Cron | None = None
    when: Expression | None = None
    on: On | None = None
    chance: Chance | Rate | None = None  # a share at its trigger, or alone a rate: 2% per hour


class Status(Model):
    """One state that a mock is in."""

    send: tuple[str, ...] = ()
    every: Every | None = None  # overrides the messages' own
    connected: bool = True
    end: bool = False
    go: tuple[Transition, ...] = ()


class Definition(Model):
    """A device. The first status is the initial one; there is always at least one."""

    name: str
    id: Template
    constants: dict[str, str | int | float | bool]
    variables: dict[str, Any]  # name -> Choice | Range, drawn once a mock
    metrics: dict[str, Metric]  # in the order in which they can be drawn
    messages: dict[str, Message]
    statuses: dict[str, Status]
