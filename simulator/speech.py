"""What a protocol can carry, as far as a definition must know it before anything is sent.

Rule: plain values, one for each protocol and version; a target says which is its own.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What mocks can say, and whether they hear anything, by one protocol.

    ``addresses`` is what a message is sent to: a topic, or a path that begins with a slash; what a
    definition gives as the one is translated to the other. A protocol that names no receiver of a
    message takes topics too, and has no use for them.
    """

    words: str  # for people: "MQTT 3.1.1"
    addresses: Literal["topic", "path"] = "topic"
    qos: Literal[0, 1, 2] = 2  # the most of them; where a protocol has none, all are the same
    hears: bool = True  # whether anything comes to a mock: commands, answers of a host
    has_properties: bool = False  # user properties, response topic, correlation data
    has_wildcards: bool = True  # whether a mock can wait for several topics by one filter
    is_mqtt: bool = False  # retain, wills, topic filters: what Sparkplug stands on


MQTT_3 = Speech(words="MQTT 3.1.1", is_mqtt=True)
MQTT_5 = Speech(words="MQTT 5", has_properties=True, is_mqtt=True)
HTTP = Speech(words="HTTP", addresses="path", hears=False)
COAP = Speech(words="CoAP", addresses="path", has_wildcards=False)
TCP = Speech(words="TCP")
UDP = Speech(words="UDP")
WEBSOCKET = Speech(words="WebSocket")
KAFKA = Speech(words="Kafka", hears=False, has_properties=True)
AMQP = Speech(words="AMQP 0-9-1", hears=False, has_properties=True)
NATS = Speech(words="NATS", hears=False, has_properties=True)
KINESIS = Speech(words="Kinesis", hears=False)
