"""QoS 2 both ways: four packets, each of which may come late, twice or never; in both versions."""

import pytest

from simulator.protocols import mqtt
from simulator.protocols.mqtt.dialect import MAX_UNRELEASED
from tests.simulator.protocols.mqtt_making import (
    LASTING,
    RESUMED,
    ack,
    connected,
    publish,
    session,
    violation,
)

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])


def message(version: str, *, id_: int, head: int = 0x34) -> bytes:
    said = {"said": {}} if version == "5" else {}
    return publish("cmd", b"x", head=head, id_=id_, **said)


def told(events: list[mqtt.Event]) -> list[bytes]:
    return [event.payload for event in events if isinstance(event, mqtt.Publish)]


@VERSIONS
def test_a_message_is_settled_by_the_last_of_four_packets(version: str) -> None:
    made = connected(version)
    packet = made.publish("a", b"hi", qos=2, token="one")
    assert packet[0] == 0x34

    received = made.receive(ack(0x50, 1))
    release = made.take_answers()
    completed = made.receive(ack(0x70, 1))

    assert (received, release) == ([], b"\x62\x02\0\x01")
    assert completed == [mqtt.PubComp(1, "one")]
    assert (made.awaited, made.take_answers()) == ({}, b"")


@VERSIONS
def test_an_identifier_is_taken_until_the_last_packet(version: str) -> None:
    made = connected(version)
    made.publish("a", b"", qos=2, token="one")
    made.receive(ack(0x50, 1))
    made._last_id = 65_535  # the next would be 1

    made.publish("a", b"", qos=1, token="two")

    assert set(made.in_flight) == {2}
    assert made._last_id == 2


@VERSIONS
def test_many_at_once_are_released_in_the_order_of_their_pubrecs(version: str) -> None:
    made = connected(version)
    for number in range(3):
        made.publish("a", b"", qos=2, token=str(number))

    made.receive(ack(0x50, 2) + ack(0x50, 1) + ack(0x50, 3))

    assert made.take_answers() == ack(0x62, 2) + ack(0x62, 1) + ack(0x62, 3)


@VERSIONS
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (ack(0x40, 1), "PUBACK for packet 1, which is not in flight"),
        (ack(0x70, 1), "PUBCOMP for packet 1, which is not in flight"),  # before its PUBREC
        (ack(0x50, 9), "PUBREC for packet 9, which is not in flight"),
        (ack(0x70, 9), "PUBCOMP for packet 9, which is not in flight"),
        (ack(0x50, 2), "PUBREC for packet 2, which is not in flight"),  # that is at QoS 1
    ],
)
def test_an_answer_out_of_turn_is_a_violation(version: str, data: bytes, text: str) -> None:
    made = connected(version)
    made.publish("a", b"", qos=2, token="one")
    made.publish("a", b"", qos=1, token="two")

    assert violation(made, data) == text


@VERSIONS
def test_a_pubrec_that_comes_twice_is_released_twice_and_settles_once(version: str) -> None:
    made = connected(version)
    made.publish("a", b"", qos=2, token="one")

    events = made.receive(ack(0x50, 1) + ack(0x50, 1) + ack(0x70, 1))

    assert events == [mqtt.PubComp(1, "one")]
    assert made.take_answers() == ack(0x62, 1) * 2


@VERSIONS
def test_a_forsaken_message_goes_its_way_and_tells_nobody(version: str) -> None:
    made = connected(version)
    made.publish("a", b"", qos=2, token="late")
    made.publish("a", b"", qos=2, token="later")
    made.receive(ack(0x50, 2))

    tokens = [made.forsake(1), made.forsake(2)]
    assert made.is_settled
    events = made.receive(ack(0x50, 1) + ack(0x70, 1) + ack(0x70, 2))

    assert (tokens, events, made.awaited) == (["late", "later"], [], {})


@VERSIONS
def test_a_message_to_us_is_told_once_and_acknowledged_as_often_as_it_comes(version: str) -> None:
    made = connected(version, subscribe_qos=2)

    events = made.receive(message(version, id_=7) + message(version, id_=7, head=0x3C))

    assert told(events) == [b"x"]
    assert made.take_answers() == ack(0x50, 7) * 2


@VERSIONS
def test_after_its_release_an_identifier_is_a_new_message(version: str) -> None:
    made = connected(version, subscribe_qos=2)

    events = made.receive(message(version, id_=7) + ack(0x62, 7) + message(version, id_=7))

    assert told(events) == [b"x", b"x"]
    assert made.take_answers() == ack(0x50, 7) + ack(0x70, 7) + ack(0x50, 7)


@pytest.mark.parametrize(("version", "more"), [("3.1.1", ()), ("5", (0x92,))])
def test_a_release_of_what_is_not_there_is_completed(version: str, more: tuple[int, ...]) -> None:
    made = connected(version)

    assert made.receive(ack(0x62, 7)) == []
    assert made.take_answers() == ack(0x70, 7, *more)


@VERSIONS
def test_over_a_loss_a_message_to_us_is_still_told_once(version: str) -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected(version, memory, subscribe_qos=2, **LASTING[version])
    first.receive(message(version, id_=7))

    second = session(version, memory, subscribe_qos=2, **LASTING[version])
    events = second.receive(RESUMED[version] + message(version, id_=7, head=0x3C) + ack(0x62, 7))

    assert told(events) == []
    assert second.take_answers() == ack(0x50, 7) + ack(0x70, 7)
    assert memory.unreleased == {}


@pytest.mark.parametrize(
    ("version", "most", "opening"),
    [("3.1.1", MAX_UNRELEASED, {}), ("5", 20, {"receive_maximum": 20})],
)
def test_a_server_that_never_releases_is_held_to_a_limit(
    version: str, most: int, opening: dict[str, int]
) -> None:
    made = connected(version, subscribe_qos=2, **opening)
    for number in range(1, most + 1):
        made.receive(message(version, id_=number))
        made.take_answers()

    (event,) = made.receive(message(version, id_=most + 1))

    assert isinstance(event, mqtt.Ended)
    words = f"more than {most} messages at QoS 2 that the broker has not released"
    assert str(event.error) == words
    assert event.farewell == (b"\xe0\x01\x93" if version == "5" else b"")
    assert len(made.memory.unreleased) == most


@VERSIONS
@pytest.mark.parametrize("asked", [0, 1])
def test_a_message_above_the_qos_that_was_asked_for_is_a_violation(
    version: str, asked: int
) -> None:
    made = connected(version, subscribe_qos=asked)

    words = violation(made, message(version, id_=1))

    assert words == f"PUBLISH at QoS 2, asked for at most {asked}"
