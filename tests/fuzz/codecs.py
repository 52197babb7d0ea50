"""Every codec of a wire, fed with whatever comes: the same events however it is cut, no exception
of ours, and no more memory than its limit.

A driver takes bytes: the first says how the rest is cut and what the codec waits for. It returns
nothing, and raises only when the codec broke its word. ``with_atheris`` looks for such bytes by
coverage; ``test_codecs`` feeds drivers with chance and with what was found before.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from simulator.errors import ProtocolViolation, TargetError
from simulator.lot.framing import Fixed, Framing, Lengths, Lines
from simulator.protocols import framing, http, websocket
from simulator.protocols.http.head import MAX_HEAD
from simulator.protocols.websocket.opening import answer_to
from tests.fuzz.acknowledging import acknowledgements, beginnings
from tests.fuzz.readers import READER_BEGINNINGS, READERS
from tests.simulator.protocols.coap_server import Play
from tests.simulator.protocols.test_mqtt_cut import busy, stream

MOST_CUTS = 16  # pieces of one stream
ROOM = 65_536  # bytes beside what a codec keeps: its own tables, a list's growth

Driver = Callable[[bytes], None]


def pieces(data: bytes, how: int) -> Iterator[bytes]:
    """Yield ``data`` in pieces; ``how`` 0 is in one."""
    step = max(1, len(data) // (how % MOST_CUTS + 1))
    for start in range(0, len(data), step):
        yield data[start : start + step]


def both(data: bytes, feed: Callable[[Iterator[bytes]], object]) -> None:
    """Feed ``data`` whole and cut, and hold what came out against each other."""
    how, rest = data[0], data[1:]
    whole = feed(iter([rest]))
    cut = feed(pieces(rest, how))
    assert repr(whole) == repr(cut), (whole, cut)


def mqtt(version: str) -> Driver:
    """A session that waits for something of every kind."""

    def feed(parts: Iterator[bytes]) -> list[Any]:
        session = busy(version)
        events: list[Any] = []
        for part in parts:
            events += session.receive(part)
            kept = len(session._rest or b"")
            assert kept <= mqtt_limit(version) + len(part), kept
        return events

    return lambda data: both(data, feed)


def mqtt_limit(version: str) -> int:
    """The most bytes that a session keeps of a packet: what it says it takes, or 256 KiB."""
    return 4_096 + 8 if version == "5" else 256 * 1_024 + 8


def http_response(data: bytes) -> None:
    """Answers to one request after the other, on one connection."""

    def feed(parts: Iterator[bytes]) -> list[Any]:
        response = http.Response(keep=1_000)
        told: list[Any] = []
        for part in parts:
            try:
                answer = response.receive(part)
            except ProtocolViolation as error:
                return [*told, str(error)]
            if answer:
                return [*told, answer._replace(keep_alive=True)]  # a read may end with the answer
            assert sys.getsizeof(response._buffer) <= MAX_HEAD + len(part) + ROOM
        closed = response.close()
        return [*told, closed]

    both(data, feed)
    fast_answer(data[1:])


def fast_answer(data: bytes) -> None:
    """The short way of reading a usual answer says what the long one does."""
    try:
        short = http.whole_answer(data)
    except ProtocolViolation:
        return
    if short is not None:
        assert short == http.Response().receive(data)


OPENED = (
    b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
    + answer_to("AAAAAAAAAAAAAAAAAAAAAA==").encode()
    + b"\r\n\r\n"
)


def websocket_session(*, is_open: bool) -> Driver:
    """A session that reads the answer to its opening, or frames after it."""

    def feed(parts: Iterator[bytes]) -> list[Any]:
        session = websocket.Session("h", most=4_096, entropy=bytes)
        session.connect()
        events: list[Any] = []
        if is_open:
            session.receive(OPENED)
            assert session.state is websocket.State.OPEN
        for part in parts:
            events += session.receive(part)
        return [_told(each) for each in events]

    return lambda data: both(data, feed)


def _told(event: Any) -> Any:
    """An event without the farewell, whose mask is drawn."""
    return ("Ended", str(event.error)) if isinstance(event, websocket.Ended) else event


def frames(kind: Framing) -> Driver:
    """Frames of a stream."""

    def feed(parts: Iterator[bytes]) -> list[Any]:
        decoder = framing.decoder(kind)
        told: list[Any] = []
        for part in parts:
            try:
                told += decoder.receive(part)
            except ProtocolViolation as error:
                return [*told, str(error)]
        return told

    return lambda data: both(data, feed)


def coap(data: bytes) -> None:
    """A session told datagrams; the byte before each says how long it is."""
    play = Play()
    at = 0
    while at < len(data):
        size = data[at]
        try:
            play.session.receive(data[at + 1 : at + 1 + size], play.now)
        except TargetError as error:
            raise AssertionError(f"a datagram raised {error}") from error
        at += 1 + size
        play.session.outgoing.clear()
        play.session.events.clear()


DRIVERS: dict[str, Driver] = {
    "mqtt-3.1.1": mqtt("3.1.1"),
    "mqtt-5": mqtt("5"),
    "mqtt-3.1.1-acks": acknowledgements("3.1.1", pieces),
    "mqtt-5-acks": acknowledgements("5", pieces),
    "http": http_response,
    "websocket-opening": websocket_session(is_open=False),
    "websocket-frames": websocket_session(is_open=True),
    "lines": frames(Lines()),
    "lengths": frames(Lengths()),
    "fixed": frames(Fixed(size=7)),
    "coap": coap,
    **READERS,
}

# What a search begins with: some of everything that a far side may rightly send.
BEGINNINGS: dict[str, list[bytes]] = {
    "mqtt-3.1.1": stream("3.1.1"),
    "mqtt-5": stream("5"),
    "mqtt-3.1.1-acks": beginnings("3.1.1"),
    "mqtt-5-acks": beginnings("5"),
    "http": [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 503 x\r\nRetry-After: 5\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.0 307 x\r\nLocation: /there\r\n\r\nuntil the end",
    ],
    "websocket-opening": [OPENED, b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"],
    "websocket-frames": [
        b"\x81\x02hi\x01\x01a\x89\x01p\x80\x01b",
        b"\x82\x7e\x01\x00" + bytes(256),
        b"\x88\x06\x03\xe8bye!",
    ],
    "lines": [b"one\ntwo\r\n\n"],
    "lengths": [b"\0\0\0\3abc\0\0\0\0"],
    "fixed": [b"1234567abcdefg"],
    **READER_BEGINNINGS,
    "coap": [b"\x04\x60\x44\x12\x34\x08\x44\x45\x00\x01abcd\x09\x44\x45\x00\x02abcd\x61\x05"],
}
