"""Every property of MQTT 5: written, read, and refused where it does not belong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.protocols.mqtt import properties
from simulator.protocols.mqtt.properties import TABLE

# Name, value, and its bytes by hand from section 2.2.2.2 and the sections that it names.
SAMPLES: list[tuple[str, Any, str]] = [
    ("payload_format", 1, "01 01"),
    ("message_expiry", 600, "02 00000258"),
    ("content_type", "a/b", "03 0003 612f62"),
    ("response_topic", "r", "08 0001 72"),
    ("correlation", b"\0\xff", "09 0002 00ff"),
    ("subscription_identifier", 268_435_455, "0b ffffff7f"),
    ("session_expiry", 4_294_967_295, "11 ffffffff"),
    ("assigned_client_id", "c", "12 0001 63"),
    ("server_keep_alive", 30, "13 001e"),
    ("authentication_method", "m", "15 0001 6d"),
    ("authentication_data", b"\1", "16 0001 01"),
    ("request_problem_information", 0, "17 00"),
    ("will_delay", 5, "18 00000005"),
    ("request_response_information", 1, "19 01"),
    ("response_information", "i", "1a 0001 69"),
    ("server_reference", "h:1", "1c 0003 683a31"),
    ("reason_string", "why", "1f 0003 776879"),
    ("receive_maximum", 20, "21 0014"),
    ("topic_alias_maximum", 10, "22 000a"),
    ("topic_alias", 1, "23 0001"),
    ("maximum_qos", 1, "24 01"),
    ("retain_available", 0, "25 00"),
    ("user_property", [("k", "v")], "26 0001 6b 0001 76"),
    ("maximum_packet_size", 1_024, "27 00000400"),
    ("wildcard_available", 0, "28 00"),
    ("subscription_identifiers_available", 0, "29 00"),
    ("shared_available", 1, "2a 01"),
]


def packet_of(name: str) -> str:
    """A packet in which the property may stand."""
    return min(TABLE[properties.IDENTIFIERS[name]].packets)


def read(packet: str, data: bytes) -> Any:
    return properties.decode(packet, properties.block(data), 0)[0]


def test_every_property_of_the_table_has_a_sample() -> None:
    assert [name for name, _, _ in SAMPLES] == [each.name for each in TABLE.values()]


@pytest.mark.parametrize(("name", "value", "encoded"), SAMPLES)
def test_a_property_is_written_and_read_as_its_section_says(
    name: str, value: Any, encoded: str
) -> None:
    data = bytes.fromhex(encoded)
    listed = [value] if name == "subscription_identifier" else value

    assert properties.encode(**{name: value}) == data
    assert read(packet_of(name), data) == {name: listed}


@pytest.mark.parametrize(("name", "value", "encoded"), SAMPLES)
def test_a_property_in_a_packet_that_does_not_have_it_is_malformed(
    name: str, value: Any, encoded: str
) -> None:
    known = TABLE[properties.IDENTIFIERS[name]]
    others = {"PUBLISH", "CONNACK", "PUBACK", "AUTH", "DISCONNECT", "PUBREL", "SUBACK"}

    for packet in others - known.packets:
        with pytest.raises(ProtocolViolation, match=rf"{packet} with property 0x"):
            read(packet, bytes.fromhex(encoded))


@pytest.mark.parametrize(("name", "value", "encoded"), SAMPLES)
def test_only_a_user_property_may_come_twice(name: str, value: Any, encoded: str) -> None:
    data = bytes.fromhex(encoded) * 2

    if name in {"user_property", "subscription_identifier"}:
        assert len(read(packet_of(name), data)[name]) == 2
        return
    with pytest.raises(ProtocolViolation, match="twice"):
        read(packet_of(name), data)


@pytest.mark.parametrize(("name", "value", "encoded"), SAMPLES)
def test_a_property_that_is_cut_off_is_malformed(name: str, value: Any, encoded: str) -> None:
    data = bytes.fromhex(encoded)

    for end in range(1, len(data)):
        with pytest.raises(ProtocolViolation, match="cut off"):
            read(packet_of(name), data[:end])


@pytest.mark.parametrize(
    ("packet", "encoded", "why"),
    [
        ("PUBLISH", "01 02", "PUBLISH with payload format 2"),
        ("CONNACK", "24 02", "CONNACK with maximum qos 2"),
        ("CONNACK", "25 02", "CONNACK with retain available 2"),
        ("CONNACK", "28 02", "CONNACK with wildcard available 2"),
        ("CONNACK", "21 0000", "CONNACK with receive maximum 0"),
        ("CONNACK", "27 00000000", "CONNACK with maximum packet size 0"),
        ("PUBLISH", "23 0000", "PUBLISH with topic alias 0"),
        ("PUBLISH", "0b 00", "PUBLISH with subscription identifier 0"),
        ("PUBLISH", "03 0001 ff", "a text that is not UTF-8"),
        ("PUBLISH", "03 0003 eda080", "a text that is not UTF-8"),  # half of a surrogate pair
        ("PUBLISH", "03 0001 00", r"a text with U\+0000"),
        ("PUBLISH", "00", "PUBLISH with property 0x00, which it does not have"),
        ("PUBLISH", "ff7f", "PUBLISH with property 0x3FFF, which it does not have"),
        ("PUBLISH", "8100", "more bytes than it needs"),
        ("PUBLISH", "0b ffffffff7f", "more than four bytes"),
    ],
)
def test_a_value_that_must_not_be_is_refused(packet: str, encoded: str, why: str) -> None:
    with pytest.raises(ProtocolViolation, match=why):
        read(packet, bytes.fromhex(encoded))


def test_properties_longer_than_their_packet_are_malformed() -> None:
    with pytest.raises(ProtocolViolation, match="PUBLISH with properties that are cut off"):
        properties.decode("PUBLISH", b"\x05\x01\x01", 0)


def test_the_order_of_user_properties_is_kept() -> None:
    pairs = [("b", "1"), ("a", "2"), ("b", "3")]

    assert read("PUBLISH", properties.encode(user_property=pairs)) == {"user_property": pairs}


@pytest.mark.parametrize("value", ["a\0", "\ud800", "x" * 65_536])
def test_a_text_that_mqtt_cannot_carry_is_refused_before_it_is_sent(value: str) -> None:
    with pytest.raises(DefinitionError, match="content type"):
        properties.encode(content_type=value)
    with pytest.raises(DefinitionError, match="user property"):
        properties.encode(user_property=[("k", value)])


@pytest.mark.parametrize("topic", ["a/#", "+", ""])
def test_a_response_topic_is_a_name(topic: str) -> None:
    with pytest.raises(DefinitionError, match="response topic must be a name"):
        properties.encode(response_topic=topic)


@given(st.binary(max_size=80), st.sampled_from(["PUBLISH", "CONNACK", "SUBACK", "DISCONNECT"]))
def test_any_bytes_are_properties_or_a_violation(data: bytes, packet: str) -> None:
    try:
        found, end = properties.decode(packet, data, 0)
    except ProtocolViolation:
        return

    assert end <= len(data)
    assert set(found) <= set(properties.IDENTIFIERS)
