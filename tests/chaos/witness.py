"""An independent subscriber: what arrived, by device and number, and with which content."""

import json
import time
from collections.abc import Iterable
from itertools import pairwise
from threading import Event

import paho.mqtt.client as paho

NAME = "chaos-witness"
KEEP_ALIVE = 60  # s
ANSWERED_WITHIN = 60.0  # s, by a broker


class Witness:
    """Subscribes to everything at QoS 1, with a session that is kept; knows nothing of the product.

    Payloads are JSON objects with ``id`` and ``seq``.
    """

    def __init__(self, ports: int | Iterable[int], *, topic: str = "#") -> None:
        self.seen: dict[tuple[str, int], int] = {}  # device, number -> hash of the content
        self.differing: list[tuple[str, int]] = []  # numbers that came with another content
        self.at: dict[str, list[float]] = {}  # monotonic s of each arrival, by device
        each = [ports] if isinstance(ports, int) else list(ports)
        # Lots of several brokers have devices of the same name.
        marks = {port: f"{port} " if len(each) > 1 else "" for port in each}
        self._clients = [self._connected(port, topic, mark) for port, mark in marks.items()]

    def _connected(self, port: int, topic: str, mark: str) -> paho.Client:
        _forget_the_last_one(port)
        client, has_subscribed = _client(is_kept=True), Event()
        client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        client.on_subscribe = lambda *_: has_subscribed.set()
        client.on_message = lambda _client, _data, message: self._take(message.payload, mark)
        _begin(client, port, has_subscribed)
        return client

    def _take(self, payload: bytes, mark: str) -> None:
        document = json.loads(payload)
        key, content = (f"{mark}{document['id']}", int(document["seq"])), hash(payload)
        known = self.seen.setdefault(key, content)
        if known != content:
            self.differing.append(key)
        self.at.setdefault(key[0], []).append(time.monotonic())

    @property
    def received(self) -> int:
        """Messages, with those that came again."""
        return sum(len(moments) for moments in list(self.at.values()))

    def devices_since(self, moment: float) -> set[str]:
        """Return who was heard of after a moment (monotonic s)."""
        return {name for name, moments in list(self.at.items()) if moments[-1] > moment}

    def heard_again(self, names: Iterable[str], *, after: float) -> float:
        """Return the moment by which all of these were heard of again (monotonic s)."""
        return max(next(at for at in self.at[name] if at > after) for name in names)

    def longest_silence(self, *, start: float, end: float) -> float:
        """Return the longest time in which a device was not heard of, s."""
        gaps = [
            later - earlier
            for moments in self.at.values()
            for earlier, later in pairwise([start, *(m for m in moments if start < m < end), end])
        ]
        return max(gaps, default=0.0)

    def close(self) -> None:
        for client in self._clients:
            client.disconnect()
            client.loop_stop()


def _client(*, is_kept: bool) -> paho.Client:
    """Return a client whose session the broker keeps, or forgets with its connection."""
    return paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=NAME, clean_session=not is_kept)


def _begin(client: paho.Client, port: int, has_begun: Event) -> None:
    """Connect, and wait for the broker's answer: what is sent before it, nobody hears."""
    client.connect("127.0.0.1", port, keepalive=KEEP_ALIVE)
    client.loop_start()
    if not has_begun.wait(ANSWERED_WITHIN):
        raise TimeoutError(f"the broker at port {port} did not answer")


def _forget_the_last_one(port: int) -> None:
    """Have the broker throw away what it kept for a witness before: devices are named alike."""
    client, has_begun = _client(is_kept=False), Event()
    client.on_connect = lambda *_: has_begun.set()
    _begin(client, port, has_begun)
    client.disconnect()
    client.loop_stop()
