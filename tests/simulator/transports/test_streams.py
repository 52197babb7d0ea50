"""WebSocket between a connection and a wire, without a socket."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simulator.errors import Unreachable
from simulator.protocols.websocket import Session
from simulator.transports.streams import WebSocketStream
from tests.simulator.protocols.test_websocket_session import ANSWER, NONCE, frame, unmasked
from tests.simulator.transports.virtual import Socket, run


class Below(Socket):
    """The connection, of which nothing waits to be read by the far side."""

    waiting = 0
    is_reading_now = True

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high = high or 0

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_reading_now = False

    def resume_reading(self) -> None:
        self.is_reading_now = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": "p"}.get(name, default)


class Above(asyncio.Protocol):
    """A wire that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.told.append(data)

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.told.append(str(exc) if exc else None)


def staged(play: Callable[[WebSocketStream, Below, Above], Any], *, is_open: bool = True) -> None:
    """Play with a stream whose opening is out, or answered."""

    async def main() -> None:
        above = Above()
        session = Session("h", is_stream=True, entropy=lambda _: NONCE)
        stream = WebSocketStream(session, lambda: above)
        below = Below(stream)
        if is_open:
            below.say(ANSWER)
            await stream.opened
        await play(stream, below, above)

    run(main)


def test_what_one_read_holds_is_handed_up_at_once_and_what_is_written_is_masked() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        below.say(frame(0x82, b"a") + frame(0x02, b"b") + frame(0x80, b"c") + frame(0x82))
        stream.write(b"hello")

        assert above.told == [b"abc"]
        assert unmasked(below.written[-1]) == b"hello"

    staged(play)


def test_frames_that_come_with_the_answer_are_not_lost() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        below.say(ANSWER + frame(0x82, b"first"))

        assert above.told == [b"first"]

    staged(play, is_open=False)


def test_of_several_pings_the_last_is_answered() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        before = len(below.written)
        below.say(frame(0x89, b"1") + frame(0x89, b"2"))

        (pong,) = below.written[before:]
        assert (pong[0], unmasked(pong)) == (0x8A, b"2")

    staged(play)


def test_the_wire_reaches_its_connection_through_the_stream() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        stream.set_write_buffer_limits(high=7)
        stream.pause_reading()
        paused = not below.is_reading_now
        stream.resume_reading()
        stream.pause_writing()
        stream.resume_writing()

        assert (below.high, paused, below.is_reading_now) == (7, True, True)
        assert stream.get_extra_info("peername") == "p"
        assert stream.get_write_buffer_size() == 0
        assert above.told == ["pause", "resume"]
        assert not stream.is_closing()

    staged(play)


def test_a_close_waits_for_the_far_side_and_nothing_is_written_after_it() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        stream.close()
        sent = list(below.written)
        stream.write(b"late")
        was_closed = below.is_closed
        below.say(frame(0x88, b"\x03\xe8"))
        await asyncio.sleep(0)

        assert sent[-1][0] == 0x88
        assert below.written == sent
        assert (was_closed, below.is_closed, stream.is_closing()) == (False, True, True)
        assert above.told == ["WebSocket closed by the far side, normal closure (1000)"]

    staged(play)


def test_a_second_close_hangs_up() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        stream.close()
        stream.close()

        assert below.is_closed

    staged(play)


def test_the_last_words_of_the_far_side_are_the_reason_and_are_answered() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        below.say(frame(0x82, b"x") + frame(0x88, b"\x03\xe9"))
        await asyncio.sleep(0)

        assert above.told == [b"x", "WebSocket closed by the far side, going away (1001)"]
        assert (below.written[-1][0], below.is_cut) == (0x88, False)

    staged(play)


def test_a_far_side_that_misbehaves_and_does_not_read_is_cut() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        below.waiting = 1
        below.say(frame(0x81, b"text"))
        await asyncio.sleep(0)

        assert below.is_cut
        assert above.told == ["WebSocket: text, where the protocol above has binary frames"]

    staged(play)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda below: below.hang_up(), "it may not speak WebSocket"),
        (lambda below: below.hang_up(ConnectionResetError()), "it may not speak WebSocket"),
        (lambda below: below.hang_up(TimeoutError()), "WebSocket: connection timed out"),
        (lambda below: below.say(b"HTTP/1.1 404 x\r\n\r\n"), "refused: HTTP 404 Not Found"),
        (lambda below: below.say(b"220 mail\r\n"), "does not speak HTTP/1.1"),
    ],
)
def test_an_opening_that_fails_is_unreachable_in_words(
    end: Callable[[Below], None], words: str
) -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        end(below)
        with pytest.raises(Unreachable, match=words):
            await stream.opened

        assert above.told == []
        assert below.is_closed

    staged(play, is_open=False)


def test_an_answer_that_nobody_waits_for_any_more_is_cut() -> None:
    async def play(stream: WebSocketStream, below: Below, above: Above) -> None:
        stream.opened.cancel()
        below.say(ANSWER + frame(0x82, b"x"))
        await asyncio.sleep(0)

        assert below.is_cut
        assert above.told == []

    staged(play, is_open=False)
