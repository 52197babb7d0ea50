"""What MQTT 5 has more than 3.1.1: properties of what we write, and the server's terms."""

from typing import Any

import pytest

from simulator.errors import DefinitionError, Refused
from simulator.lot import Parting, Will
from simulator.protocols import mqtt
from tests.simulator.protocols.mqtt_making import (
    accepted,
    ack,
    connected,
    packet,
    publish,
    refusal,
    session,
    text,
    violation,
)

LIMITS = "21 0064 27 00040000"  # receive maximum 100, maximum packet size 256 KiB


def connect(**opening: Any) -> bytes:
    return mqtt.Session5(mqtt.Opening(**{"client_id": "a", **opening})).connect()


def test_connect_says_its_version_and_what_we_take() -> None:
    expected = bytes.fromhex(f"10 18 0004 4d515454 05 02 003c 08 {LIMITS} 0001 61")

    assert connect() == expected[:1] + bytes((len(expected) - 2,)) + expected[2:]


def test_connect_has_all_that_the_target_asks_for() -> None:
    data = connect(
        clean_start=False,
        session_expiry=3_600,
        receive_maximum=10,
        maximum_packet_size=2_048,
        topic_aliases=5,
        user_properties=(("fw", "2"),),
    )

    assert data[9] == 0x00  # clean start
    said = bytes.fromhex("11 00000e10 21 000a 27 00000800 22 0005 26 0002 6677 0001 32")
    assert data[12:] == bytes((len(said),)) + said + b"\0\x01a"


def test_a_will_has_its_own_properties() -> None:
    will = Will(
        topic="w",
        payload="x",
        qos=2,
        retain=True,
        delay=30,
        message_expiry=600,
        payload_format=True,
        content_type="t/p",
        response_topic="r",
        correlation="c",
        properties={"k": "v"},
    )

    data = connect(will=will)

    assert data[9] == 0x02 | 0x04 | 2 << 3 | 0x20
    said = bytes.fromhex(
        "18 0000001e 01 01 02 00000258 03 0003 742f70 08 0001 72 09 0001 63 26 0001 6b 0001 76"
    )
    assert data.endswith(b"\0\x01a" + bytes((len(said),)) + said + b"\0\x01w\0\x01x")


@pytest.mark.parametrize("will", [Will(topic="w"), Parting("w", b"", 0, retain=False)])
def test_a_will_without_properties_says_so(will: Will | Parting) -> None:
    assert connect(will=will).endswith(b"\0\x01a\0\0\x01w\0\0")


def test_3_1_1_has_none_of_it() -> None:
    will = Will(topic="w", delay=30, properties={"k": "v"})
    opening = mqtt.Opening(
        client_id="a", will=will, session_expiry=9, user_properties=(("a", "b"),)
    )

    assert mqtt.Session(opening).connect().endswith(b"\x04\x06\0\x3c\0\x01a\0\x01w\0\0")


def test_a_password_needs_no_user_name() -> None:
    data = connect(password="p")

    assert data[9] == 0x42
    assert data.endswith(b"\0\x01a\0\x01p")


@pytest.mark.parametrize(
    ("qos", "expected"),
    [
        (0, "30 06 0001 61 00 6869"),
        (1, "32 08 0001 61 0001 00 6869"),
        (2, "34 08 0001 61 0001 00 6869"),
    ],
)
def test_a_publish_without_properties_has_their_length(qos: int, expected: str) -> None:
    assert connected("5").publish("a", b"hi", qos=qos, token="") == bytes.fromhex(expected)


@pytest.mark.parametrize("size", [0, 120, 130, 16_300, 16_400, 2_100_000])
@pytest.mark.parametrize("qos", [0, 1])
def test_a_publish_of_any_size_has_the_right_lengths(size: int, qos: int) -> None:
    said = mqtt.encode_properties(content_type="t", user_property=[("k", "v" * 200)])

    data = connected("5").publish("a/b", b"x" * size, qos=qos, token="", properties=said)

    body = text("a/b") + (b"\0\x01" if qos else b"") + b"\xd2\x01" + said + b"x" * size
    assert data == packet(0x30 | qos << 1, body)


@pytest.mark.parametrize("topic", ["", "a/#", "+/b", "a\0b", "x" * 65_536, "ä" * 32_768, "\ud800"])
@pytest.mark.parametrize("size", [0, 70_000])
def test_a_topic_that_cannot_be_published_on_is_refused(topic: str, size: int) -> None:
    made = connected("5")

    with pytest.raises(DefinitionError, match="topic"):
        made.publish(topic, b"x" * size, qos=1, token="")
    assert made.in_flight == {}


