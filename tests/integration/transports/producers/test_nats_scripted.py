"""What a NATS does on a bad day, scripted: a real server shows it to nobody who asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import run, until
from tests.integration.transports.producers.conftest import producing

GREETING = b'INFO {"server_id":"s","version":"2.10.0","max_payload":1048576,"headers":true}\r\n'


@contextlib.asynccontextmanager
async def scripted(opening: bytes, answer: bytes) -> AsyncIterator[int]:
    """A server that says ``opening`` to the first PING and ``answer`` to the next; its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(GREETING)
            lines = [opening, answer]
            while line := await reader.readline():
                if line == b"PING\r\n" and lines:
                    writer.write(lines.pop(0))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (b"-ERR 'Authorization Violation'\r\n", "server refused: user name, password or token"),
        (
            b"-ERR 'maximum connections exceeded'\r\n",
            "server refused: maximum connections exceeded",
        ),
        (
            b"-ERR 'User Authentication Expired'\r\n",
            "server refused: user authentication expired",
        ),
        (b"-ERR 'Secure Connection - TLS Required'\r\n", "server refused: secure connection - tls"),
        (b"HTTP/1.1 400 Bad Request\r\n", "NATS: the far side does not speak NATS"),
        (b"-ERR '" + b"x" * 5_000 + b"'\r\n", "server refused: " + "x" * 200),
    ],
)
def test_what_a_scripted_server_has_against_the_opening_is_told(opening: bytes, words: str) -> None:
    async def main() -> None:
        async with (
            scripted(opening, b"") as port,
            producing(port, protocol="nats") as (exchange, diary),
        ):
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.losses)

            assert diary.losses[0][1].startswith(words)
            assert len(diary.losses[0][1]) <= 220
            assert diary.opens == []

    run(main)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"-ERR 'Slow Consumer'\r\n", "server refused: slow consumer"),
        (b"-ERR 'Stale Connection'\r\n", "closed by the far side"),
        (b"-ERR 'Maximum Payload Violation'\r\n", "server refused: maximum payload violation"),
        (b"GARBAGE\r\n" * 20, "NATS: the far side said what is no packet of NATS"),
    ],
)
def test_what_a_scripted_server_says_later_ends_the_connection(answer: bytes, words: str) -> None:
    async def main() -> None:
        async with (
            scripted(b"PONG\r\n", answer) as port,
            producing(port, protocol="nats") as (exchange, diary),
        ):
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: diary.losses and diary.ends)

            assert diary.losses[0][1] == words
            assert diary.reasons[0] != ""

    run(main)


def test_a_scripted_server_that_answers_no_ping_is_left() -> None:
    async def main() -> None:
        async with (
            scripted(b"PONG\r\n", b"") as port,
            producing(port, protocol="nats", acknowledge_within=1) as (exchange, diary),
        ):
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: diary.losses)

            assert diary.losses[0][1] == "NATS: no answer to a ping within 1 s"
            assert len(diary.ends) == 1
            assert diary.reasons[0] in {
                "no acknowledgement within 1 s",
                "NATS: flush timeout",
            }

    run(main)
