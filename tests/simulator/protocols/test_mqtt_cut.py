"""However a stream is cut or spoiled: the same events, no crash, no memory beyond one packet."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.protocols import mqtt
from tests.simulator.protocols.mqtt_making import (
    CONNACK,
    ack,
    block,
    connected,
    packet,
    publish,
    session,
    text,
)

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])
MOST = 4_096  # bytes of a packet that the sessions here take, where their version can say so


def busy(version: str) -> mqtt.Session[Any]:
    """A session that waits for something of every kind."""
    made: mqtt.Session[Any] = connected(
        version, subscribe_qos=2, topic_aliases=3, maximum_packet_size=MOST
    )
    for number in range(6):
        made.publish("a", b"", qos=1 + number % 2, token=number)  # odd identifiers at QoS 1
    made.subscribe(["a"])
    made.unsubscribe(["b"])
    made.ping()
    return made


def stream(version: str) -> list[bytes]:
    """Some of everything that a server may send."""
    is_5 = version == "5"
    said: dict[str, Any] = {"said": {}} if is_5 else {}
    rich = {"said": {"user_property": [("k", "v" * 90)], "topic_alias": 1}} if is_5 else {}
    parts = [
        ack(0x40, 1),
        ack(0x50, 2),
        publish("温度", b"4.2", head=0x31, **said),
        publish("long", bytes(range(256)) * 2, head=0x32, id_=258, **rich),
        ack(0x70, 2),
        publish("two", b"2", head=0x34, id_=9, **said),
        publish("two", b"2", head=0x3C, id_=9, **said),
        ack(0x62, 9),
        packet(0x90, b"\0\7" + (block(reason_string="ok") if is_5 else b"") + b"\2"),
        packet(0xB0, b"\0\x08" + (b"\0\0" if is_5 else b"")),
        b"\xd0\0",
        ack(0x50, 4),
        ack(0x50, 6),
        ack(0x40, 3),
    ]
    if is_5:
        parts += [publish("", b"alias", said={"topic_alias": 1}), ack(0x40, 5, 0x97)]
    return [*parts, ack(0x70, 4)]


def played(made: mqtt.Session[Any], pieces: list[bytes]) -> tuple[list[str], bytes]:
    """All events and all answers."""
    events, answers = [], b""
    for piece in pieces:
        events += [repr(event) for event in made.receive(piece)]
        answers += made.take_answers()
    return events, answers


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@VERSIONS
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 100])
def test_however_the_stream_is_cut_events_and_answers_are_the_same(version: str, size: int) -> None:
    data = b"".join(stream(version))

    whole = played(busy(version), [data])

    assert played(busy(version), cut(data, size)) == whole
    assert len(whole[0]) == (12 if version == "5" else 10)
    assert not any("Ended" in event for event in whole[0])


@VERSIONS
@given(data=st.data())
@settings(max_examples=60)
def test_packets_in_any_order_spoiled_anywhere_end_it_alike_however_cut(
    version: str, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.sampled_from(stream(version)), max_size=8))
    raw = bytearray(b"".join(parts))
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(0, max(0, len(raw) - 1)), st.integers(0, 255)), max_size=3)
    ):
        if raw:
            raw[at] = value
    size = data.draw(st.integers(1, 30))

    whole, _ = played(busy(version), [bytes(raw)])
    pieces, _ = played(busy(version), cut(bytes(raw), size))

    assert pieces == whole
    assert not any("Ended" in event for event in whole[:-1])


@VERSIONS
@given(data=st.binary(max_size=200), size=st.integers(1, 40), is_connected=st.booleans())
@settings(max_examples=60)
def test_any_bytes_are_read_or_end_it_and_at_most_one_packet_is_kept(
    version: str, data: bytes, size: int, is_connected: bool
) -> None:
    made = busy(version) if is_connected else session(version)

    for piece in cut(data, size):
        made.receive(piece)
        made.take_answers()
        kept = made._rest
        assert kept is None or len(kept) <= min(len(data), mqtt.MAX_INCOMING)


@given(
    properties=st.dictionaries(
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        max_size=4,
    ),
    topic=st.text(
        alphabet=st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1
    ),
    payload=st.binary(max_size=300),
    qos=st.integers(0, 2),
    retain=st.booleans(),
)
@settings(max_examples=60)
def test_what_one_side_writes_the_other_reads(
    properties: dict[str, str], topic: str, payload: bytes, qos: int, retain: bool
) -> None:
    """A PUBLISH looks the same both ways, so our decoder reads what our encoder wrote."""
    writer, reader = connected("5"), connected("5", subscribe_qos=2)
    said = mqtt.encode_properties(user_property=properties.items())

    data = writer.publish(topic, payload, qos=qos, retain=retain, token="", properties=said)

    (event,) = reader.receive(data)
    assert isinstance(event, mqtt.Publish)
    assert (event.topic, event.payload, event.qos, event.retain) == (topic, payload, qos, retain)
    assert event.properties.get("user_property", []) == list(properties.items())


def test_a_stream_of_tiny_properties_is_read_in_one_pass() -> None:
    many = [("", "")] * 50_000  # 5 bytes each: the worst that fits into the largest packet
    data = publish("a", said={"user_property": many})

    (event,) = connected("5").receive(data)

    assert isinstance(event, mqtt.Publish)
    assert len(event.properties["user_property"]) == len(many)


def test_the_makers_of_these_packets_agree_with_the_specification() -> None:
    assert CONNACK["5"] == packet(0x20, b"\0\0" + block())
    assert publish("a", b"x", head=0x32, id_=1) == b"\x32\x06" + text("a") + b"\0\x01x"