def test_subscribe_and_unsubscribe_have_empty_properties() -> None:
    made = connected("5", subscribe_qos=2)

    assert made.subscribe(["a/b"]) == b"\x82\x09\0\x01\0\0\x03a/b\x02"
    assert made.unsubscribe(["a/b"]) == b"\xa2\x08\0\x02\0\0\x03a/b"
    assert connected().unsubscribe(["a/b"]) == b"\xa2\x07\0\x01\0\x03a/b"


def test_an_unsubscription_is_answered_with_a_code_for_each_filter() -> None:
    made = connected("5")
    made.unsubscribe(["a", "b"])

    assert made.receive(b"\xb0\x05\0\x01\0\0\x11") == [mqtt.UnsubAck(1, b"\0\x11")]
    made.unsubscribe(["a", "b"])
    assert violation(made, b"\xb0\x04\0\x02\0\0") == "UNSUBACK with 1 codes, not 2"


def test_3_1_1_has_no_codes_in_an_unsuback() -> None:
    made = connected()
    made.unsubscribe(["a", "b"])

    assert made.receive(b"\xb0\x02\0\x01") == [mqtt.UnsubAck(1)]


def test_the_servers_keep_alive_goes_over_ours() -> None:
    assert accepted(server_keep_alive=5).keep_alive == 5
    assert accepted().keep_alive == 60


def test_the_window_is_what_the_server_takes_at_most_ours() -> None:
    assert accepted(receive_maximum=3).window == 3
    assert accepted().window == mqtt.MAX_IN_FLIGHT
    assert session("5").window == 0


@pytest.mark.parametrize(
    ("terms", "message", "why"),
    [
        ({"maximum_qos": 0}, {"qos": 1}, "the broker takes QoS 0 to 0, got QoS 1"),
        ({"maximum_qos": 1}, {"qos": 2}, "the broker takes QoS 0 to 1, got QoS 2"),
        ({"retain_available": 0}, {"retain": True}, "the broker takes no retained messages"),
        (
            {"maximum_packet_size": 20},
            {"payload": b"x" * 15},
            "the broker takes packets of at most 20 bytes, got 21",
        ),
        (
            {"maximum_packet_size": 20},
            {"payload": b"x" * 200, "qos": 1},
            "the broker takes packets of at most 20 bytes, got 209",
        ),
    ],
)
def test_what_the_server_does_not_take_is_refused_at_our_side(
    terms: dict[str, int], message: dict[str, Any], why: str
) -> None:
    made = accepted(**terms)

    with pytest.raises(Refused) as caught:
        made.publish("a", **{"payload": b"", "token": "", **message})

    assert str(caught.value) == why
    assert made.is_settled


def test_a_packet_of_the_size_that_the_server_takes_is_sent() -> None:
    made = accepted(maximum_packet_size=20)

    assert len(made.publish("a", b"x" * 14, token="")) == 20


@pytest.mark.parametrize(
    ("terms", "filter_", "why"),
    [
        (
            {"wildcard_available": 0},
            "cmd/#",
            "the broker takes no subscription with a wildcard: cmd/#",
        ),
        (
            {"shared_available": 0},
            "$share/g/a",
            "the broker takes no shared subscription: $share/g/a",
        ),
    ],
)
def test_a_subscription_that_the_server_excludes_is_not_asked_for(
    terms: dict[str, int], filter_: str, why: str
) -> None:
    with pytest.raises(Refused) as caught:
        accepted(**terms).subscribe([filter_])

    assert str(caught.value) == why


@pytest.mark.parametrize("text_", ["$share/g", "$share//a", "$share/+/a", "$share/g/"])
def test_a_shared_filter_needs_a_name_and_a_filter(text_: str) -> None:
    with pytest.raises(DefinitionError, match=r"topic filter must be \$share/name/filter"):
        mqtt.encode_filter(text_)


# Topic aliases.


def test_a_received_message_tells_its_properties() -> None:
    (event,) = connected("5").receive(
        publish("cmd", b"go", said={"response_topic": "r", "correlation": b"7"})
    )

    assert event == mqtt.Publish(
        "cmd", b"go", 0, False, False, 0, {"response_topic": "r", "correlation": b"7"}
    )


