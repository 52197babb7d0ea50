"""Sessions that outlive their connection, in both versions: what is sent again and what lost."""

from typing import Any

import pytest

from simulator.protocols import mqtt
from simulator.protocols.mqtt.handling import SESSION_LOST
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
    violation,
)

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])


def lost(version: str) -> mqtt.Memory[str]:
    """The memory of a session whose connection broke: QoS 1, 2, and 2 with its PUBREC."""
    memory: mqtt.Memory[str] = mqtt.Memory()
    made = connected(version, memory, **LASTING[version])
    for token, qos in (("two", 2), ("one", 1), ("released", 2), ("last", 1)):
        made.publish(f"t/{token}", b"x", qos=qos, token=token)
    made.receive(ack(0x50, 3))
    return memory


def again(version: str, memory: mqtt.Memory[str], **opening: Any) -> mqtt.Session[str]:
    return session(version, memory, **{**LASTING[version], **opening})


def sent(version: str, topic: str, *, head: int, id_: int) -> bytes:
    said = {"said": {}} if version == "5" else {}
    return publish(topic, b"x", head=head, id_=id_, **said)


@VERSIONS
def test_what_is_not_acknowledged_is_sent_again_in_its_order_and_marked(version: str) -> None:
    made = again(version, lost(version))

    events = made.receive(RESUMED[version])

    assert [type(event) for event in events] == [mqtt.ConnAck]
    assert made.take_answers() == (
        ack(0x62, 3)
        + sent(version, "t/two", head=0x3C, id_=1)
        + sent(version, "t/one", head=0x3A, id_=2)
        + sent(version, "t/last", head=0x3A, id_=4)
    )


@VERSIONS
@pytest.mark.parametrize("cut", [1, 100])
def test_releases_are_sent_again_in_the_order_of_their_pubrecs(version: str, cut: int) -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected(version, memory, **LASTING[version])
    for token in ("one", "two", "three"):
        first.publish("a", b"", qos=2, token=token)
    data = ack(0x50, 3) + ack(0x50, 1)
    for at in range(0, len(data), cut):
        first.receive(data[at : at + cut])

    second = again(version, memory)
    second.receive(RESUMED[version])

    assert second.take_answers().startswith(ack(0x62, 3) + ack(0x62, 1))


@VERSIONS
def test_what_was_sent_again_is_settled_as_ever(version: str) -> None:
    memory = lost(version)
    made = again(version, memory)
    made.receive(RESUMED[version])

    events = made.receive(ack(0x70, 3) + ack(0x50, 1) + ack(0x40, 2) + ack(0x70, 1) + ack(0x40, 4))

    assert events == [
        mqtt.PubComp(3, "released"),
        mqtt.PubAck(2, "one"),
        mqtt.PubComp(1, "two"),
        mqtt.PubAck(4, "last"),
    ]
    assert (memory.packets, memory.awaited, memory.in_flight) == ({}, {}, {})


@VERSIONS
def test_new_messages_take_no_identifier_of_those_that_are_sent_again(version: str) -> None:
    made = again(version, lost(version))
    made.receive(RESUMED[version])

    made.publish("new", b"", qos=1, token="new")

    assert made._last_id == 5


@VERSIONS
def test_the_loss_of_the_session_at_the_far_side_is_told_of_each_message(version: str) -> None:
    memory = lost(version)
    made = again(version, memory)

    first, *dropped = made.receive(CONNACK[version])

    assert isinstance(first, mqtt.ConnAck)
    assert sorted(dropped) == sorted(
        mqtt.Dropped(token, SESSION_LOST) for token in ("two", "one", "released", "last")
    )
    assert made.take_answers() == b""
    assert (memory.packets, memory.tokens()) == ({}, [])


@VERSIONS
def test_what_nobody_waits_for_is_sent_again_but_told_to_nobody(version: str) -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected(version, memory, **LASTING[version])
    first.publish("a", b"x", qos=1, token="late")
    first.forsake(1)

    second = again(version, memory)
    second.receive(RESUMED[version])
    answers = second.take_answers()
    events = second.receive(ack(0x40, 1))

    assert answers == sent(version, "a", head=0x3A, id_=1)
    assert (events, memory.packets) == ([], {})
    third = again(version, memory)
    assert [type(event) for event in third.receive(CONNACK[version])] == [mqtt.ConnAck]


@VERSIONS
def test_a_subscription_without_its_answer_is_not_taken_over(version: str) -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected(version, memory, **LASTING[version])
    first.subscribe(["a"])

    second = again(version, memory)
    second.receive(RESUMED[version])

    assert (memory.awaited, second.take_answers(), memory.subscribed) == ({}, b"", ())


@VERSIONS
def test_a_resumed_session_knows_what_it_has_subscribed(version: str) -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected(version, memory, **LASTING[version])
    first.subscribe(["a", "b"])
    said = b"\0" if version == "5" else b""
    first.receive(packet(0x90, b"\0\x01" + said + b"\x01\x01"))
    first.unsubscribe(["b"])
    codes = b"\0\0" if version == "5" else b""
    first.receive(packet(0xB0, b"\0\x02" + codes))

    second = again(version, memory)
    second.receive(RESUMED[version])

    assert second.is_resumed
    assert second.memory.subscribed == ("a",)
    again(version, memory).receive(CONNACK[version])
    assert memory.subscribed == ()


