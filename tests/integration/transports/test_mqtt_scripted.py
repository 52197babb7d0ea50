"""Misbehaviour that no real broker shows on demand: a scripted far side on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from workshop.supervisor import free_port

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import exchange_to, run, until
from tests.simulator.protocols.mqtt_making import CONNACK, RESUMED, ack, block, packet, publish


class Peer:
    """A far side that says its lines, one to each read, on each of its connections."""

    def __init__(self, scripts: Sequence[Sequence[bytes]]) -> None:
        self._scripts = list(scripts)  # of the first connection, the second, ...
        self.heard: list[list[bytes]] = []  # reads of each connection
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = self._scripts[min(len(self.heard), len(self._scripts) - 1)]
        heard: list[bytes] = []
        self.heard.append(heard)
        try:
            for line in lines:
                heard.append(await reader.read(65_536))
                writer.write(line)
            while data := await reader.read(65_536):
                heard.append(data)
        except (OSError, asyncio.CancelledError):
            pass  # the mock has cut the connection, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def peer(*scripts: Sequence[bytes]) -> AsyncIterator[Peer]:
    made = Peer(scripts)
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def identity() -> Identity:
    return Identity(client_id="m")


@pytest.mark.parametrize(
    ("version", "line", "reason", "farewell"),
    [
        ("3.1.1", ack(0x40, 9), "PUBACK for packet 9, which is not in flight", b""),
        ("5", ack(0x40, 9), "PUBACK for packet 9, which is not in flight", b"\xe0\x01\x82"),
        ("5", packet(0x40, b"\0\x01\x42"), "PUBACK with reason code 0x42", b"\xe0\x01\x82"),
        ("5", publish("", said={}), "PUBLISH with neither a topic nor", b"\xe0\x01\x82"),
        ("5", publish("a", said={"topic_alias": 1}), "PUBLISH with topic alias 1", b"\xe0\x01\x94"),
        ("5", b"\x30\xff\xff\xff\x7f", "a packet longer than 262144 bytes", b"\xe0\x01\x95"),
        ("5", packet(0xF0, b"\x18\0"), "unexpected AUTH from the broker", b"\xe0\x01\x82"),
        ("3.1.1", b"\xe0\0", "unexpected DISCONNECT from the broker", b""),
    ],
)
def test_an_illegal_answer_ends_the_connection_with_its_code(
    version: str, line: bytes, reason: str, farewell: bytes
) -> None:
    async def main() -> None:
        async with (
            peer([CONNACK[version], line]) as far,
            exchange_to(far.port, version=version) as (exchange, diary),
        ):
            exchange.connect(0, identity())
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "a", b"x", 1))
            await until(lambda: diary.losses)
            exchange.disconnect(0)
            assert diary.losses[0][1].startswith(reason)
            assert diary.reasons == [
                f"connection lost before acknowledgement: {diary.losses[0][1]}"
            ]
            await until(lambda: b"".join(far.heard[0][2:]) == farewell)

    run(main)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_release_is_sent_again_after_a_loss(version: str) -> None:
    """The PUBCOMP is lost with its connection: only the PUBREL is repeated."""
    keeps = {"clean_start": False} if version == "3.1.1" else {"session_expiry": 60}

    async def main() -> None:
        async with (
            peer([CONNACK[version], ack(0x50, 1)], [RESUMED[version], ack(0x70, 1)]) as far,
            exchange_to(far.port, version=version, **keeps) as (exchange, diary),
        ):
            exchange.connect(0, identity())
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "a", b"x", 2))
            await until(lambda: ack(0x62, 1) in far.heard[0])
            exchange.break_off(0, "cut on purpose")
            exchange.redial(0, 0.0)
            await until(lambda: diary.ends)

            assert diary.reasons == [""]
            assert far.heard[1][1] == ack(0x62, 1)

    run(main)


def redirect(port: int, code: int = 0x9C) -> bytes:
    said = block(server_reference=f"127.0.0.1:{port}")
    return packet(0x20, bytes((0, code)) + said)


def test_a_redirect_is_followed_to_another_server() -> None:
    async def main() -> None:
        async with (
            peer([CONNACK["5"]]) as there,
            peer([redirect(there.port)]) as far,
            exchange_to(far.port, version="5", follow_redirects=True) as (exchange, diary),
        ):
            exchange.connect(0, identity())
            await until(lambda: diary.opens)

            words = f"broker refused: use another server: 127.0.0.1:{there.port}"
            assert diary.losses == [(0, words)]
            assert (len(far.heard), len(there.heard)) == (1, 1)
            exchange.disconnect(0)

    run(main)


def test_a_redirect_in_a_disconnect_is_followed_too() -> None:
    async def main() -> None:
        async with peer([CONNACK["5"]]) as there:
            leave = packet(0xE0, b"\x9d" + block(server_reference=f"127.0.0.1:{there.port}"))
            async with (
                peer([CONNACK["5"] + leave]) as far,
                exchange_to(far.port, version="5", follow_redirects=True) as (exchange, diary),
            ):
                exchange.connect(0, identity())
                await until(lambda: len(diary.opens) == 2)

                words = f"broker disconnected: server moved: 127.0.0.1:{there.port}"
                assert diary.losses == [(0, words)]
                exchange.disconnect(0)

    run(main)


def test_a_server_that_nobody_reaches_is_left_for_the_target_again() -> None:
    async def main() -> None:
        async with (
            peer([redirect(free_port())], [CONNACK["5"]]) as far,
            exchange_to(far.port, version="5", follow_redirects=True) as (exchange, diary),
        ):
            exchange.connect(0, identity())
            await until(lambda: diary.losses)
            exchange.redial(0, 0.0)
            await until(lambda: len(diary.losses) == 2)
            exchange.redial(0, 0.0)
            await until(lambda: diary.opens)

            assert diary.losses[1] == (0, "connection refused")
            assert len(far.heard) == 2
            exchange.disconnect(0)

    run(main)
