"""The exchange against an HTTP server built on h11, and against far sides that misbehave."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import h11
import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import exchange_to, run, until

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def served(handle: Handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a free port, until the block ends."""
    tasks: set[asyncio.Task[Any]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()


class Receiver:
    """An HTTP receiver that answers each path in its own way, and counts what came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.connections = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        server = h11.Connection(h11.SERVER)
        while server.our_state is h11.IDLE:
            if not (request := await self.read(server, reader)):
                return
            await self.answer(server, writer, request.target)
            if server.our_state is h11.DONE and server.their_state is h11.DONE:
                server.start_next_cycle()

    async def read(
        self, server: h11.Connection, reader: asyncio.StreamReader
    ) -> h11.Request | None:
        request, body = None, b""
        while True:
            event = server.next_event()
            if event is h11.NEED_DATA:
                server.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self.bodies.append(body)
                return request
            else:
                return None

    async def answer(
        self, server: h11.Connection, writer: asyncio.StreamWriter, target: bytes
    ) -> None:
        if target == b"/never":
            await asyncio.Event().wait()
        status = 503 if target == b"/busy" else 200
        headers = [("Connection", "close")] if target == b"/once" else []
        if target != b"/chunked":
            headers.append(("Content-Length", "4"))
        writer.write(server.send(h11.Response(status_code=status, headers=headers)))
        for piece in (b"do", b"ne"):
            writer.write(server.send(h11.Data(data=piece)))
            await writer.drain()
        writer.write(server.send(h11.EndOfMessage()))


def test_every_kind_of_answer_is_understood() -> None:
    async def main() -> None:
        receiver = Receiver()
        async with (
            served(receiver.handle) as port,
            exchange_to(port, protocol="http") as (exchange, diary),
        ):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            for path in ("/plain", "/chunked", "/busy", "/once", "/plain"):
                exchange.send(0, Parcel(0, path, path.encode()))
            await until(lambda: len(diary.ends) == 5)

            assert diary.reasons == ["", "", "HTTP 503: service unavailable", "", ""]
            assert receiver.bodies == [b"/plain", b"/chunked", b"/busy", b"/once", b"/plain"]
            assert receiver.connections == 2
            assert diary.losses == []

    run(main)


def test_many_mocks_send_over_one_kept_connection_each() -> None:
    async def main() -> None:
        receiver = Receiver()
        async with (
            served(receiver.handle) as port,
            exchange_to(port, protocol="http") as (exchange, diary),
        ):
            for row in range(20):
                exchange.connect(row, Identity(token=f"t{row}"))
            await until(lambda: len(diary.opens) == 20)
            for number in range(10):
                for row in range(20):
                    exchange.send(row, Parcel(row, "/a", b"%d:%d" % (row, number)))
            await until(lambda: len(diary.ends) == 200)

            assert set(diary.reasons) == {""}
            assert len(set(receiver.bodies)) == 200
            assert receiver.connections == 20

    run(main)


def test_an_answer_that_never_comes_fails_and_the_next_request_goes_on() -> None:
    async def main() -> None:
        receiver = Receiver()
        async with (
            served(receiver.handle) as port,
            exchange_to(port, protocol="http", acknowledge_within=100) as (exchange, diary),
        ):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "/never", b""))
            await until(lambda: receiver.bodies)
            exchange.sweep(exchange.clock() + 99.0)
            assert diary.ends == []
            exchange.sweep(exchange.clock() + 101.0)  # what the clock will say when it is too late
            await until(lambda: diary.ends)
            exchange.send(0, Parcel(0, "/plain", b""))
            await until(lambda: len(diary.ends) == 2)

            assert diary.reasons == ["no acknowledgement within 100 s", ""]

    run(main)


def test_https_is_spoken_and_small_messages_leave_at_once(tmp_path: Path) -> None:
    authority = Authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(tmp_path))

    async def main() -> None:
        receiver = Receiver()
        async with (
            served(receiver.handle, context) as port,
            exchange_to(port, protocol="http", tls={"ca": authority.pem}) as (exchange, diary),
        ):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "/plain", b"secret"))
            await until(lambda: diary.ends)

            (wire,) = exchange._wires
            tcp = wire.transport.get_extra_info("socket")
            assert tcp.getsockopt(6, 1) == 1  # IPPROTO_TCP, TCP_NODELAY
            assert diary.reasons == [""]
            assert receiver.bodies == [b"secret"]

    run(main)


def test_a_server_without_tls_is_said_so() -> None:
    async def main() -> None:
        async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()

        async with (
            served(speak_plainly) as port,
            exchange_to(port, protocol="http", tls={}) as (exchange, diary),
        ):
            exchange.connect(0, Identity())
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "TLS: the far side does not speak TLS")

    run(main)


@pytest.mark.parametrize("protocol", ["mqtt", "http"])
@pytest.mark.parametrize("garbage", [b"\x00" * 64, b"SSH-2.0-x\r\n", bytes(range(256)) * 300])
def test_a_far_side_that_says_garbage_costs_its_mock_with_a_reason(
    protocol: str, garbage: bytes
) -> None:
    async def main() -> None:
        async def say_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(garbage)
            await writer.drain()
            await reader.read(100)

        async with (
            served(say_garbage) as port,
            exchange_to(port, protocol=protocol) as (exchange, diary),
        ):
            exchange.connect(0, Identity(client_id="c"))
            await until(lambda: diary.opens or diary.losses)
            exchange.send(0, Parcel(0, "/a", b"x"))
            await until(lambda: diary.losses and diary.ends)

            reasons = {reason for _, reason in diary.losses}
            assert all("far side" in text or "from the broker" in text for text in reasons)
            assert "" not in diary.reasons

    run(main)


def test_a_target_that_does_not_read_fills_a_bounded_buffer_only() -> None:
    async def main() -> None:
        seen = asyncio.Event()

        async def read_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(14)
            writer.write(b"\x20\x02\0\0")
            await seen.wait()
            writer.transport.abort()

        async with served(read_nothing) as port, exchange_to(port) as (exchange, diary):
            exchange.connect(0, Identity(client_id=""))
            await until(lambda: diary.opens)
            for _ in range(3_000):
                exchange.send(0, Parcel(0, "a", b"x" * 10_000, 0))
                await asyncio.sleep(0)

            slow = [reason for reason in diary.reasons if reason]
            (wire,) = exchange._wires
            assert slow
            assert all(reason.startswith("target reads too slowly: ") for reason in slow)
            assert wire.transport.get_write_buffer_size() < 256 * 1024 + 20_000
            assert diary.losses == []
            seen.set()
            await until(lambda: diary.losses)

    run(main)


def test_a_peer_that_resets_is_connection_reset() -> None:
    async def main() -> None:
        async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.transport.abort()

        async with served(reset) as port, exchange_to(port) as (exchange, diary):
            exchange.connect(0, Identity(client_id="c"))
            await until(lambda: diary.losses)

            assert diary.losses[0][1] in {"connection reset", "closed by the far side"}

    run(main)
