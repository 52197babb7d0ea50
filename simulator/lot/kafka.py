"""A cluster of Kafka as a target.

Rule: what a definition calls a topic becomes Kafka's topic, or only the key of the message.
"""

from typing import Annotated, Literal

from pydantic import Field

from simulator.lot.base import Text
from simulator.lot.producer_target import ProducerTarget
from simulator.speech import KAFKA, Speech

MAX_SERVERS = 20

Server = Annotated[str, Field(max_length=260, pattern=r"^[^\s,]+:\d{1,5}$")]


class KafkaTarget(ProducerTarget):
    """A cluster of Kafka; host and port are of the server that is asked for the others."""

    protocol: Literal["kafka"] = "kafka"
    servers: list[Server] = Field(
        default_factory=list,
        max_length=MAX_SERVERS,
        description="Further servers that may be asked for the cluster: `broker-2.example:9092`",
    )
    topic: Text = Field(
        default="",
        description="The topic of all messages; empty: that of each message, its slashes as dots",
    )
    key: Literal["mock", "address", "none"] = Field(
        default="mock",
        description="What decides on the partition: the id of the `mock`, the message's topic "
        "(`address`), or nothing",
    )
    acks: Literal["all", "1", "0"] = Field(
        default="all",
        description="Who must have a message before it counts: `all` replicas in step, `1` server, "
        "or nobody",
    )
    compression: Literal["none", "gzip"] = Field(
        default="none", description="Of a batch of messages"
    )
    linger: float = Field(
        default=0.005, ge=0, le=5, description="s that a message waits for others of its partition"
    )
    batch_bytes: int = Field(
        default=65_536, ge=1, le=1_048_576, description="Bytes of one batch of a partition"
    )
    sasl: Literal["none", "plain", "scram-sha-256", "scram-sha-512"] = Field(
        default="none", description="How user name and password are shown"
    )

    @property
    def acknowledged_from(self) -> int:
        return 3 if self.acks == "0" else 0

    @property
    def speech(self) -> Speech:
        return KAFKA
