"""A WebSocket connection against everything that a server may send, and what it may not."""

from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import CloseCode
from wsproto import ConnectionType, WSConnection
from wsproto import events as theirs

from simulator.errors import DefinitionError, ProtocolViolation, Refused
from simulator.protocols.websocket import (
    Accepted,
    Ended,
    Event,
    Message,
    Ping,
    Pong,
    Session,
    State,
    encode_frame,
)
from simulator.protocols.websocket.closing import _WORDS
from simulator.protocols.websocket.opening import answer_to

NONCE = b"the sample nonce"  # RFC 6455, section 1.3
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
ANSWER = f"{SWITCH}Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n".encode()


def opening(**options: object) -> Session:
    session = Session("h", "/chat", **{"entropy": lambda _: NONCE, **options})  # type: ignore[arg-type]
    session.connect()
    return session


def opened(**options: object) -> Session:
    session = opening(**options)
    assert session.receive(ANSWER) == [Accepted("")]
    return session


def frame(first: int, payload: bytes = b"") -> bytes:
    return bytes((first, len(payload))) + payload


def end_of(events: list[Event]) -> Ended:
    assert isinstance(events[-1], Ended)
    assert sum(isinstance(event, Ended) for event in events) == 1
    return events[-1]


def unmasked(frame: bytes) -> bytes:
    """The payload of a short frame of a client."""
    key = frame[2:6]
    return bytes(byte ^ key[at % 4] for at, byte in enumerate(frame[6:]))


def test_the_key_of_the_specification_is_answered_as_there() -> None:
    assert answer_to("dGhlIHNhbXBsZSBub25jZQ==") == ACCEPT


def test_the_request_has_what_an_opening_needs() -> None:
    session = Session(
        "h:81",
        "/a?b=c",
        subprotocols=("mqtt", "mqttv3.1"),
        headers={"Authorization": "Bearer x"},
        entropy=lambda _: NONCE,
    )

    assert session.connect() == (
        b"GET /a?b=c HTTP/1.1\r\nHost: h:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: mqtt, mqttv3.1\r\nAuthorization: Bearer x\r\n\r\n"
    )


def test_a_conversation_with_another_implementation() -> None:
    session, server = Session("h", subprotocols=("mqtt",)), WSConnection(ConnectionType.SERVER)
    server.receive_data(session.connect())
    (request,) = server.events()
    assert isinstance(request, theirs.Request)
    answer = server.send(theirs.AcceptConnection(subprotocol="mqtt"))
    assert session.receive(answer) == [Accepted("mqtt")]

    server.receive_data(session.binary(b"b" * 300) + session.text("tä".encode()))
    said = list(server.events())
    back = server.send(theirs.TextMessage("hé", message_finished=False))
    back += server.send(theirs.Ping(b"1"))
    back += server.send(theirs.TextMessage("llo"))
    told = session.receive(back)
    server.receive_data(session.pong(b"1") + session.close())

    assert [event.data for event in said] == [b"b" * 300, "tä"]
    assert told == [Ping(b"1"), Message("héllo".encode(), True)]
    pong, close = server.events()
    assert (pong.payload, close.code) == (b"1", 1000)
    end = end_of(session.receive(server.send(close.response())))
    assert str(end.error) == "WebSocket closed by the far side, normal closure (1000)"
    assert end.farewell == b""
    assert session.state is State.CLOSED


@pytest.mark.parametrize("cut", [1, 2, 3, 6])
def test_a_stream_may_be_cut_anywhere(cut: int) -> None:
    data = ANSWER + frame(0x81, b"one") + frame(0x02, b"t") + frame(0x80, b"wo") + frame(0x88)
    session, events = opening(), []

    for at in range(0, len(data), cut):
        events += session.receive(data[at : at + cut])

    assert events[:3] == [Accepted(""), Message(b"one", True), Message(b"two", False)]
    assert str(end_of(events).error) == "WebSocket closed by the far side, no code"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ("HTTP/1.1 404 Nope\r\n\r\n", Refused, "WebSocket refused: HTTP 404 Not Found"),
        ("HTTP/1.1 401 x\r\nA: b\r\n\r\nbody", Refused, "WebSocket refused: HTTP 401 Unauthorized"),
        ("HTTP/1.1 200 OK\r\n\r\n", Refused, "WebSocket refused: HTTP 200 OK"),
        ("HTTP/1.1 799 OK\r\n\r\n", Refused, "WebSocket refused: HTTP 799"),
        (f"{SWITCH}\r\n", ProtocolViolation, "does not fit the key"),
        (f"{SWITCH}Sec-WebSocket-Accept: x\r\n\r\n", ProtocolViolation, "does not fit the key"),
        ("HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n", ProtocolViolation, "no upgrade to WebSocket"),
        ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n", ProtocolViolation, "no upgrade"),
        ("HTTP/1.0 101 x\r\n", ProtocolViolation, "does not speak HTTP/1.1"),
        ("HTTP/1.1 nine\r\n\r\n", ProtocolViolation, "does not speak HTTP/1.1"),
        ("\x00\x02\x03", ProtocolViolation, "does not speak HTTP/1.1"),
        ("HTTP/1.1 200 OK\nA: b\n\n", ProtocolViolation, "LF instead of CR LF"),
        (f"{SWITCH}no header\r\n\r\n", ProtocolViolation, "a line that is no header"),
        (f"{SWITCH}a b: c\r\n\r\n", ProtocolViolation, "a line that is no header"),
        (SWITCH + "A: b\r\n" * 99 + "\r\n", ProtocolViolation, "more than 100 headers"),
        (SWITCH + "A" * 17_000, ProtocolViolation, "an answer longer than 16384 bytes"),
    ],
)
def test_an_opening_that_fails_says_why(answer: str, error: type[Exception], words: str) -> None:
    session = opening()

    end = end_of(session.receive(answer.encode("latin-1")))

    assert type(end.error) is error
    assert words in str(end.error)
    assert end.farewell == b""
    assert session.receive(ANSWER) == []


