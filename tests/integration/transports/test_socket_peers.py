"""TCP and UDP against asyncio's own servers, WebSocket against ``websockets``."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from workshop.supervisor import free_port

from simulator.transports import Identity, Parcel
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import exchange_to, run, until

ANSWERED = {"acknowledgement": {"ok": "OK*", "refused": "ERR*"}}


@asynccontextmanager
async def closing(transport: asyncio.BaseTransport) -> AsyncIterator[None]:
    """Close it in the end, also of a test that fails."""
    try:
        yield
    finally:
        transport.close()


def parcel(payload: bytes, **fields: Any) -> Parcel:
    return Parcel(row=0, address="a", payload=payload, **fields)


async def answer_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that welcomes who logs in, answers each line, and says one thing itself."""
    login = await reader.readline()
    writer.write(b"WELCOME\n" if login == b"LOGIN c0 t\n" else b"who are you\n")
    writer.write(b"reboot\n")
    while line := await reader.readline():
        writer.write(b"ERR " + line if b"bad" in line else b"OK\n")
    writer.close()


def lines(port: int, **target: Any) -> dict[str, Any]:
    return {
        "port": port,
        "protocol": "tcp",
        "preamble": r"LOGIN {username} {token}\n",
        "welcome": "WELCOME",
        **ANSWERED,
        **target,
    }


