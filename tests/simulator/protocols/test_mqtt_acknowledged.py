"""The short way of acknowledgements: the same tokens as by events, whatever stands beside them."""

import pytest

from simulator.protocols import mqtt
from tests.simulator.protocols.test_mqtt_packets import connected


def session(*tokens: str) -> mqtt.Session[str]:
    """One with messages in flight, whose identifiers count from 1."""
    made = connected()
    for token in tokens:
        made.publish("a", b"", token, 1)
    return made


def test_each_acknowledgement_gives_its_token_back() -> None:
    made = session("one", "two", "three")

    assert made.acknowledged(b"\x40\x02\0\x02\x40\x02\0\x01") == (["two", "one"], 8)
    assert list(made.in_flight.values()) == ["three"]


@pytest.mark.parametrize("rest", [b"\xd0\0", b"\x40\x02\0", b"\x40\x02\0\x09", b"\x40"])
def test_what_is_something_else_or_not_whole_is_left(rest: bytes) -> None:
    made = session("one", "two")

    assert made.acknowledged(b"\x40\x02\0\x01" + rest) == (["one"], 4)
    assert list(made.in_flight.values()) == ["two"]


@pytest.mark.parametrize("data", [b"", b"\x40\x02\0", b"\x40\x02\0\x09", b"\x30\x03\0\x01a"])
def test_where_there_is_none_nothing_is_taken(data: bytes) -> None:
    assert session("one").acknowledged(data) == ((), 0) or not session("one").acknowledged(data)[1]


def test_a_packet_that_has_begun_is_ended_first() -> None:
    made = session("one", "two")
    made.receive(b"\x40\x02\0")

    assert made.acknowledged(b"\x01\x40\x02\0\x02") == ((), 0)
    assert made.acknowledged(b"\x40\x02\0\x02") == ((), 0), "it may be the middle of a packet"


def test_before_the_connection_is_accepted_nothing_is_taken() -> None:
    opening = mqtt.Opening(client_id="a", clean_start=False)
    memory: mqtt.Memory[str] = mqtt.Memory()
    memory.in_flight[1] = "one"

    assert mqtt.Session(opening, memory).acknowledged(b"\x40\x02\0\x01") == ((), 0)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 8, 100])
def test_however_the_stream_is_cut_the_tokens_are_the_same(size: int) -> None:
    made = session(*"abcdef")
    stream = b"".join(b"\x40\x02\0" + bytes([number]) for number in (3, 1, 2)) + b"\x30\x03\0\x01x"
    stream += b"".join(b"\x40\x02\0" + bytes([number]) for number in (6, 4, 5))
    found: list[str] = []

    for start in range(0, len(stream), size):
        data = stream[start : start + size]
        tokens, taken = made.acknowledged(data)
        events = made.receive(data[taken:]) if taken < len(data) else []
        found += [*tokens, *(e.token if type(e) is mqtt.PubAck else "-" for e in events)]

    assert found == ["c", "a", "b", "-", "f", "d", "e"]


def test_what_a_session_keeps_for_its_next_connection_is_forgotten() -> None:
    made: mqtt.Session[str] = mqtt.Session(mqtt.Opening(client_id="a", clean_start=False))
    made.connect()
    made.receive(b"\x20\x02\0\0")
    made.publish("a", b"", "one", 1)
    assert made.memory.packets

    made.acknowledged(b"\x40\x02\0\x01")

    assert not made.memory.packets