@pytest.mark.parametrize(
    ("offered", "line", "words"),
    [
        (("mqtt",), "", "WebSocket refused: no subprotocol mqtt"),
        (("mqtt",), "Sec-WebSocket-Protocol: soap\r\n", "a subprotocol that was not offered"),
        ((), "Sec-WebSocket-Protocol: mqtt\r\n", "a subprotocol that was not offered"),
        ((), "Sec-WebSocket-Extensions: permessage-deflate\r\n", "extension that was not offered"),
    ],
)
def test_what_was_not_offered_is_not_taken(offered: tuple[str, ...], line: str, words: str) -> None:
    answer = ANSWER.removesuffix(b"\r\n") + line.encode() + b"\r\n"

    assert words in str(end_of(opening(subprotocols=offered).receive(answer)).error)


def test_headers_are_read_whatever_their_case_and_place() -> None:
    answer = (
        "HTTP/1.1 101 ok\r\nCONNECTION: keep-alive, UPGRADE\r\nupgrade: WebSocket\r\n"
        f"Set-Cookie: a\r\nSet-Cookie: b\r\nSec-WebSocket-Accept:{ACCEPT}\r\n\r\n"
    )

    assert opening().receive(answer.encode()) == [Accepted("")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (frame(0x80), "fragments are out of order"),
        (frame(0x01) + frame(0x01), "fragments are out of order"),
        (frame(0x02) + frame(0x82), "fragments are out of order"),
        (frame(0x88, b"\x03"), "a closing frame with half a code"),
        (frame(0x88, b"\x03\xed"), "a closing frame with code 1005, which is none"),
        (frame(0x88, b"\0\0"), "a closing frame with code 0, which is none"),
        (frame(0x88, b"\x03\xe7"), "a closing frame with code 999, which is none"),
        (frame(0x88, b"\x03\xec"), "a closing frame with code 1004, which is none"),
        (frame(0x88, b"\x03\xee"), "a closing frame with code 1006, which is none"),
        (frame(0x88, b"\x03\xf7"), "a closing frame with code 1015, which is none"),
        (frame(0x88, b"\x0b\xb7"), "a closing frame with code 2999, which is none"),
        (frame(0x88, b"\x13\x88"), "a closing frame with code 5000, which is none"),
        (frame(0x08, b"\x03\xe8"), "a control frame in fragments"),
        (b"\x88\x7e\0\x7e", "above 125 bytes"),
        (frame(0x88, b"\x03\xe8\xff"), "text of a closing frame is not UTF-8"),
        (frame(0x8B), "of no known kind"),
    ],
)
def test_what_no_server_may_send_ends_the_connection(data: bytes, words: str) -> None:
    end = end_of(opened().receive(frame(0x82, b"fine") + data + frame(0x82, b"never read")))

    assert isinstance(end.error, ProtocolViolation)
    assert words in str(end.error)
    assert unmasked(end.farewell) == (1002).to_bytes(2)


def test_a_text_that_is_not_utf_8_has_a_code_of_its_own() -> None:
    end = end_of(opened().receive(frame(0x81, b"\xff")))

    assert str(end.error) == "WebSocket: a text message is not UTF-8"
    assert unmasked(end.farewell) == (1007).to_bytes(2)


def test_a_character_may_be_cut_by_a_fragment() -> None:
    assert opened().receive(frame(0x01, b"\xc3") + frame(0x80, b"\xa4")) == [
        Message("ä".encode(), True)
    ]


