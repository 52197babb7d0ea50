"""A broker of MQTT as a target: how each mock connects to it.

Rule: names are those of the specification; every time is in seconds.
"""

from typing import Literal, NamedTuple

from pydantic import Field

from simulator.lot.base import Model, Text
from simulator.lot.target import Target
from simulator.speech import MQTT_3, Speech


class Will(Model):
    """What the broker publishes when a mock vanishes without a DISCONNECT (MQTT 3.1.1, 3.1.2.5)."""

    topic: Text  # takes placeholders, as the client id does: status/{id}
    # Takes placeholders too; other braces are those of JSON and stay.
    payload: str = Field(default="", max_length=65_535)
    qos: Literal[0, 1] = 0
    retain: bool = False


class Parting(NamedTuple):
    """A will that a mock makes itself, another one for each connection."""

    topic: str
    payload: bytes
    qos: Literal[0, 1]
    retain: bool


class MqttTarget(Target):
    """A broker of MQTT."""

    protocol: Literal["mqtt"] = "mqtt"
    client_id: Text = "{id}"  # takes what is fixed for a mock: id, index, variables
    keep_alive: int = Field(default=60, ge=5, le=65_535)  # s
    will: Will | None = None

    @property
    def speech(self) -> Speech:
        return MQTT_3
