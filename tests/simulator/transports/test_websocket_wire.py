"""Messages of WebSocket of an exchange, in virtual time; the far side is a codec of others."""

from typing import Any

import pytest
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from simulator.transports import Identity
from simulator.transports.websocket_messages import WebSocketWire
from tests.simulator.transports.virtual import Socket, Stage, run


def stage_for(**target: Any) -> Stage:
    return Stage(protocol="websocket", **target)


class Server:
    """The far side of a socket."""

    def __init__(self, socket: Socket, *, subprotocols: list[Any] | None = None) -> None:
        self.socket = socket
        self.protocol = ServerProtocol(subprotocols=subprotocols)
        self.read = 0
        (self.request,) = self.hear()
        assert isinstance(self.request, Request)

    def hear(self) -> list[Any]:
        """What came since."""
        for data in self.socket.written[self.read :]:
            self.protocol.receive_data(data)
        self.read = len(self.socket.written)
        return self.protocol.events_received()

    def accept(self) -> None:
        self.protocol.send_response(self.protocol.accept(self.request))
        self.flush()

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                self.socket.say(data)

    def say(self, text: bytes) -> None:
        self.protocol.send_text(text)
        self.flush()


async def accepted(stage: Stage, **identity: Any) -> Server:
    server = Server(await stage.connect(**identity))
    server.accept()
    return server


async def end(stage: Stage, server: Server) -> None:
    server.socket.hang_up()
    await stage.settle()
    await stage.exchange.close()


@pytest.mark.parametrize(("frames", "opcode"), [("text", Opcode.TEXT), ("binary", Opcode.BINARY)])
def test_a_message_is_a_frame(frames: str, opcode: Opcode) -> None:
    async def main() -> None:
        stage = stage_for(frames=frames)
        server = await accepted(stage)
        assert stage.diary.opens == [0]

        stage.send(payload=b"hi")

        (frame,) = server.hear()
        assert (frame.opcode, frame.data) == (opcode, b"hi")
        assert stage.diary.reasons == [""]
        await end(stage, server)

    run(main)


def test_a_mock_is_connected_once_it_is_accepted() -> None:
    async def main() -> None:
        stage = stage_for()
        server = Server(await stage.connect())
        assert stage.diary.opens == []

        server.protocol.send_response(server.protocol.reject(403, "no"))
        server.flush()

        assert stage.diary.losses == [(0, "WebSocket refused: HTTP 403 Forbidden")]
        await stage.exchange.close()

    run(main)


def test_an_opening_that_is_not_answered_is_told() -> None:
    async def main() -> None:
        stage = stage_for()
        await stage.connect()

        await stage.pass_time(20)

        assert stage.diary.losses[0] == (0, "no answer to the opening within 20 s")
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("target", "identity", "path", "authorization"),
    [
        ({}, {"token": "t"}, "/", "Bearer t"),
        ({}, {"username": "u", "password": "p"}, "/", "Basic dTpw"),
        ({"path": "/x?key={token}"}, {"token": "a b"}, "/x?key=a%20b", None),
        ({"path": "/x"}, {"path": "/c0"}, "/c0", None),
        ({"headers": {"Authorization": "Key {token}"}}, {"token": "t"}, "/", "Key t"),
    ],
)
def test_a_mock_shows_who_it_is(
    target: dict[str, Any], identity: dict[str, Any], path: str, authorization: str | None
) -> None:
    async def main() -> None:
        stage = stage_for(**target)

        server = await accepted(stage, **identity)

        assert server.request.path == path
        assert server.request.headers.get("Authorization") == authorization
        await end(stage, server)

    run(main)


def test_a_subprotocol_is_agreed() -> None:
    async def main() -> None:
        stage = stage_for(subprotocol="ocpp1.6")
        server = Server(await stage.connect(), subprotocols=["ocpp1.6"])
        server.accept()

        assert stage.diary.opens == [0]
        assert server.protocol.subprotocol == "ocpp1.6"
        await end(stage, server)

    run(main)


