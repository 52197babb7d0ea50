"""An independent client (paho) that hears what mocks send."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho

from tests.integration.transports.conftest import WITHIN, Broker

Brokers = Callable[..., Broker]
_PROTOCOLS = {"3.1.1": paho.MQTTv311, "5": paho.MQTTv5}


@contextmanager
def observer(
    port: int, topic: str, *, qos: int = 1, version: str = "3.1.1"
) -> Iterator["queue.Queue[paho.MQTTMessage]"]:
    """What an independent client receives."""
    messages: queue.Queue[paho.MQTTMessage] = queue.Queue()
    ready: queue.Queue[None] = queue.Queue()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=_PROTOCOLS[version])
    client.on_message = lambda _client, _data, message: messages.put(message)
    client.on_subscribe = lambda *_: ready.put(None)
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=qos)
    client.loop_start()
    ready.get(timeout=WITHIN)
    try:
        yield messages
    finally:
        client.disconnect()
        client.loop_stop()