@VERSIONS
def test_a_session_is_present_only_where_it_was_asked_for(version: str) -> None:
    made = session(version, clean_start=True)

    words = violation(made, RESUMED[version])

    assert words == "CONNACK with a session present to a clean session"


def test_a_clean_session_of_3_1_1_asks_for_it_each_time_and_keeps_no_packets() -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = connected("3.1.1", memory)
    first.publish("a", b"x", qos=1, token="one")

    assert memory.packets == {}
    assert first.keeps_for == 0
    assert mqtt.Session(mqtt.Opening(client_id="a"), memory).connect()[9] == 0x02


def test_version_5_asks_for_a_new_session_once_and_then_goes_on_with_it() -> None:
    opening = mqtt.Opening(client_id="a", clean_start=True, session_expiry=60)
    memory: mqtt.Memory[str] = mqtt.Memory()

    first = mqtt.Session5(opening, memory)
    before = first.connect()[9]
    refused = mqtt.Session5(opening, memory).connect()[9]  # nobody has accepted it yet
    first.receive(CONNACK["5"])
    after = mqtt.Session5(opening, memory).connect()[9]

    assert (before, refused, after) == (0x02, 0x02, 0x00)


@pytest.mark.parametrize(
    ("asked", "granted", "kept"),
    [
        (0, None, 0.0),
        (60, None, 60.0),
        (60, 0, 0.0),
        (60, 30, 30.0),
        (mqtt.NEVER, None, float("inf")),
    ],
)
def test_the_server_decides_how_long_a_session_is_kept(
    asked: int, granted: int | None, kept: float
) -> None:
    made = session("5", clean_start=False, session_expiry=asked)

    made.receive(packet(0x20, b"\0\0" + block(session_expiry=granted)))

    assert made.keeps_for == kept


def test_what_is_sent_again_obeys_the_servers_receive_maximum() -> None:
    memory = lost("5")
    made = again("5", memory)

    made.receive(packet(0x20, b"\x01\0" + block(receive_maximum=2)))
    first = made.take_answers()
    assert made.window == 0  # nothing new goes before what is sent again
    made.receive(ack(0x70, 3))
    second = made.take_answers()
    made.receive(ack(0x50, 1) + ack(0x70, 1))
    third = made.take_answers()

    assert first == ack(0x62, 3) + sent("5", "t/two", head=0x3C, id_=1)
    assert second == sent("5", "t/one", head=0x3A, id_=2)
    assert third == ack(0x62, 1) + sent("5", "t/last", head=0x3A, id_=4)
    assert made.window == 2


@pytest.mark.parametrize("late", [ack(0x40, 4), ack(0x40, 4) + ack(0x40, 2)])
def test_what_is_acknowledged_before_it_is_sent_again_is_settled_and_takes_no_room(
    late: bytes,
) -> None:
    made = again("5", lost("5"))
    made.receive(packet(0x20, b"\x01\0" + block(receive_maximum=2)))
    made.take_answers()

    settled = made.receive(late)
    none = made.take_answers()
    made.receive(ack(0x50, 1) + ack(0x70, 1))

    assert all(type(event) is mqtt.PubAck for event in settled)
    assert not none
    answers = made.take_answers()
    assert (b"t/one" in answers) == (len(settled) == 1)
    assert b"t/last" not in answers
    assert made.window == 2


@pytest.mark.parametrize(
    ("terms", "reasons"),
    [
        ({"maximum_qos": 1}, {"two": "the broker takes QoS 0 to 1, got QoS 2"}),
        (
            {"maximum_packet_size": 10},
            {
                "one": "the broker takes packets of at most 10 bytes, got 13",
                "two": "the broker takes packets of at most 10 bytes, got 13",
                "last": "the broker takes packets of at most 10 bytes, got 14",
            },
        ),
    ],
)
def test_what_the_server_does_not_take_any_more_is_dropped_with_the_reason(
    terms: dict[str, int], reasons: dict[str, str]
) -> None:
    memory = lost("5")
    made = again("5", memory)

    events = made.receive(packet(0x20, b"\x01\0" + block(**terms)))

    dropped = {event.token: event.reason for event in events if isinstance(event, mqtt.Dropped)}
    assert dropped == reasons
    assert set(memory.tokens()) == {"one", "two", "released", "last"} - set(reasons)


@pytest.mark.parametrize(("version", "more"), [("3.1.1", ()), ("5", (0x92,))])
def test_after_a_loss_an_unknown_pubrec_is_released(version: str, more: tuple[int, ...]) -> None:
    made = again(version, mqtt.Memory())
    made.receive(RESUMED[version])

    assert made.receive(ack(0x50, 9)) == []
    assert made.take_answers() == ack(0x62, 9, *more)


def test_after_a_loss_a_release_of_what_was_completed_is_no_failure() -> None:
    made = again("5", lost("5"))
    made.receive(RESUMED["5"])

    assert made.receive(ack(0x70, 3, 0x92)) == [mqtt.PubComp(3, "released")]


def test_an_assigned_client_identifier_is_kept_for_the_next_connection() -> None:
    opening = mqtt.Opening(client_id="", session_expiry=60)
    memory: mqtt.Memory[str] = mqtt.Memory()
    first = mqtt.Session5(opening, memory)
    assert first.connect()[-2:] == b"\0\0"

    first.receive(packet(0x20, b"\0\0" + block(assigned_client_id="auto-1")))

    assert mqtt.Session5(opening, memory).connect().endswith(b"\0\x06auto-1")
