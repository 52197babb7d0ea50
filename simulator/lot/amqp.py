"""A broker of AMQP 0-9-1, such as RabbitMQ, as a target.

Rule: what a definition calls a topic becomes the routing key, its slashes as dots.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.base import Text
from simulator.lot.producer_target import ProducerTarget
from simulator.speech import AMQP, Speech


class AmqpTarget(ProducerTarget):
    """A broker of AMQP 0-9-1. A message counts when the broker has confirmed it."""

    protocol: Literal["amqp"] = "amqp"
    virtual_host: Text = Field(default="/", description="Of the broker, where it has several")
    exchange: Text = Field(
        default="amq.topic",
        description="Where messages are published; empty: the default one, whose routing keys are "
        "names of queues",
    )
    routing_key: Text = Field(
        default="",
        description="That of all messages; empty: the topic of each, its slashes as dots",
    )
    persistent: bool = Field(default=False, description="Have the broker write messages to disk")
    mandatory: bool = Field(
        default=False, description="A message that no queue takes fails, and is not dropped"
    )
    heartbeat: int = Field(
        default=60, ge=5, le=3_600, description="s of silence after which a side asks for life"
    )

    @property
    def speech(self) -> Speech:
        return AMQP
