"""Counts what arrived, independently of the product: by identity and sequence number.

Rule: nothing here is imported from ``simulator`` or ``web``; it sees only what any receiver sees.
"""

import json
import time
from collections import defaultdict
from threading import Event
from typing import Any

import paho.mqtt.client as paho

KEEP_ALIVE = 30  # s
SUBSCRIBED_WITHIN = 60.0  # s, on a busy machine too


class Tally:
    """What arrived, by device: which sequence numbers, and how many came more than once."""

    def __init__(self) -> None:
        self.seen: dict[str, set[int]] = defaultdict(set)
        self.received = 0
        self.duplicates = 0
        self.unreadable = 0
        self.first_at: float | None = None  # s of the monotonic clock

    def add(self, payload: bytes) -> None:
        """Count one message; it must be a JSON object with ``id`` and ``seq``."""
        try:
            document = json.loads(payload)
            device, sequence = str(document["id"]), int(document["seq"])
        except (ValueError, KeyError, TypeError):
            self.unreadable += 1
            return
        self.received += 1
        self.first_at = self.first_at or time.monotonic()
        self.duplicates += sequence in self.seen[device]
        self.seen[device].add(sequence)

    def pairs(self) -> set[tuple[str, int]]:
        """Return each (device, sequence number) that arrived; more may arrive meanwhile."""
        seen = [(device, list(numbers)) for device, numbers in list(self.seen.items())]
        return {(device, number) for device, numbers in seen for number in numbers}

    def document(self) -> dict[str, Any]:
        """Return the tally as JSON can hold it; ``restored`` is its inverse."""
        return {
            "received": self.received,
            "duplicates": self.duplicates,
            "unreadable": self.unreadable,
            "seen": {device: sorted(numbers) for device, numbers in self.seen.items()},
        }


def restored(document: dict[str, Any]) -> Tally:
    """Return the tally that ``document`` was made from."""
    tally = Tally()
    tally.received = document["received"]
    tally.duplicates = document["duplicates"]
    tally.unreadable = document["unreadable"]
    for device, numbers in document["seen"].items():
        tally.seen[device] = set(numbers)
    return tally


class Subscriber:
    """A subscriber of its own to everything below ``topic``; QoS 1, kept over reconnections."""

    def __init__(self, port: int, *, topic: str, name: str = "mocklot-counter") -> None:
        """Subscribe, and wait until the broker says so: what was sent before, nobody counts.

        Raises:
            TimeoutError: It did not say so within 60 s.
        """
        self.tally = Tally()
        is_subscribed = Event()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=name, clean_session=False
        )
        self.client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self.client.on_subscribe = lambda *_: is_subscribed.set()
        self.client.on_message = lambda _client, _data, message: self.tally.add(message.payload)
        self.client.reconnect_delay_set(min_delay=1, max_delay=2)
        self.client.connect("127.0.0.1", port, keepalive=KEEP_ALIVE)
        self.client.loop_start()
        if not is_subscribed.wait(SUBSCRIBED_WITHIN):
            raise TimeoutError(f"the broker at port {port} took no subscription")

    def close(self) -> None:
        """Disconnect; the tally stays."""
        self.client.disconnect()
        self.client.loop_stop()
