"""What an MQTT client writes, against the bytes that the specification prints."""

import pytest
from pydantic import ValidationError

from simulator.errors import DefinitionError
from simulator.lot import Parting, Will
from simulator.protocols import mqtt
from simulator.protocols.mqtt.fields import MAX_REMAINING, encode_remaining_length, encode_topic


def connected(**identity: object) -> mqtt.Session[str]:
    session: mqtt.Session[str] = mqtt.Session(mqtt.Opening(client_id="cc-1", **identity))
    session.connect()
    assert session.receive(b"\x20\x02\x00\x00") == [mqtt.ConnAck()]
    return session


@pytest.mark.parametrize(
    ("length", "encoded"),
    [  # table 2.4
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2_097_151, "ffff7f"),
        (2_097_152, "80808001"),
        (268_435_455, "ffffff7f"),
    ],
)
def test_the_remaining_length_is_encoded_as_table_2_4_says(length: int, encoded: str) -> None:
    assert encode_remaining_length(length).hex() == encoded


@pytest.mark.parametrize("length", [-1, MAX_REMAINING + 1])
def test_a_remaining_length_beyond_four_bytes_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="length must be from 0 to 268435455"):
        encode_remaining_length(length)


def test_connect_has_the_variable_header_of_figure_3_6() -> None:
    session = mqtt.Session(
        mqtt.Opening(
            client_id="a",
            username="u",
            password="p",
            will=Will(topic="w", payload="x", qos=1),
            keep_alive=10,
        )
    )

    data = session.connect()

    # Figure 3.6: protocol name MQTT, level 4, flags, keep alive 10; its flags without will retain.
    assert data[2:12].hex(" ") == "00 04 4d 51 54 54 04 ce 00 0a"
    # Section 3.1.3, in this order: client identifier, will topic, will message, user, password.
    assert data[12:] == b"\0\x01a\0\x01w\0\x01x\0\x01u\0\x01p"
    assert data[:2] == bytes((0x10, len(data) - 2))


def test_connect_without_will_and_user_asks_only_for_a_clean_session() -> None:
    data = mqtt.Session(mqtt.Opening(client_id="a", keep_alive=60)).connect()

    assert data == b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a"


def test_a_retained_will_sets_its_flag() -> None:
    data = mqtt.Session(mqtt.Opening(client_id="a", will=Will(topic="w", retain=True))).connect()

    assert data[9] == 0x26


def test_publish_has_the_layout_of_figure_3_11() -> None:
    session = connected()
    session.publish("a/b", b"first", qos=1, token="first")

    data = session.publish("a/b", b"hi", qos=1, token="second")

    assert data == b"\x32\x09\0\x03a/b\0\x02hi"  # 2 is the packet identifier


def test_publish_at_qos_0_has_no_packet_identifier() -> None:
    assert connected().publish("a/b", b"hi", token="") == b"\x30\x07\0\x03a/bhi"


def test_retain_is_the_lowest_bit() -> None:
    assert connected().publish("a", b"", token="", retain=True)[0] == 0x31


@pytest.mark.parametrize("size", [122, 123, 16_378, 16_379, 2_097_146, 2_097_147])
def test_a_publish_of_any_size_has_the_right_length(size: int) -> None:
    data = connected().publish("abc", b"x" * size, token="")

    head = encode_remaining_length(size + 5)
    assert data[1 : 1 + len(head)] == head
    assert data[1 + len(head) :] == b"\0\x03abc" + b"x" * size


def test_a_topic_that_is_not_ascii_is_sent_as_utf_8() -> None:
    assert connected().publish("温度", b"", token="") == b"\x30\x08\0\x06" + "温度".encode()


def test_subscribe_asks_for_qos_1() -> None:
    data = connected().subscribe(["a/b", "c/#"])

    # Figure 3.23, with QoS 1 for both, and packet identifier 1.
    assert data == b"\x82\x0e\0\x01\0\x03a/b\x01\0\x03c/#\x01"


