"""Kinesis Data Streams of AWS as a target.

Rule: the partition key is the id of whoever sends, so that what one device sends keeps its order.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from simulator.lot.base import Text
from simulator.lot.producer_target import ProducerTarget
from simulator.speech import KINESIS, Speech


class KinesisTarget(ProducerTarget):
    """Kinesis at its endpoint: ``kinesis.eu-west-1.amazonaws.com``, with TLS.

    User name and password are the id of an access key and its secret; the token, where there is
    one, is that of a session.
    """

    protocol: Literal["kinesis"] = "kinesis"
    stream: Text = Field(
        default="",
        description="That of all messages; empty: the topic of each, its slashes as dots",
    )
    region: Text = Field(default="", description="Empty: the one in the host's name")
    linger: float = Field(
        default=0.1, ge=0, le=5, description="s that a message waits for others of its request"
    )

    @model_validator(mode="after")
    def _is_trusted_as_usual(self) -> Self:
        if self.tls and self.tls.ca:
            raise ValueError("tls: Kinesis is held against the system's authorities, leave ca out")
        return self

    @property
    def speech(self) -> Speech:
        return KINESIS
