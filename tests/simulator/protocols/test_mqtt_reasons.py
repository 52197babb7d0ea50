"""Every code of a server's answer, in words, and those that it must not give."""

import pytest

from simulator.protocols import mqtt
from simulator.protocols.mqtt.reasons import CODES, MAX_SAID, WORDS, in_words
from tests.simulator.protocols.mqtt_making import (
    accepted,
    ack,
    block,
    connected,
    packet,
    refusal,
    session,
    violation,
)


def failures(name: str) -> list[int]:
    return sorted(code for code in CODES[name] if code >= 0x80)


def others(name: str) -> list[int]:
    return sorted(set(range(256)) - CODES[name])


@pytest.mark.parametrize("code", failures("CONNACK"))
def test_a_refused_connection_is_told_in_words(code: int) -> None:
    answer = packet(0x20, bytes((0, code)) + block(reason_string="said so"))

    assert refusal(session("5"), answer) == f"broker refused: {WORDS[code]} (said so)"


def test_a_refused_connection_of_a_server_without_words_is_told() -> None:
    assert refusal(session("5"), b"\x20\x03\0\x87\0") == "broker refused: not authorised"


@pytest.mark.parametrize("code", failures("PUBACK"))
@pytest.mark.parametrize(("qos", "head"), [(1, 0x40), (2, 0x50)])
def test_a_refused_message_is_settled_with_the_reason(qos: int, head: int, code: int) -> None:
    made = connected("5")
    made.publish("a", b"", qos=qos, token="one")

    (event,) = made.receive(packet(head, b"\0\x01" + bytes((code,)) + block(reason_string="no")))

    assert (event.token, event.reason) == ("one", f"broker refused: {WORDS[code]} (no)")
    assert made.is_settled
    assert made.take_answers() == b""  # no PUBREL for what was refused
    assert made.awaited == {}


@pytest.mark.parametrize("code", [0x00, 0x10])
@pytest.mark.parametrize("more", [b"", b"\0"])
def test_a_message_without_subscribers_has_arrived(code: int, more: bytes) -> None:
    made = connected("5")
    made.publish("a", b"", qos=1, token="one")

    assert made.receive(packet(0x40, b"\0\x01" + bytes((code,)) + more)) == [mqtt.PubAck(1, "one")]


@pytest.mark.parametrize("code", failures("SUBACK"))
def test_a_refused_subscription_is_told_in_words(code: int) -> None:
    made = connected("5")
    made.subscribe(["cmd/a"])

    answer = packet(0x90, b"\0\x01\0" + bytes((code,)))

    assert refusal(made, answer) == f"broker refused: subscription to cmd/a: {WORDS[code]}"


@pytest.mark.parametrize("code", failures("UNSUBACK"))
def test_an_unsubscription_that_is_refused_is_told_in_words(code: int) -> None:
    made = connected("5")
    made.unsubscribe(["cmd/a"])

    answer = packet(0xB0, b"\0\x01" + block(reason_string="no") + bytes((code,)))

    words = f"broker refused: the end of the subscription to cmd/a: {WORDS[code]} (no)"
    assert refusal(made, answer) == words


@pytest.mark.parametrize("code", sorted(CODES["DISCONNECT"]))
def test_a_disconnect_of_the_server_is_told_in_words(code: int) -> None:
    answer = packet(0xE0, bytes((code,)) + block(reason_string="bye"))

    assert refusal(connected("5"), answer) == f"broker disconnected: {WORDS[code]} (bye)"


def test_a_disconnect_without_a_code_is_a_normal_one() -> None:
    assert refusal(connected("5"), b"\xe0\0") == "broker disconnected: normal disconnection"


@pytest.mark.parametrize(
    ("name", "head", "start"),
    [
        ("CONNACK", 0x20, b"\0"),
        ("PUBACK", 0x40, b"\0\x01"),
        ("PUBREC", 0x50, b"\0\x02"),
        ("PUBREL", 0x62, b"\0\x09"),
        ("PUBCOMP", 0x70, b"\0\x02"),
        ("SUBACK", 0x90, b"\0\x03\0"),
        ("UNSUBACK", 0xB0, b"\0\x04\0"),
        ("DISCONNECT", 0xE0, b""),
    ],
)
def test_a_code_that_a_packet_does_not_have_is_a_violation(
    name: str, head: int, start: bytes
) -> None:
    for code in others(name):
        made = session("5") if name == "CONNACK" else connected("5")
        if name != "CONNACK":
            made.publish("a", b"", qos=1, token="one")
            made.publish("a", b"", qos=2, token="two")
            made.subscribe(["a"])
            made.unsubscribe(["a"])
        last = b"" if name in {"SUBACK", "UNSUBACK"} else b"\0"

        words = violation(made, packet(head, start + bytes((code,)) + last))

        assert words == f"{name} with reason code 0x{code:02X}, which it does not have"


@pytest.mark.parametrize(
    ("head", "code", "words"),
    [
        (0x20, 0x9C, "broker refused: use another server: b.example:1884"),
        (0x20, 0x9D, "broker refused: server moved: b.example:1884"),
        (0xE0, 0x9C, "broker disconnected: use another server: b.example:1884"),
        (0xE0, 0x9D, "broker disconnected: server moved: b.example:1884"),
    ],
)
def test_a_redirect_names_the_server_in_its_reason(head: int, code: int, words: str) -> None:
    made = session("5") if head == 0x20 else connected("5")
    start = b"\0" if head == 0x20 else b""

    (event,) = made.receive(
        packet(head, start + bytes((code,)) + block(server_reference="b.example:1884"))
    )

    assert isinstance(event, mqtt.Ended)
    assert isinstance(event.error, mqtt.Redirected)
    assert str(event.error) == words
    assert event.error.reference == "b.example:1884"
    assert event.error.is_for_good is (code == 0x9D)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", "quota exceeded"),
        ("two\nlines\t", "quota exceeded (two lines)"),
        ("x" * 200, f"quota exceeded ({'x' * 200})"),
        ("x" * 60_000, f"quota exceeded ({'x' * MAX_SAID}…)"),
    ],
)
def test_a_servers_own_reason_is_one_short_line(said: str, shown: str) -> None:
    assert in_words(0x97, said) == shown


def test_a_server_of_the_other_version_is_told() -> None:
    words = "broker refused: unacceptable protocol version, it may speak only MQTT 3.1.1"

    assert refusal(session("5"), b"\x20\x02\0\x01") == words
    assert refusal(session(), b"\x20\x03\0\x84\0") == "broker refused: unsupported protocol version"


def test_enhanced_authentication_is_said_not_to_be_spoken() -> None:
    asked = packet(0xF0, b"\x18" + block(authentication_method="SCRAM-SHA-256"))

    words = violation(session("5"), asked)

    assert words == (
        "unexpected AUTH from the broker: enhanced authentication is not spoken, "
        "method: SCRAM-SHA-256"
    )
    assert "enhanced authentication is not spoken" in refusal(session("5"), b"\x20\x03\0\x8c\0")
    given = packet(0x20, b"\0\0" + block(authentication_method="x"))
    words = violation(session("5"), given)
    assert words == "CONNACK with enhanced authentication, which was not asked for"


def test_an_identifier_that_the_server_has_not_found_is_a_failure_unless_it_was_resumed() -> None:
    made = connected("5")
    made.publish("a", b"", qos=2, token="one")
    made.receive(ack(0x50, 1))

    (event,) = made.receive(ack(0x70, 1, 0x92))

    assert event == mqtt.PubComp(1, "one", "broker refused: packet identifier not found")
    assert accepted().is_settled
