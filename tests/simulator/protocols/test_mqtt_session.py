"""An MQTT session against everything that a server may send, and what it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import ProtocolViolation, Refused
from simulator.protocols import mqtt
from simulator.protocols.mqtt.fields import encode_remaining_length
from tests.simulator.protocols.test_mqtt_packets import connected

CONNACK = b"\x20\x02\x00\x00"


def publish_bytes(
    topic: bytes, payload: bytes, *, head: int = 0x30, packet_id: bytes = b""
) -> bytes:
    body = len(topic).to_bytes(2) + topic + packet_id + payload
    return bytes((head,)) + encode_remaining_length(len(body)) + body


def end_of(session: mqtt.Session[str], data: bytes) -> str:
    """The text with which ``data`` ends the session."""
    *_, last = session.receive(data)
    assert isinstance(last, mqtt.Ended)
    assert isinstance(last.error, ProtocolViolation)
    assert session.state is mqtt.State.CLOSED
    return str(last.error)


def test_a_message_at_qos_1_is_acknowledged_with_its_token() -> None:
    session = connected()
    session.publish("a", b"1", qos=1, token="one")
    session.publish("a", b"2", qos=1, token="two")

    events = session.receive(b"\x40\x02\x00\x02\x40\x02\x00\x01")

    assert events == [mqtt.PubAck(2, "two"), mqtt.PubAck(1, "one")]
    assert session.in_flight == {}


def test_a_received_message_tells_all_its_flags() -> None:
    session = connected()

    events = session.receive(publish_bytes(b"a/b", b"hi", head=0x3B, packet_id=b"\0\x0a"))

    assert events == [mqtt.Publish("a/b", b"hi", 1, True, True, 10)]


def test_an_empty_message_is_received() -> None:
    assert connected().receive(b"\x30\x03\0\x01a") == [mqtt.Publish("a", b"", 0, False, False, 0)]


def test_a_granted_subscription_tells_what_was_granted() -> None:
    session = connected()
    session.subscribe(["a", "b"])

    assert session.receive(b"\x90\x04\0\x01\0\x01") == [mqtt.SubAck(1, b"\0\x01")]


def test_a_ping_is_answered_once() -> None:
    session = connected()
    session.ping()

    assert session.receive(b"\xd0\0") == [mqtt.PingResp()]
    assert end_of(session, b"\xd0\0") == "PINGRESP without a PINGREQ"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "unacceptable protocol version"),
        (2, "identifier rejected"),
        (3, "server unavailable"),
        (4, "bad user name or password"),
        (5, "not authorised"),
    ],
)
def test_a_refusal_is_told_in_words(code: int, words: str) -> None:
    session: mqtt.Session[str] = mqtt.Session(mqtt.Opening(client_id="a"))
    session.connect()

    (event,) = session.receive(bytes((0x20, 2, 0, code)))

    assert isinstance(event, mqtt.Ended)
    assert isinstance(event.error, Refused)
    assert str(event.error) == f"broker refused: {words}"
    assert session.state is mqtt.State.CLOSED


def test_a_refused_subscription_names_its_filter() -> None:
    session = connected()
    session.subscribe(["a", "cmd/b"])

    (event,) = session.receive(b"\x90\x04\0\x01\x01\x80")

    assert isinstance(event, mqtt.Ended)
    assert str(event.error) == "broker refused: subscription to cmd/b"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x20\x02\0\x06", "CONNACK with flags 0 and return code 6"),
        (b"\x20\x02\x01\x05", "CONNACK with flags 1 and return code 5"),
        (b"\x20\x02\x01\0", "CONNACK with a session present to a clean session"),
        (b"\x20\x02\x02\0", "CONNACK with flags 2 and return code 0"),
        (b"\x20\x01\0", "CONNACK must have flags 0 and 2 bytes, got 0 and 1"),
        (b"\x21\x02\0\0", "CONNACK must have flags 0 and 2 bytes, got 1 and 2"),
        (b"\x40\x02\0\x01", "unexpected PUBACK from the broker while connecting"),
        (b"\x30\x03\0\x01a", "unexpected PUBLISH from the broker while connecting"),
        (b"\xd0\0", "unexpected PINGRESP from the broker while connecting"),
        (b"SSH-2.0-x\r\n", "unexpected PUBREC from the broker while connecting"),  # no whole packet
        (b"HTTP/1.1 400 Bad", "the far side does not speak MQTT but HTTP, it seems"),
        (b"\x15\x03\x03\0\x02", "the far side does not speak plain MQTT but TLS, it seems"),
    ],
)
def test_an_illegal_first_packet_ends_the_session(data: bytes, text: str) -> None:
    session: mqtt.Session[str] = mqtt.Session(mqtt.Opening(client_id="a"))
    session.connect()

    assert end_of(session, data) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (CONNACK, "unexpected CONNACK from the broker while connected"),
        (b"\x40\x02\0\x07", "PUBACK for packet 7, which is not in flight"),
        (b"\x42\x02\0\x01", "PUBACK must have flags 0 and 2 bytes, got 2 and 2"),
        (b"\x40\x03\0\x01\0", "PUBACK must have flags 0 and 2 bytes, got 0 and 3"),
        (b"\x90\x03\0\x07\0", "SUBACK for packet 7, which is not in flight"),
        (b"\x90\x03\0\x02\x02", "SUBACK with code 2, asked for QoS 1"),
        (b"\x90\x04\0\x02\0\0", "SUBACK with 2 codes, not 1"),
        (b"\x90\x02\0\x02", "SUBACK with flags 0 and 2 bytes"),
        (b"\xb0\x02\0\x02", "UNSUBACK for packet 2, which is not in flight"),
        (b"\xd0\0", "PINGRESP without a PINGREQ"),
        (b"\xd0\x01\0", "PINGRESP must have flags 0 and 0 bytes, got 0 and 1"),
        (b"\x34\x05\0\x01a\0\x01", "PUBLISH at QoS 2, asked for at most 1"),
        (b"\x36\x05\0\x01a\0\x01", "PUBLISH at QoS 3"),
        (b"\x38\x03\0\x01a", "PUBLISH at QoS 0 marked as a duplicate"),
        (b"\x32\x05\0\x01a\0\0", "PUBLISH at QoS 1 with packet identifier 0"),
        (b"\x30\x03\0\x05a", "PUBLISH of 3 bytes, its topic needs 7"),
        (b"\x30\x00", "PUBLISH of 0 bytes, its topic needs 2"),
        (b"\x32\x03\0\x01a", "PUBLISH of 3 bytes, its topic needs 5"),
        (b"\x30\x03\0\x01\xff", "PUBLISH with a topic that is not UTF-8"),
        (b"\x30\x02\0\0", "PUBLISH with an empty topic"),
        (b"\x30\x03\0\x01#", "PUBLISH with a topic that has +, # or U+0000"),
        (b"\x50\x02\0\x01", "PUBREC for packet 1, which is not in flight"),
        (b"\x60\x02\0\x01", "PUBREL must have flags 2 and 2 bytes, got 0 and 2"),
        (b"\x70\x02\0\x01", "PUBCOMP for packet 1, which is not in flight"),
        (b"\x10\x00", "unexpected CONNECT from the broker"),
        (b"\x82\x00", "unexpected SUBSCRIBE from the broker"),
        (b"\xc0\x00", "unexpected PINGREQ from the broker"),
        (b"\xe0\x00", "unexpected DISCONNECT from the broker"),
        (b"\x00\x00", "unexpected reserved packet 0 from the broker"),
        (b"\xf0\x00", "unexpected reserved packet 15 from the broker"),
        (b"\x30\x80\x80\x80\x80", "a packet longer than 262144 bytes from the broker"),
        (b"\x30\x81\x80\x10", "a packet longer than 262144 bytes from the broker"),
    ],
)
def test_an_illegal_packet_ends_the_session(data: bytes, text: str) -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="one")
    session.subscribe(["a"])

    assert end_of(session, data) == text


def test_what_came_before_an_illegal_packet_is_not_lost() -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="one")

    first, second = session.receive(b"\x40\x02\0\x01\xf0\0")

    assert first == mqtt.PubAck(1, "one")
    assert isinstance(second, mqtt.Ended)


def test_a_closed_session_reads_nothing_more() -> None:
    session = connected()
    session.disconnect()

    assert session.receive(b"\xf0\0") == []


def test_nothing_is_published_before_the_session_stands() -> None:
    session: mqtt.Session[str] = mqtt.Session(mqtt.Opening(client_id="a"))

    with pytest.raises(RuntimeError, match="session must be CONNECTED, is NEW"):
        session.publish("a", b"", token="")


def test_a_session_says_connect_once() -> None:
    with pytest.raises(RuntimeError, match="session must be NEW, is CONNECTED"):
        connected().connect()


def test_a_message_of_the_largest_size_is_received() -> None:
    data = publish_bytes(b"a", b"x" * (mqtt.MAX_INCOMING - 7))
    session = connected()

    assert session.receive(data[:-1]) == []
    (event,) = session.receive(data[-1:])

    assert isinstance(event, mqtt.Publish)
    assert len(event.payload) == mqtt.MAX_INCOMING - 7


def test_no_packet_identifier_is_used_again_while_in_flight() -> None:
    session = connected()
    first = session.publish("a", b"", qos=1, token="stays")
    for _ in range(65_534):
        packet = session.publish("a", b"", qos=1, token="goes")
        session.receive(b"\x40\x02" + packet[-2:])

    again = session.publish("a", b"", qos=1, token="wraps")

    assert first[-2:] == b"\0\x01"
    assert again[-2:] == b"\0\x02"


def test_when_every_packet_identifier_is_in_flight_there_is_a_reason() -> None:
    session = connected()
    session.in_flight.update(dict.fromkeys(range(1, 65_536), "waits"))

    with pytest.raises(Exception, match="65535 messages are not acknowledged, no more fit"):
        session.publish("a", b"", qos=1, token="one too many")


def test_a_late_acknowledgement_frees_the_identifier_and_tells_nobody() -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="late")

    token = session.forsake(1)
    taken = set(session.awaited)
    events = session.receive(b"\x40\x02\0\x01")

    assert (token, taken, events, session.awaited) == ("late", {1}, [], {})


def test_a_forsaken_identifier_is_not_used_again_before_its_acknowledgement() -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="late")
    session.forsake(1)
    session._last_id = 65_535  # the next would be 1

    assert session.publish("a", b"", qos=1, token="next")[-2:] == b"\0\x02"


def stream() -> bytes:
    """Some of everything that a server may send, and an illegal packet at the end."""
    long = publish_bytes(b"long", bytes(range(256)) * 2, head=0x32, packet_id=b"\x01\x02")
    acks = b"".join(b"\x40\x02" + number.to_bytes(2) for number in (1, 2, 4, 3, 5))
    short = publish_bytes("温度".encode(), b"4.2", head=0x31)
    return acks[:8] + short + b"\x90\x03\0\x06\x01" + long + acks[8:] + b"\xd0\0" + b"\xb5"


def events_of(pieces: list[bytes]) -> list[str]:
    session: mqtt.Session[int] = mqtt.Session(mqtt.Opening(client_id="a"))
    session.connect()
    session.receive(CONNACK)
    for number in range(5):
        session.publish("a", b"", qos=1, token=number)
    session.subscribe(["a"])
    session.ping()
    events = [event for piece in pieces for event in session.receive(piece)]
    return [repr(event) for event in events]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 100])
def test_however_the_stream_is_cut_the_events_are_the_same(size: int) -> None:
    data = stream()

    whole = events_of([data + b"\x02\0\x01"])
    pieces = events_of([data[at : at + size] for at in range(0, len(data), size)] + [b"\x02\0\x01"])

    assert pieces == whole
    assert len(whole) == 10
    assert "UNSUBACK must have flags 0" in whole[-1]


@given(st.binary(max_size=300), st.integers(1, 40), st.booleans())
def test_random_bytes_end_the_session_or_are_read(
    data: bytes, cut: int, is_connected: bool
) -> None:
    session = connected() if is_connected else mqtt.Session[str](mqtt.Opening(client_id="a"))
    if not is_connected:
        session.connect()

    events = [e for at in range(0, len(data), cut) for e in session.receive(data[at : at + cut])]

    assert all(not isinstance(event, mqtt.Ended) for event in events[:-1])
    assert session._rest is None or len(session._rest) <= min(len(data), mqtt.MAX_INCOMING + 4)


@given(
    st.lists(st.sampled_from([b"\x30", b"\x40", b"\x02", b"\0", b"\x01", b"a", b"\xd0", b"\x90"]))
)
def test_bytes_that_are_nearly_packets_end_the_session_or_are_read(pieces: list[bytes]) -> None:
    session = connected()
    session.publish("a", b"", qos=1, token="one")

    whole = [repr(event) for event in session.receive(b"".join(pieces))]

    other = connected()
    other.publish("a", b"", qos=1, token="one")
    assert [repr(event) for piece in pieces for event in other.receive(piece)] == whole