@pytest.mark.parametrize(
    ("target", "identity", "why"),
    [
        (
            {"headers": {"Authorization": "x"}},
            {"token": "t"},
            "header Authorization and credentials are given, keep one",
        ),
        (
            {},
            {"username": "a:b", "password": "p"},
            "user name must not have a colon (RFC 7617, section 2)",
        ),
        ({"path": "x"}, {}, "path must begin with / and have no blank, # or control character"),
    ],
)
def test_an_identity_that_cannot_be_said_is_told_once(
    target: dict[str, Any], identity: dict[str, Any], why: str
) -> None:
    async def main() -> None:
        stage = stage_for(**target)
        stage.exchange.connect(0, Identity(**identity))
        await stage.settle()

        ((row, reason),) = stage.diary.losses
        assert row == 0
        assert reason.startswith(why)
        assert stage.road.sockets == []
        await stage.exchange.close()

    run(main)


def test_text_that_is_not_utf_8_is_refused() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await accepted(stage)

        stage.send(payload=b"\xff")

        text = "payload is not UTF-8, which a text message of WebSocket must be"
        assert stage.diary.reasons == [text]
        await end(stage, server)

    run(main)


def test_what_comes_is_a_command_or_an_answer() -> None:
    async def main() -> None:
        stage = stage_for(acknowledgement={"ok": '{"ok":*'})
        server = await accepted(stage)
        stage.send()

        server.say(b'{"do":1}')
        server.say(b'{"ok":1}')

        assert stage.diary.messages == [(0, "", b'{"do":1}')]
        assert stage.diary.reasons == [""]
        await end(stage, server)

    run(main)


def test_silence_is_asked_about_and_then_told() -> None:
    async def main() -> None:
        stage = stage_for(keep_alive=30)
        server = await accepted(stage)
        await stage.pass_time(30)
        (ping,) = server.hear()
        assert ping.opcode is Opcode.PING
        server.flush()

        await stage.pass_time(29)
        assert server.hear() == []
        await stage.pass_time(21)

        assert stage.diary.losses == [(0, "no answer to a ping within 20 s")]
        await stage.exchange.close()

    run(main)


def test_the_far_sides_ping_is_answered() -> None:
    async def main() -> None:
        stage = stage_for(keep_alive=0)
        server = await accepted(stage)
        server.protocol.send_ping(b"7")
        server.flush()

        (pong,) = server.hear()
        assert (pong.opcode, pong.data) == (Opcode.PONG, b"7")
        await end(stage, server)

    run(main)


def test_a_close_of_the_far_side_is_told_in_words() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await accepted(stage)

        server.protocol.send_close(1008, "no such device")
        server.flush()

        ((_, why),) = stage.diary.losses
        assert why == "WebSocket closed by the far side, policy violation (1008): no such device"
        await stage.exchange.close()

    run(main)


def test_a_frame_that_cannot_be_ends_the_connection() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await accepted(stage)

        server.socket.say(b"\x83\x00")

        assert len(stage.diary.losses) == 1
        assert server.hear()[-1].opcode is Opcode.CLOSE
        await stage.exchange.close()

    run(main)


def test_a_mock_that_leaves_says_goodbye_and_waits_for_the_far_side() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await accepted(stage)

        stage.exchange.disconnect(0)

        (close,) = server.hear()
        assert close.opcode is Opcode.CLOSE
        assert not server.socket.is_closed
        await stage.pass_time(5)
        assert server.socket.is_cut
        await stage.exchange.close()

    run(main)


def test_a_read_of_several_messages_ends_with_the_connection() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await accepted(stage)
        server.protocol.send_text(b"1")
        server.protocol.send_close(1000)
        data = b"".join(server.protocol.data_to_send())

        server.socket.say(data + b"\x81\x012")

        assert stage.diary.messages == [(0, "", b"1")]
        assert isinstance(server.socket.protocol, WebSocketWire)
        await stage.exchange.close()

    run(main)
