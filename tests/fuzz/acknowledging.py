"""The short way of MQTT's acknowledgements beside the long one: what they tell and leave is equal.

A driver takes bytes as those of ``codecs`` do; the first also says in which of four places the
session stands. A wire asks ``Session.acknowledged`` first, and ``receive`` for what it leaves.
"""

from collections.abc import Callable, Iterator
from typing import Any

from simulator.protocols import mqtt
from tests.simulator.protocols.mqtt_making import (
    CONNACK,
    LASTING,
    RESUMED,
    ack,
    block,
    connected,
    packet,
    publish,
    session,
)

FLIGHT = 12  # messages at QoS 1, from packet identifier 1 on
ROOM = 4  # of a broker that takes few messages at once

Made = mqtt.Session[Any]


def in_flight(version: str) -> Made:
    """Messages at QoS 1 alone."""
    made: Made = connected(version)
    for number in range(FLIGHT):
        made.publish("a", b"", number, 1)
    return made


def given_up(version: str) -> Made:
    """For every third nobody waits any more, and some are at QoS 2."""
    made = in_flight(version)
    for number in range(4):
        made.publish("a", b"", FLIGHT + number, 2)
    for packet_id in (1, 4, 7, 10, FLIGHT + 1):
        made.forsake(packet_id)
    return made


def lasting(version: str) -> Made:
    """A session that keeps its packets for another connection."""
    made: Made = session(version, **LASTING[version])
    made.receive(CONNACK[version])
    for number in range(FLIGHT):
        made.publish("a", bytes(9), number, 1 + number % 2)
    return made


def resumed(version: str) -> Made:
    """The next connection of that: of what is sent again some waits for room, where there is
    little."""
    made: Made = session(version, lasting(version).memory, **LASTING[version])
    few = packet(0x20, b"\1\0" + block(receive_maximum=ROOM))
    made.receive(few if version == "5" else RESUMED[version])
    return made


PLACES: tuple[Callable[[str], Made], ...] = (in_flight, given_up, lasting, resumed)


def acknowledgements(
    version: str, pieces: Callable[[bytes, int], Iterator[bytes]]
) -> Callable[[bytes], None]:
    """Return a driver; ``pieces`` cuts a stream as its first byte says."""

    def driver(data: bytes) -> None:
        how, rest = data[0], data[1:]
        place = PLACES[how >> 4 & 3]
        long, short = place(version), place(version)
        for part in pieces(rest, how):
            assert in_short(short, part) == told(long.receive(part))
            assert left(short) == left(long)

    return driver


def in_short(made: Made, part: bytes) -> list[str]:
    """Read as a wire does."""
    tokens, taken = made.acknowledged(part)
    assert taken == 4 * len(tokens)
    events = made.receive(part[taken:]) if taken < len(part) else []
    return [f"acknowledged {token}" for token in tokens] + told(events)


def told(events: list[mqtt.Event]) -> list[str]:
    """Events as text; of a plain PUBACK only what the short way can tell."""
    return [
        f"acknowledged {event.token}"
        if type(event) is mqtt.PubAck and not event.reason
        else repr(event)
        for event in events
    ]


def left(made: Made) -> object:
    """All that a read changes."""
    memory = made.memory
    return (
        made.state,
        made.window,
        list(made.unsent),
        bytes(made._rest or b""),
        made.take_answers(),
        list(memory.in_flight.items()),
        [(packet_id, kind) for packet_id, (kind, _) in memory.awaited.items()],
        list(memory.packets),
    )


def beginnings(version: str) -> list[bytes]:
    """What brokers say to these sessions."""
    said: dict[str, Any] = {"said": {}} if version == "5" else {}
    return [
        b"".join(ack(0x40, number) for number in (1, 2, 3, 4)),
        ack(0x40, 2) + publish("a", b"x", **said) + ack(0x40, 3) + ack(0x40, 5),
        ack(0x40, 1) + ack(0x50, 14) + ack(0x70, 14) + ack(0x40, 3) + b"\xd0\0",
        ack(0x40, 1) + ack(0x40, 1),
        ack(0x40, 99),
        *([ack(0x40, 2, 0x97) + ack(0x40, 3)] if version == "5" else []),
    ]
