"""Messages and options of CoAP against an independent codec, and against chance."""

import pytest
from aiocoap import Message as Peer
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.protocols import coap
from simulator.protocols.coap.message import Malformed, decode, encode
from simulator.protocols.coap.options import Block, encode_options, read_block, uint
from tests.simulator.protocols.coap_server import Play

# Elective numbers, so that the peer takes them for opaque ones, of every form of delta.
OPTIONS = st.lists(
    st.tuples(
        st.sampled_from([2050, 2054, 2066, 2350, 9000, 65000]),
        st.binary(max_size=300),
    ),
    max_size=5,
)


@given(
    code=st.sampled_from([1, 2, 3, 0x44, 0x45, 0x84]),
    message_id=st.integers(0, 65_535),
    token=st.binary(max_size=8),
    options=OPTIONS,
    payload=st.binary(max_size=50),
)
def test_what_is_encoded_is_read_by_another_codec_and_by_ours(
    code: int, message_id: int, token: bytes, options: list[tuple[int, bytes]], payload: bytes
) -> None:
    data = encode(0, code, message_id, token, options=encode_options(options), payload=payload)

    theirs, ours = Peer.decode(data), decode(data)

    assert (theirs.code, theirs.mid, theirs.token) == (code, message_id, token)
    assert theirs.payload == payload
    wanted = sorted(options, key=lambda option: option[0])
    assert [(int(o.number), o.encode()) for o in theirs.opt.option_list()] == wanted
    assert ours == (0, code, message_id, token, tuple(wanted), payload)


@given(st.binary(max_size=60))
def test_whatever_comes_is_a_message_or_refused(data: bytes) -> None:
    try:
        message = decode(data)
    except Malformed:
        return
    again = encode(
        message.kind, message.code, message.message_id, message.token,
        options=encode_options(message.options), payload=message.payload,
    )  # fmt: skip
    assert decode(again) == message


@given(st.lists(st.binary(min_size=4, max_size=40), max_size=10))
def test_whatever_comes_leaves_a_session_at_work(datagrams: list[bytes]) -> None:
    play = Play()
    play.request()
    play.session.observe("a", (), 0.0)
    for each in datagrams:
        play.hear(bytes((each[0] & 0x3F | 0x40,)) + each[1:])

    assert len(play.sent()) <= len(datagrams) + 2


@pytest.mark.parametrize(
    ("value", "data"),
    [(0, b""), (1, b"\x01"), (255, b"\xff"), (256, b"\x01\0"), (2**24, b"\1\0\0\0")],
)
def test_numbers_have_no_leading_zeros(value: int, data: bytes) -> None:
    assert uint(value) == data


@given(st.integers(0, 2**20 - 1), st.booleans(), st.integers(0, 6))
def test_a_block_is_read_as_it_was_written(number: int, has_more: bool, exponent: int) -> None:
    block = Block(number, has_more, exponent)

    assert read_block(block.value()) == block


def test_more_than_a_hundred_options_are_refused() -> None:
    data = encode(0, 0x45, 1, b"", options=encode_options([(2050, b"")] * 101))

    with pytest.raises(ProtocolViolation, match="a message has at most 100 options"):
        decode(data)


def options_of(*args: str, **more: object) -> list[tuple[int, bytes]]:
    return list(coap.resource_options(*args, **more))  # type: ignore[arg-type]


def test_an_address_is_split_and_unescaped() -> None:
    found = options_of("/api/?z=3", "/a%20b/ü?x=1&y=%26", host="h")

    assert found == [
        (3, b"h"), (11, b"api"), (11, b"a b"), (11, "ü".encode()), (15, b"x=1"), (15, b"y=&"),
        (15, b"z=3"),
    ]  # fmt: skip


def test_the_root_has_no_segments() -> None:
    assert options_of("", "/") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/a/../b", r"path must not have \. or \.\. as a segment"),
        ("/" + "x" * 256, "path segment has at most 255 bytes, got 256"),
        ("/a?" + "x" * 256, "query has at most 255 bytes, got 256"),
        ("/%ff", "path segment has a character that UTF-8 cannot carry"),
        ("/a" * 51, "path and query have at most 50 parts together"),
    ],
)
def test_an_address_that_no_option_carries_is_refused(path: str, text: str) -> None:
    with pytest.raises(DefinitionError, match=text):
        coap.resource_options("", path)


@pytest.mark.parametrize(
    ("media_type", "coding", "number"),
    [
        ("application/json; charset=utf-8", "", 50),
        ("application/cbor", "deflate", 11_060),
        ("text/csv", "", None),
        ("application/json", "gzip", None),
    ],
)
def test_a_media_type_has_its_number(media_type: str, coding: str, number: int | None) -> None:
    assert coap.content_format(media_type, coding) == number


@pytest.mark.parametrize(
    ("host", "option"), [("Broker.example", "broker.example"), ("10.0.0.1", ""), ("fe80::1%e0", "")]
)
def test_a_name_is_told_to_the_server_and_an_address_is_not(host: str, option: str) -> None:
    assert coap.host_option(host) == option
