"""Frames of WebSocket, against the examples of RFC 6455 and an independent implementation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode

from simulator.errors import ProtocolViolation
from simulator.protocols.websocket import encode_frame, frames
from simulator.protocols.websocket.frames import Frame, FrameReader

MOST = 70_000  # bytes of a payload here


def read(data: bytes, cut: int = 0) -> list[Frame]:
    reader, found = FrameReader(MOST), []
    for at in range(0, len(data), cut or len(data) or 1):
        reader.receive(data[at : at + (cut or len(data))], found)
    return found


def test_the_masked_text_of_the_specification() -> None:
    # RFC 6455, section 5.7: a single-frame masked text message.
    frame = encode_frame(frames.TEXT, b"Hello", bytes.fromhex("37fa213d"))

    assert frame == bytes.fromhex("818537fa213d7f9f4d5158")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("810548656c6c6f", [(0x81, b"Hello")]),
        ("010348656c80026c6f", [(0x01, b"Hel"), (0x80, b"lo")]),
        ("890548656c6c6f", [(0x89, b"Hello")]),
        ("827e0100" + "07" * 256, [(0x82, b"\7" * 256)]),
        ("827f0000000000010000" + "07" * 65_536, [(0x82, b"\7" * 65_536)]),
    ],
)
def test_the_unmasked_frames_of_the_specification(data: str, expected: list[Frame]) -> None:
    assert read(bytes.fromhex(data)) == expected


@pytest.mark.parametrize("cut", [1, 2, 3, 6])
def test_a_stream_may_be_cut_anywhere(cut: int) -> None:
    data = bytes.fromhex("810548656c6c6f827e0100") + b"\7" * 256 + b"\x8a\0\x81\x01x"

    assert read(data, cut) == [(0x81, b"Hello"), (0x82, b"\7" * 256), (0x8A, b""), (0x81, b"x")]


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536]))
def test_every_length_is_read_by_another_implementation(content: bytes, size: int) -> None:
    payload = (content * (size // len(content) + 1))[:size] if content else bytes(size)
    other = FrameProtocol(client=False, extensions=[])

    other.receive_bytes(encode_frame(frames.BINARY, payload))

    parts = list(other.received_frames())
    assert b"".join(bytes(part.payload) for part in parts) == payload
    assert parts[0].opcode is Opcode.BINARY
    assert parts[-1].message_finished


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)), max_size=5))
def test_what_another_implementation_sends_is_read(sent: list[tuple[int, bytes]]) -> None:
    other = FrameProtocol(client=False, extensions=[])
    data = b"".join(
        bytes(other.send_data(payload if kind == 2 else payload.hex(), fin=True))
        for kind, payload in sent
    )

    expected = [
        (0x80 | kind, payload if kind == 2 else payload.hex().encode()) for kind, payload in sent
    ]
    assert read(data) == expected


def test_two_frames_never_have_the_same_key_by_chance() -> None:
    keys = {encode_frame(frames.BINARY, b"")[2:6] for _ in range(50)}

    assert len(keys) > 45


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("c100", "reserved bits"),
        ("a100", "reserved bits"),
        ("8300", "of no known kind"),
        ("8f00", "of no known kind"),
        ("818000000000", "of the server is masked"),
        ("0900", "a control frame in fragments"),
        ("897e0080", "above 125 bytes"),
        ("827e007d", "not in its shortest form"),
        ("827f000000000000ffff", "not in its shortest form"),
        ("827fffffffffffffffff", "not in its shortest form"),
        ("827f0000000000011171", "a frame of 70001 bytes, above 70000"),
    ],
)
def test_an_illegal_frame_is_a_violation(data: str, words: str) -> None:
    with pytest.raises(ProtocolViolation, match=words):
        read(bytes.fromhex(data))


def test_the_frames_before_an_illegal_one_are_read() -> None:
    found: list[Frame] = []

    with pytest.raises(ProtocolViolation):
        FrameReader(MOST).receive(b"\x82\x01a\x82\x01b\xff\xff", found)

    assert found == [(0x82, b"a"), (0x82, b"b")]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_are_read_or_refused_and_never_pile_up(reads: list[bytes]) -> None:
    reader, found = FrameReader(50), []
    try:
        for data in reads:
            reader.receive(data, found)
            assert len(reader._kept) <= 50 + 10 + 40
    except ProtocolViolation:
        pass
    assert all(len(payload) <= 125 for _, payload in found)


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(1, 7))
def test_how_a_stream_is_cut_changes_nothing(data: bytes, cut: int) -> None:
    def outcome(size: int) -> tuple[list[Frame], str]:
        reader, found = FrameReader(50), []
        try:
            for at in range(0, len(data), size):
                reader.receive(data[at : at + size], found)
        except ProtocolViolation as error:
            return found, str(error)
        return found, ""

    assert outcome(cut) == outcome(len(data) or 1)
