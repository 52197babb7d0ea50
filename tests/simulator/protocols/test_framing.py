"""Frames on a stream: the same however it is cut, and bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.lot.framing import MAX_FRAME, Fixed, Framing, Lengths, Lines
from simulator.lot.octets import octets
from simulator.protocols.framing import Pattern, decoder, encoder

FRAMINGS: list[Framing] = [
    Lines(),
    Lines(delimiter="\r\n"),
    Lines(delimiter=";;"),
    Lines(delimiter=r"\xc0", escape=r"\xdb\xdc"),
    Lines(delimiter="abab"),
    *[
        Lengths(size=size, order=order, counts_itself=counts_itself)
        for size in (1, 2, 4)
        for order in ("big", "little")
        for counts_itself in (False, True)
    ],
    Fixed(size=7),
]


def frames(framing: Framing, *pieces: bytes) -> list[bytes]:
    reader = decoder(framing)
    return [frame for piece in pieces for frame in reader.receive(piece)]


@given(
    framing=st.sampled_from(FRAMINGS),
    payloads=st.lists(st.binary(max_size=20) | st.sampled_from([b"a;", b"\r", b"xab"]), max_size=6),
    cut=st.integers(1, 6),
)
def test_what_is_framed_is_found_again_however_it_is_cut(
    framing: Framing, payloads: list[bytes], cut: int
) -> None:
    encode = encoder(framing)
    sent, stream = [], b""
    for payload in payloads:
        try:
            stream += encode(payload)
        except DefinitionError:
            continue
        sent.append(payload)
    if isinstance(framing, Lines):
        sent = [each.replace(octets(framing.delimiter), octets(framing.escape)) for each in sent]
        if framing.delimiter == "\n":  # a carriage return before it is the far side's habit
            sent = [each[:-1] if each.endswith(b"\r") else each for each in sent]

    pieces = [stream[at : at + cut] for at in range(0, len(stream), cut)]

    assert frames(framing, *pieces) == sent
    assert frames(framing, stream) == sent


@given(framing=st.sampled_from(FRAMINGS), data=st.binary(max_size=200), cut=st.integers(1, 50))
def test_whatever_comes_gives_the_same_frames_however_it_is_cut(
    framing: Framing, data: bytes, cut: int
) -> None:
    def read(*pieces: bytes) -> list[object]:
        found: list[object] = []
        reader = decoder(framing)
        try:
            for piece in pieces:
                found.extend(reader.receive(piece))
        except ProtocolViolation as error:
            found.append(str(error))
        return found

    whole = read(data)

    # A violation may be seen before all frames ahead of it were handed out together with it.
    assert read(*[data[at : at + cut] for at in range(0, len(data), cut)]) == whole


@pytest.mark.parametrize(
    ("framing", "payload", "text"),
    [
        (Lines(), b"a\nb", r"payload has the delimiter b'\\n' in it"),
        (Lines(delimiter=";;"), b"a;", "payload makes the delimiter b';;' with what is beside it"),
        (Lines(delimiter="aba", escape="b"), b"aabaa", "makes the delimiter"),
        (Lengths(size=1), bytes(256), "a length of 1 bytes is at most 255, got 256"),
        (Lengths(size=1, counts_itself=True), bytes(255), "at most 255, got 256"),
        (Lengths(size=2), bytes(65_536), "at most 65,535, got 65,536"),
        (Fixed(size=3), b"ab", "a message has 3 bytes, got 2"),
    ],
)
def test_a_payload_that_cannot_be_framed_is_refused(
    framing: Framing, payload: bytes, text: str
) -> None:
    with pytest.raises(DefinitionError, match=text):
        encoder(framing)(payload)


@pytest.mark.parametrize(
    ("framing", "data"),
    [
        (Lengths(size=2), b"\0\x02hi"),
        (Lengths(size=2, order="little"), b"\x02\0hi"),
        (Lengths(size=4, counts_itself=True), b"\0\0\0\x06hi"),
        (Lines(delimiter="\r\n"), b"hi\r\n"),
        (Fixed(size=2), b"hi"),
    ],
)
def test_frames_have_these_bytes(framing: Framing, data: bytes) -> None:
    assert encoder(framing)(b"hi") == data


@pytest.mark.parametrize(
    ("framing", "data", "text"),
    [
        (Lines(), bytes(MAX_FRAME + 1), "a line of more than 262,144 bytes"),
        (Lines(), bytes(MAX_FRAME + 1) + b"\n", "a line of more than 262,144 bytes"),
        (Lengths(), b"\0\4\0\1", "a frame of 262,145 bytes, 262,144 are read at most"),
        (Lengths(size=4, counts_itself=True), b"\0\0\0\3", "a frame of 3 bytes, its length has 4"),
    ],
)
def test_what_is_no_frame_ends_the_stream(framing: Framing, data: bytes, text: str) -> None:
    with pytest.raises(ProtocolViolation, match=text):
        frames(framing, data)


def test_a_line_of_the_largest_size_is_read() -> None:
    assert frames(Lines(), bytes(MAX_FRAME), b"\n") == [bytes(MAX_FRAME)]


def test_frames_before_a_violation_are_handed_out() -> None:
    found = decoder(Lengths(size=2, counts_itself=True)).receive(b"\0\3a\0\0")

    assert next(found) == b"a"
    with pytest.raises(ProtocolViolation):
        next(found)


@pytest.mark.parametrize(
    ("pattern", "data", "is_like"),
    [
        ("*", b"", True),
        ("OK", b"OK", True),
        ("OK", b"OK\n", False),
        ("OK*", b"OK 7", True),
        ("*OK", b"7 OK", True),
        ("a*b*c", b"a--b--c", True),
        ("a*b*c", b"a--c--b", False),
        ("ab*ba", b"aba", False),
        (r"\x01*", b"\x01\xff", True),
        (r"\x2a", b"*", True),
        ("**", b"x", True),
    ],
)
def test_a_pattern_is_like_what_it_says(pattern: str, data: bytes, is_like: bool) -> None:
    assert Pattern(pattern).matches(data) is is_like


def test_a_pattern_takes_no_longer_than_the_bytes_allow() -> None:
    assert not Pattern("*a" * 200 + "b").matches(b"a" * 100_000)


@pytest.mark.parametrize(
    ("text", "data"), [(r"\n\r\t\0\\\x7F", b"\n\r\t\0\\\x7f"), ("ü", "ü".encode()), ("\n", b"\n")]
)
def test_escapes_stand_for_bytes(text: str, data: bytes) -> None:
    assert octets(text) == data


@pytest.mark.parametrize("text", ["\\", r"\q", r"\x1"])
def test_an_unknown_escape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an escape is"):
        octets(text)