@pytest.mark.parametrize(
    ("data", "why", "code"),
    [
        (b"\x30\x03\0\x01a", "a variable byte integer that is cut off", 0x81),
        (b"\x30\x0a\0\x01a\x06\x08\0\x03r/#", "a response topic that has + or #", 0x82),
        (b"\x90\x04\0\x02\0\x02", "SUBACK with code 2, asked for QoS 1", 0x82),
        (b"\x90\x02\0\x02", "SUBACK with flags 0 and 2 bytes", 0x81),
        (b"\x91\x04\0\x02\0\x01", "SUBACK with flags 1 and 4 bytes", 0x81),
        (b"\xb0\x02\0\x02", "UNSUBACK with flags 0 and 2 bytes", 0x81),
        (b"\x90\x05\0\x02\0\0\0", "SUBACK with 2 codes, not 1", 0x82),
        (b"\x40\x01\0", "PUBACK with flags 0 and 1 bytes", 0x81),
        (b"\x60\x02\0\x01", "PUBREL with flags 0 and 2 bytes", 0x81),
        (b"\x40\x05\0\x01\0\0\0", "PUBACK of 5 bytes, its properties end at 4", 0x81),
        (b"\xe0\x03\x8b\0\0", "DISCONNECT of 3 bytes, its properties end at 2", 0x81),
        (b"\x30\x05\0\x01a\x05\x01", "PUBLISH with properties that are cut off", 0x81),
        (b"\x36\x06\0\x01a\0\x01\0", "PUBLISH at QoS 3", 0x81),
        (b"\xe1\0", "DISCONNECT with flags 1 and 0 bytes", 0x81),
        (b"\xe0\x07\0\x05\x11\0\0\0\x01", "DISCONNECT with property 0x11, which", 0x81),
        (b"\x20\x03\0\0\0", "unexpected CONNACK from the broker while connected", 0x82),
        (b"\xf0\0", "unexpected AUTH from the broker", 0x82),
        (b"\xc0\0", "unexpected PINGREQ from the broker", 0x82),
        (b"\x30\x80\x80\x10", "a packet longer than 1024 bytes from the broker", 0x95),
        (b"\xd0\x01\0", "PINGRESP must have flags 0 and 0 bytes", 0x81),
    ],
)
def test_a_violation_is_answered_with_its_code(data: bytes, why: str, code: int) -> None:
    made = connected("5", maximum_packet_size=1_024)
    made.publish("a", b"", qos=1, token="one")
    made.subscribe(["a"])

    (event,) = made.receive(data)

    assert isinstance(event, mqtt.Ended)
    assert str(event.error).startswith(why)
    assert event.farewell == b"\xe0\x01" + bytes((code,))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x20\x01\0", "CONNACK with flags 0 and 1 bytes"),
        (
            b"\x20\x02\0\0",
            "CONNACK with code 0x00 and no properties, it may speak only MQTT 3.1.1",
        ),
        (b"\x20\x03\x01\x87\0", "CONNACK with flags 1 and reason code 0x87"),
        (b"\x20\x03\x02\0\0", "CONNACK with flags 2 and reason code 0x00"),
        (b"\xe0\x01\x8b", "unexpected DISCONNECT from the broker while connecting"),
    ],
)
def test_an_illegal_first_packet_ends_it_without_an_answer(data: bytes, why: str) -> None:
    made = session("5")

    (event,) = made.receive(data)

    assert isinstance(event, mqtt.Ended)
    assert (str(event.error), event.farewell) == (why, b"")


def test_a_packet_of_the_size_that_we_take_is_read_and_a_larger_one_is_not() -> None:
    fits = publish("a", b"x" * 1_017, said={})
    assert len(fits) == 1_024

    made = connected("5", maximum_packet_size=1_024)
    assert len(made.receive(fits)) == 1
    words = violation(made, publish("a", b"x" * 1_018, said={}))

    assert words == "a packet longer than 1024 bytes from the broker"


def test_after_the_servers_disconnect_nothing_is_said() -> None:
    made = connected("5")
    made.publish("a", b"", qos=2, token="one")

    words = refusal(made, ack(0x50, 1) + b"\xe0\x01\x8b" + ack(0x70, 1))

    assert words == "broker disconnected: server shutting down"
    assert (made.take_answers(), made.state) == (b"", mqtt.State.CLOSED)
