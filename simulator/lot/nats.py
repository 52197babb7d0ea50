"""A server of NATS as a target.

Rule: what a definition calls a topic becomes the subject, its slashes as dots.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.base import Text
from simulator.lot.producer_target import ProducerTarget
from simulator.speech import NATS, Speech


class NatsTarget(ProducerTarget):
    """A server of NATS. A message counts when the server has read it, or a stream stored it."""

    protocol: Literal["nats"] = "nats"
    subject: Text = Field(
        default="",
        description="That of all messages; empty: the topic of each, its slashes as dots",
    )
    jetstream: bool = Field(
        default=False, description="A message counts when a stream of JetStream has stored it"
    )

    @property
    def speech(self) -> Speech:
        return NATS
