"""A status: the state that a mock is in, what it sends there and how it is left.

Rule: only the shape; what must hold between statuses and the rest is in ``checks/statuses.py``.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from simulator.definition.buffer import SomeBuffer
from simulator.definition.expression import Expression
from simulator.definition.message import MAX_MESSAGES
from simulator.definition.model import Model, reader
from simulator.definition.scalars import Scalar, Text
from simulator.definition.template import Template
from simulator.definition.units import Chance, Cron, Every, Rate, read_chance

MAX_TRANSITIONS = 50  # out of one status: one to each
MAX_WHERE = 20  # conditions on one message received


class On(Model):
    """A message received: its topic filter (a template over identity and variables) and fields."""

    topic: Template
    # Dotted path in the JSON payload -> the value that must stand there.
    where: dict[str, Scalar] = Field(default_factory=dict, max_length=MAX_WHERE)


class Transition(Model):
    """A way out of a status. Exactly one trigger, or only ``chance``: an alternative to the one
    before it, at whose trigger one of the group is drawn; what the chances leave stays, or goes to
    the transition with the trigger when that has no chance of its own."""

    to: Text
    after: Every | None = None  # s after entry
    at: Cron | None = None
    when: Expression | None = None
    on: On | None = None
    # A share at its trigger, or alone a rate: 2% per hour.
    chance: Annotated[Chance | Rate | None, BeforeValidator(reader(read_chance))] = None


class Status(Model):
    """One state that a mock is in."""

    send: tuple[Text, ...] = Field(default=(), max_length=MAX_MESSAGES)
    every: Every | None = None  # overrides the messages' own
    connected: bool = True
    buffer: SomeBuffer | None = Field(
        default=None, description="What happens to messages that cannot be sent now; 0: they fail"
    )
    end: bool = False
    go: tuple[Transition, ...] = Field(default=(), max_length=MAX_TRANSITIONS)