def test_a_message_has_a_limit_however_many_fragments_it_has() -> None:
    session = opened(most=125)

    end = end_of(session.receive(frame(0x02, b"x" * 100) + frame(0x00, b"x" * 26)))

    assert str(end.error) == "WebSocket: a message longer than 125 bytes"


def test_the_code_of_a_close_is_told_in_words_and_answered() -> None:
    end = end_of(opened().receive(frame(0x88, b"\x03\xf0no\ttoken") + frame(0x82, b"late")))

    assert str(end.error) == ("WebSocket closed by the far side, policy violation (1008): no?token")
    assert unmasked(end.farewell) == (1008).to_bytes(2)


@pytest.mark.parametrize("code", [each for each in CloseCode if each not in {1005, 1006, 1015}])
def test_every_code_that_another_implementation_knows_has_words(code: CloseCode) -> None:
    end = end_of(opened().receive(frame(0x88, int(code).to_bytes(2))))

    assert isinstance(end.error, Refused)
    assert str(end.error) == (
        f"WebSocket closed by the far side, {_WORDS[code.value]} ({code.value})"
    )


@pytest.mark.parametrize("status", [each for each in HTTPStatus if each.value != 101])
def test_every_status_that_refuses_an_opening_has_its_phrase(status: HTTPStatus) -> None:
    end = end_of(opening().receive(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status))

    assert isinstance(end.error, Refused)
    assert str(end.error) == f"WebSocket refused: HTTP {status.value} {status.phrase}"


def test_a_code_of_an_application_is_told_as_it_is() -> None:
    assert str(end_of(opened().receive(frame(0x88, b"\x0f\xa1"))).error) == (
        "WebSocket closed by the far side, code 4001"
    )


def test_what_comes_after_a_close_is_not_read() -> None:
    (end,) = opened().receive(frame(0x88) + b"\xff\xff")

    assert isinstance(end, Ended)
    assert isinstance(end.error, Refused)


def test_after_our_close_messages_still_come_and_pings_stay_unanswered() -> None:
    session = opened()
    assert session.close()
    assert session.close() == b""

    events = session.receive(frame(0x82, b"late") + frame(0x89, b"?") + frame(0x8A, b"!"))

    assert events == [Message(b"late", False), Ping(b"?"), Pong(b"!")]
    assert session.pong(b"?") == b""


def test_fragments_of_a_stream_are_told_as_they_come() -> None:
    session = opened(is_stream=True)

    events = session.receive(frame(0x02, b"a") + frame(0x00, b"b") + frame(0x80) + frame(0x82))

    payloads = [event.payload for event in events if isinstance(event, Message)]
    assert payloads == [b"a", b"b", b"", b""]


def test_text_is_no_part_of_a_stream() -> None:
    end = end_of(opened(is_stream=True).receive(frame(0x81, b"hello")))

    assert str(end.error) == "WebSocket: text, where the protocol above has binary frames"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "chat"}, "path must begin with /"),
        ({"path": "/a b"}, "path must begin with /"),
        ({"path": "/a\r\nB: c"}, "path must begin with /"),
        ({"subprotocols": ("a b",)}, "subprotocol must be one word"),
        ({"headers": {"Host": "x"}}, "header Host is set by the simulator"),
        ({"headers": {"sec-websocket-key": "x"}}, "is set by the simulator"),
        ({"headers": {"A b": "x"}}, "header name must be"),
        ({"headers": {"A": "x\r\nB: c"}}, "header A must be one line of text"),
        ({"headers": {"A": "x" * 8_193}}, "header A must have at most 8192 bytes"),
    ],
)
def test_what_a_request_cannot_carry_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        Session("h", **options)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6), st.booleans())
def test_any_bytes_end_in_at_most_one_end(reads: list[bytes], is_open: bool) -> None:
    session = opened(most=125) if is_open else opening()
    events = [event for data in reads for event in session.receive(data)]

    ends = [event for event in events if isinstance(event, Ended)]
    assert len(ends) == (session.state is State.CLOSED)
    assert not ends or events[-1] is ends[0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 8, 9, 10, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A]),
                          st.binary(max_size=20)), max_size=8), st.integers(1, 9))  # fmt: skip
def test_how_a_conversation_is_cut_changes_nothing(sent: list[tuple[int, bytes]], cut: int) -> None:
    data = b"".join(frame(first, payload) for first, payload in sent)

    def told(size: int) -> list[str]:
        session = opened(most=125)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        events = [event for piece in pieces for event in session.receive(piece)]
        return [str(e.error) if isinstance(e, Ended) else str(e) for e in events]

    assert told(cut) == told(len(data) or 1)


def test_a_frame_of_ours_is_read_by_nobody_but_a_server() -> None:
    assert "masked" in str(end_of(opened().receive(encode_frame(2, b"x"))).error)