def test_lines_are_answered_and_commands_come() -> None:
    async def main() -> None:
        server = await asyncio.start_server(answer_lines, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, exchange_to(**lines(port)) as (exchange, diary):
            exchange.connect(0, Identity(username="c0", token="t"))
            await until(lambda: diary.opens)
            for payload in (b"1", b"bad", b"2"):
                exchange.send(0, parcel(payload))

            await until(lambda: len(diary.ends) == 3)
            assert diary.reasons == ["", "refused by the far side: ERR bad", ""]
            assert diary.messages == [(0, "", b"reboot")]

    run(main)


def test_a_wrong_login_is_told_in_the_servers_words() -> None:
    async def main() -> None:
        server = await asyncio.start_server(answer_lines, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, exchange_to(**lines(port)) as (exchange, diary):
            exchange.connect(0, Identity(username="c0", token="wrong"))

            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "not let in: who are you")

    run(main)


def test_frames_behind_their_length_are_read_by_another() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(2):
            head += await reader.readexactly(2 - len(head))
            writer.write(head + await reader.readexactly(int.from_bytes(head)))
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        framing = {"kind": "length", "size": 2}
        async with server, exchange_to(port, protocol="tcp", framing=framing) as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            payloads = [b"a", b"", bytes(65_535)]
            for payload in payloads:
                exchange.send(0, parcel(payload))

            await until(lambda: len(diary.messages) == 2)
            assert diary.reasons == [""] * 3
            assert [payload for _, _, payload in diary.messages] == [b"a", bytes(65_535)]

    run(main)


class Receiver(asyncio.DatagramProtocol):
    """Remembers who sent what, and answers."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.datagrams: list[tuple[bytes, int]] = []
        self.addresses: set[tuple[str, int]] = set()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, sender: Any) -> None:
        self.datagrams.append((data, sender[1]))
        self.addresses.add(sender[:2])
        self.transport.sendto(self.answer, sender)


def test_each_mock_sends_datagrams_from_a_port_of_its_own() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        transport, receiver = await loop.create_datagram_endpoint(
            lambda: Receiver(b"OK"), local_addr=("127.0.0.1", 0)
        )
        port = transport.get_extra_info("sockname")[1]
        async with exchange_to(port, protocol="udp", **ANSWERED) as (exchange, diary):
            for row in range(3):
                exchange.connect(row, Identity())
            await until(lambda: len(diary.opens) == 3)
            for row in range(3):
                exchange.send(row, parcel(b"%d" % row))
                exchange.send(row, parcel(b"%d" % row))

            await until(lambda: len(diary.ends) == 6)
            assert diary.reasons == [""] * 6
            assert len({sender for _, sender in receiver.datagrams}) == 3
            assert len(set(receiver.datagrams)) == 3
        transport.close()

    run(main)


def test_a_message_of_websocket_is_answered_and_commands_come() -> None:
    seen: list[Any] = []

    async def answer(connection: ServerConnection) -> None:
        assert connection.request
        seen.append((connection.request.path, connection.request.headers["Authorization"]))
        await connection.send("reboot")
        async for message in connection:
            seen.append(message)
            await connection.send("OK")

    async def main() -> None:
        async with serve(answer, "127.0.0.1", 0, subprotocols=["v1"]) as server:  # type: ignore[list-item]
            port = next(iter(server.sockets)).getsockname()[1]
            target = {"protocol": "websocket", "path": "/c0", "subprotocol": "v1", **ANSWERED}
            async with exchange_to(port, **target) as (exchange, diary):
                exchange.connect(0, Identity(token="t"))
                await until(lambda: diary.messages)

                exchange.send(0, parcel(b"hi"))

                await until(lambda: diary.ends)
                assert diary.reasons == [""]
                assert diary.messages == [(0, "", b"reboot")]
                assert seen == [("/c0", "Bearer t"), "hi"]

    run(main)


def test_lines_go_over_tls_too(tmp_path: Path) -> None:
    async def main() -> None:
        authority = Authority()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*authority.issue(tmp_path))
        server = await asyncio.start_server(answer_lines, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        tls = {"ca": authority.pem}
        async with server, exchange_to(**lines(port, tls=tls)) as (exchange, diary):
            exchange.connect(0, Identity(username="c0", token="t"))
            await until(lambda: diary.opens)

            exchange.send(0, parcel(b"1"))

            await until(lambda: diary.ends)
            assert diary.reasons == [""]

    run(main)


@pytest.mark.parametrize("protocol", ["tcp", "websocket"])
def test_where_nobody_listens_a_mock_is_lost(protocol: str) -> None:
    async def main() -> None:
        async with exchange_to(free_port(), protocol=protocol) as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "connection refused")
            assert diary.opens == []

    run(main)


def test_where_nobody_listens_to_datagrams_the_machine_there_says_so() -> None:
    async def main() -> None:
        async with exchange_to(free_port(), protocol="udp") as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            exchange.send(0, parcel(b"anybody?"))
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "connection refused")

    run(main)


def test_a_frame_that_is_too_long_ends_the_connection_and_the_next_one_is_good() -> None:
    lengths = [b"\x7f\xff\xff\xff", b"\0\0\0\2go"]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(lengths.pop(0))
        await reader.read()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        framing = {"kind": "length", "size": 4}
        async with server, exchange_to(port, protocol="tcp", framing=framing) as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.messages)

            why = "a frame of 2,147,483,647 bytes, 262,144 are read at most"
            assert diary.losses == [(0, why)]
            assert diary.messages == [(0, "", b"go")]

    run(main)


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux")
@pytest.mark.parametrize(
    "target", [{"protocol": "udp"}, {"protocol": "coap", "confirmable": "never"}]
)
def test_datagrams_come_from_the_sources_in_turn(target: dict[str, str]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        transport, receiver = await loop.create_datagram_endpoint(
            lambda: Receiver(b"OK"), local_addr=("127.0.0.1", 0)
        )
        port = transport.get_extra_info("sockname")[1]
        sources = ["127.0.0.2", "127.0.0.3"]
        async with (
            closing(transport),
            exchange_to(port, **target, sources=sources) as (exchange, diary),
        ):
            for row in range(4):
                exchange.connect(row, Identity())
            await until(lambda: len(diary.opens) == 4)
            for row in range(4):
                exchange.send(row, Parcel(row, "a", b"%d" % row))
            await until(lambda: len(receiver.addresses) == 4)
            hosts = sorted(host for host, _ in receiver.addresses)
            assert hosts == ["127.0.0.2"] * 2 + ["127.0.0.3"] * 2
            assert diary.reasons == [""] * 4

    run(main)