def test_the_short_packets_are_those_of_the_specification() -> None:
    session = connected()

    session.receive(b"\x32\x05\0\x01a\0\x0a")

    assert session.take_answers() == b"\x40\x02\x00\x0a"
    assert session.ping() == b"\xc0\x00"
    assert session.disconnect() == b"\xe0\x00"


@pytest.mark.parametrize("topic", ["", "a/#", "+/b", "a\0b", "x" * 65_536, "ä" * 32_768, "\ud800"])
def test_a_topic_that_cannot_be_published_on_is_refused(topic: str) -> None:
    with pytest.raises(DefinitionError, match="topic"):
        connected().publish(topic, b"", token="")


@pytest.mark.parametrize("text", ["#", "+", "a/+/b", "a/#", "/", "+/+/#", "$share/g/a"])
def test_a_valid_filter_is_taken(text: str) -> None:
    assert mqtt.encode_filter(text)[2:] == text.encode()


@pytest.mark.parametrize("text", ["", "a#", "#/a", "a/#/b", "a+", "+a/b", "a\0"])
def test_a_misplaced_wildcard_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="topic filter must"):
        mqtt.encode_filter(text)


def test_a_subscription_needs_a_filter() -> None:
    with pytest.raises(DefinitionError, match="at least one topic filter"):
        connected().subscribe([])


def test_a_password_needs_a_user_name() -> None:
    with pytest.raises(DefinitionError, match="a password needs a user name"):
        mqtt.Session(mqtt.Opening(client_id="a", password="secret"))


def test_the_text_of_a_refused_password_has_no_secret() -> None:
    with pytest.raises(DefinitionError) as caught:
        mqtt.Session(mqtt.Opening(client_id="a", username="u", password="secret" * 20_000))

    assert "secret" not in str(caught.value)
    assert str(caught.value) == "password must have at most 65535 bytes, got 120000"


def test_a_client_id_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DefinitionError, match="client id must have at most 65535 bytes"):
        mqtt.Session(mqtt.Opening(client_id="a" * 65_536))


def test_a_message_longer_than_four_length_bytes_say_is_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_REMAINING

    with pytest.raises(DefinitionError, match="a message must have at most 268435455 bytes"):
        connected().publish("a", Huge(), token="")


def test_a_wildcard_in_a_will_topic_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be a name without"):
        Will(topic="a/#")
    with pytest.raises(DefinitionError, match="will topic must"):
        mqtt.Session(mqtt.Opening(client_id="a", will=Parting("a/#", b"", 0, False)))


def test_an_empty_topic_is_no_topic_in_a_will_either() -> None:
    with pytest.raises(DefinitionError, match="will topic must"):
        encode_topic("", "will topic")


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_text_of_the_identity_that_is_no_mqtt_string_is_refused(version: str, text: str) -> None:
    will = Parting(text, b"", 0, retain=False)
    for identity in ({"client_id": text}, {"username": text}, {"will": will}):
        with pytest.raises(DefinitionError, match=r"must not have U\+0000|UTF-8 cannot carry"):
            mqtt.SESSIONS[version](mqtt.Opening(**{"client_id": "a", **identity}))


def test_a_byte_order_mark_is_a_character_like_any_other() -> None:
    sent = connected().publish("\ufeffa", b"", token="")
    (event,) = connected().receive(sent)

    assert sent == b"\x30\x06\0\x04\xef\xbb\xbfa"
    assert isinstance(event, mqtt.Publish)
    assert event.topic == "\ufeffa"


def test_a_subscription_takes_an_identifier_that_is_free() -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="one")
    session._last_id = 65_535  # the next would be 1

    assert session.subscribe(["a"])[2:4] == b"\0\x02"
    assert session.unsubscribe(["a"])[2:4] == b"\0\x03"


def test_a_session_that_is_to_last_needs_a_client_id() -> None:
    with pytest.raises(DefinitionError, match="a session that is to last needs a client id"):
        mqtt.Session(mqtt.Opening(client_id="", clean_start=False))
