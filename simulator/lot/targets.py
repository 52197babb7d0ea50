"""All kinds of target, told apart by the word of their protocol.

Rule: the one list of them; a new protocol is a module with its model, and a word here.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from simulator.lot.amqp import AmqpTarget
from simulator.lot.coap import CoapTarget
from simulator.lot.http import HttpTarget
from simulator.lot.kafka import KafkaTarget
from simulator.lot.kinesis import KinesisTarget
from simulator.lot.mqtt import MqttTarget
from simulator.lot.nats import NatsTarget
from simulator.lot.target import Target
from simulator.lot.tcp import TcpTarget
from simulator.lot.udp import UdpTarget
from simulator.lot.websocket_target import WebSocketTarget

AnyTarget = Annotated[
    MqttTarget
    | HttpTarget
    | CoapTarget
    | TcpTarget
    | UdpTarget
    | WebSocketTarget
    | KafkaTarget
    | AmqpTarget
    | NatsTarget
    | KinesisTarget,
    Field(discriminator="protocol"),
]

_ADAPTER: TypeAdapter[Target] = TypeAdapter(AnyTarget)


def target_of(data: Mapping[str, Any]) -> Target:
    """Return the target that plain data says, as it stands in a lot document.

    Raises:
        pydantic.ValidationError: No such protocol, or a value or word that its kind does not have.
    """
    return _ADAPTER.validate_python(dict(data))
