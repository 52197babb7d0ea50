"""A message: what is sent, where to, how often.

Rule: only the shape; what must hold between a message and the rest is in ``checks/messages.py``.
"""

from typing import Literal

from pydantic import Field

from simulator.definition.model import Model
from simulator.definition.payload import Payload
from simulator.definition.template import Template
from simulator.definition.units import Every

MAX_MESSAGES = 50  # as many kinds as a gateway of a large maker has

DEFAULT_TOPIC = "{{id}}/{name}"  # of a message with neither topic nor path; name is its own


class Message(Model):
    """What is sent. ``json_`` is a payload tree, see ``payload.py``: its leaves are Templates.

    In a definition from ``parse``, a topic or a path is there: ``{id}/name`` by default.
    """

    every: Every | None = None  # None: sent only in statuses that say how often
    topic: Template | None = None
    path: Template | None = None
    qos: Literal[0, 1] = 0
    retain: bool = False
    method: Literal["POST", "PUT", "PATCH"] | None = None
    json_: Payload = Field(alias="json")
