"""A broker of MQTT as a target: how each mock connects to it.

Rule: names are those of the specification; every time is in seconds.
"""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from simulator.lot.base import Model, Text
from simulator.lot.target import Target
from simulator.speech import MQTT_3, MQTT_5, Speech

MAX_SECONDS = 4_294_967_295  # of an interval; as a session's expiry it is "never"
MAX_PROPERTIES = 50  # user properties of a CONNECT, or of a will
MAX_ALIASES = 100  # topics; a mock rarely has ten
LEAST_PACKET = 1_024  # bytes; below it a broker cannot even say why it refuses

Interval = Annotated[int, Field(ge=0, le=MAX_SECONDS)]  # s
UserProperties = Annotated[dict[Text, Text], Field(max_length=MAX_PROPERTIES)]


class Will(Model):
    """What the broker publishes when a mock vanishes without a DISCONNECT (section 3.1.2.5 of both
    versions). What follows ``retain`` is of MQTT 5."""

    topic: Text = Field(description="Takes placeholders, as the client id does: status/{id}")
    payload: str = Field(
        default="",
        max_length=65_535,
        description="Takes placeholders too; other braces are those of JSON and stay",
    )
    qos: Literal[0, 1, 2] = Field(default=0, description="At which the broker publishes it")
    retain: bool = Field(default=False, description="Have the broker keep it for who comes later")
    delay: Interval = Field(
        default=0,
        description="s after the loss, of MQTT 5; a mock that is back by then leaves none",
    )
    message_expiry: Interval | None = Field(
        default=None, description="s that the broker keeps it for whom it cannot reach; of MQTT 5"
    )
    payload_format: bool = Field(
        default=False, description="Say that the payload is UTF-8; of MQTT 5"
    )
    content_type: Text = Field(default="", description="Of MQTT 5, as application/json")
    response_topic: Text = Field(default="", description="Of MQTT 5: where an answer is to go")
    correlation: Text = Field(default="", description="Of MQTT 5: what an answer is to repeat")
    properties: UserProperties = Field(
        default_factory=dict, description="User properties, of MQTT 5"
    )

    @field_validator("topic")
    @classmethod
    def _no_filter(cls, topic: str) -> str:
        """Source: MQTT 3.1.1 and 5.0, 4.7.1: no wildcards where something is published."""
        if not topic or "#" in topic or "+" in topic:
            raise ValueError(f"must be a name without + and #, got {topic!r}")
        return topic


class Parting(NamedTuple):
    """A will that a mock makes itself, another one for each connection."""

    topic: str
    payload: bytes
    qos: Literal[0, 1, 2]
    retain: bool


def _version(value: Any) -> Any:
    """Return the version as text: YAML reads a bare 5 as a number."""
    return "5" if value == 5 else value


class MqttTarget(Target):
    """A broker of MQTT. What follows ``subscribe_qos`` is of version 5."""

    protocol: Literal["mqtt"] = "mqtt"
    version: Annotated[Literal["3.1.1", "5"], BeforeValidator(_version)] = Field(
        default="3.1.1", description="Of MQTT; what only 5 has is refused with 3.1.1"
    )
    client_id: Text = Field(
        default="{id}", description="Takes what is fixed for a mock: id, index, variables"
    )
    keep_alive: int = Field(
        default=60, ge=5, le=65_535, description="s of silence before a mock says that it is there"
    )
    will: Will | None = Field(
        default=None, description="What the broker publishes when a mock vanishes"
    )
    clean_start: bool = Field(
        default=True,
        description="Ask for a new session: in 3.1.1 with each connection, which then ends it; in "
        "5 with a mock's first connection, where session_expiry lets it last",
    )
    subscribe_qos: Literal[0, 1, 2] = Field(
        default=1, description="The most at which commands come to a mock"
    )

    session_expiry: Interval = Field(
        default=0,
        description="s that a session outlives its connection, of MQTT 5; 4294967295 is for ever",
    )
    receive_maximum: int = Field(
        default=100,
        ge=1,
        le=65_535,
        description="Messages at QoS 1 and 2 that may come to a mock at once, of MQTT 5",
    )
    maximum_packet_size: int = Field(
        default=262_144,
        ge=LEAST_PACKET,
        le=1_048_576,
        description="Bytes of a packet to a mock, of MQTT 5",
    )
    topic_aliases: int = Field(
        default=0,
        ge=0,
        le=MAX_ALIASES,
        description="Topics that a mock says by number if the broker allows, of MQTT 5; the broker "
        "may as many",
    )
    user_properties: UserProperties = Field(
        default_factory=dict, description="User properties of CONNECT, of MQTT 5"
    )
    message_expiry: Interval | None = Field(
        default=None,
        description="s that the broker keeps a message for whom it cannot reach; of MQTT 5",
    )
    payload_format: bool = Field(
        default=False, description="Say of payloads that are UTF-8 that they are; of MQTT 5"
    )
    follow_redirects: bool = Field(
        default=False,
        description="Go to the server that a broker names, over the same kind of road; of MQTT 5",
    )

    @model_validator(mode="after")
    def _is_of_its_version(self) -> Self:
        if self.version == "5":
            return self
        for name in OF_VERSION_5:
            _refuse_other(self, name)
        for name in OF_A_WILL_5 if self.will else ():
            _refuse_other(self.will, name)
        return self

    @property
    def speech(self) -> Speech:
        return MQTT_5 if self.version == "5" else MQTT_3


OF_VERSION_5 = (
    "session_expiry", "receive_maximum", "maximum_packet_size", "topic_aliases", "user_properties",
    "message_expiry", "payload_format", "follow_redirects",
)  # fmt: skip
OF_A_WILL_5 = (
    "delay", "message_expiry", "payload_format", "content_type", "response_topic", "correlation",
    "properties",
)  # fmt: skip


def _refuse_other(model: Any, name: str) -> None:
    """
    Raises:
        ValueError: the field has another value than its default.
    """
    default = type(model).model_fields[name].get_default(call_default_factory=True)
    if getattr(model, name) != default:
        what = "the will's " if isinstance(model, Will) else ""
        raise ValueError(f"{what}{name} is of MQTT 5, and the target speaks 3.1.1")
