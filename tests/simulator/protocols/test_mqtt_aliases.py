"""Topics by their numbers in MQTT 5, ours and the server's."""

import pytest

from simulator.protocols import mqtt
from simulator.protocols.mqtt.aliases import MAX_TOPICS
from tests.simulator.protocols.mqtt_making import (
    accepted,
    block,
    connected,
    packet,
    publish,
    session,
    text,
)


def aliasing(most: int = 2, used: int = 2) -> mqtt.Session[str]:
    return accepted(opening={"topic_aliases": used}, topic_alias_maximum=most)


def test_a_topic_is_said_with_its_number_and_then_by_its_number_alone() -> None:
    made = aliasing()

    first = made.publish("long/topic", b"1", token="")
    second = made.publish("long/topic", b"2", qos=1, token="")
    other = made.publish("other/topic", b"3", token="")

    assert first == packet(0x30, text("long/topic") + block(topic_alias=1) + b"1")
    assert second == packet(0x32, b"\0\0" + b"\0\x01" + block(topic_alias=1) + b"2")
    assert other == packet(0x30, text("other/topic") + block(topic_alias=2) + b"3")


def test_past_the_table_and_for_short_topics_there_is_no_number() -> None:
    made = aliasing()
    made.publish("topic/1", b"", token="")
    made.publish("topic/2", b"", token="")

    assert made.publish("topic/3", b"", token="") == packet(0x30, text("topic/3") + b"\0")
    assert aliasing().publish("a/b", b"", token="") == packet(0x30, text("a/b") + b"\0")


@pytest.mark.parametrize(("most", "used"), [(0, 2), (2, 0)])
def test_without_the_consent_of_both_there_are_no_numbers(most: int, used: int) -> None:
    made = aliasing(most, used)
    made.publish("long/topic", b"", token="")

    assert made.publish("long/topic", b"", token="") == packet(0x30, text("long/topic") + b"\0")


def test_fewer_numbers_of_ours_or_theirs_are_the_limit() -> None:
    made = aliasing(most=1, used=2)
    made.publish("topic/1", b"", token="")

    assert b"\x23" not in made.publish("topic/2", b"", token="")


def test_what_is_sent_again_has_its_whole_topic() -> None:
    memory: mqtt.Memory[str] = mqtt.Memory()
    opening = {"session_expiry": 60, "topic_aliases": 2}
    first = session("5", memory, **opening)
    first.receive(packet(0x20, b"\0\0" + block(topic_alias_maximum=2)))
    for number in (b"1", b"2"):
        first.publish("long/topic", number, qos=1, token="")

    second = session("5", memory, **opening)
    second.receive(packet(0x20, b"\x01\0" + block(topic_alias_maximum=2)))

    assert second.take_answers() == b"".join(
        packet(0x3A, text("long/topic") + id_ + b"\0" + payload)
        for id_, payload in ((b"\0\1", b"1"), (b"\0\2", b"2"))
    )
    # The table is a new one: the topic is said again before its number stands for it.
    assert text("long/topic") in second.publish("long/topic", b"3", token="")


def test_a_number_that_would_not_fit_into_the_packet_is_left_out() -> None:
    made = accepted(opening={"topic_aliases": 2}, topic_alias_maximum=2, maximum_packet_size=20)

    assert len(made.publish("long/topic", b"12345", token="")) == 20
    assert b"\x23" in made.publish("long/topic", b"", token="")


def test_a_servers_number_stands_for_its_topic() -> None:
    made = connected("5", topic_aliases=2)

    events = made.receive(
        publish("cmd/a", b"1", said={"topic_alias": 1})
        + publish("", b"2", said={"topic_alias": 1})
        + publish("cmd/b", b"3", said={"topic_alias": 1})
        + publish("", b"4", said={"topic_alias": 1})
    )

    assert [(each.topic, each.payload) for each in events if isinstance(each, mqtt.Publish)] == [
        ("cmd/a", b"1"),
        ("cmd/a", b"2"),
        ("cmd/b", b"3"),
        ("cmd/b", b"4"),
    ]


@pytest.mark.parametrize(
    ("data", "why", "code"),
    [
        (
            publish("a", said={"topic_alias": 3}),
            "PUBLISH with topic alias 3, at most 2 were offered",
            0x94,
        ),
        (
            publish("", said={"topic_alias": 1}),
            "PUBLISH with topic alias 1, which stands for nothing",
            0x82,
        ),
        (publish("", said={}), "PUBLISH with neither a topic nor a topic alias", 0x82),
    ],
)
def test_a_number_that_was_not_agreed_is_a_violation(data: bytes, why: str, code: int) -> None:
    made = connected("5", topic_aliases=2)

    (event,) = made.receive(data)

    assert isinstance(event, mqtt.Ended)
    assert (str(event.error), event.farewell) == (why, b"\xe0\x01" + bytes((code,)))


def test_the_topics_behind_numbers_are_bounded() -> None:
    made = connected("5", topic_aliases=100)
    long = "x" * 65_000

    for number in range(1, 101):
        *_, last = made.receive(publish(long, said={"topic_alias": number}))
        if isinstance(last, mqtt.Ended):
            break

    assert str(last.error) == f"topic aliases for more than {MAX_TOPICS} bytes of topics"


# What a server must not say, and what we answer.
