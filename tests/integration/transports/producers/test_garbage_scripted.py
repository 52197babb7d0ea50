"""Far sides that are no broker at all, scripted: every mock is told so, and nothing hangs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import WITHIN, run, until
from tests.integration.transports.producers.conftest import producing

WHO = Identity(id="m", username="key", password="secret")
AWAITED = {"nats": 0.2}  # s for a mock's first word; of NATS the far side has the first one

ANSWERS = {
    "zeros": bytes(64),
    "ones": b"\xff" * 100_000,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
    "HTTP without sense": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]",
    "half of JSON": b'INFO {"server_id": \r\n',
    "JSON of another shape": b"INFO []\r\n",
    "another version": b"AMQP\x00\x01\x00\x00",
    "an endless line": b"INFO " + b"x" * 200_000,
    "nothing": b"",
}


TOLD = {
    "kafka": {"Kafka: no server of the cluster can be reached"},
    "amqp": {
        "AMQP: the far side does not speak AMQP 0-9-1",
        "AMQP: closed by the far side in the opening, it may not speak AMQP 0-9-1",
    },
    "nats": {"NATS: the far side does not speak NATS"},
    "kinesis": {
        "Kinesis: connection closed",
        "Kinesis refused: HTTP 400",
        "Kinesis: an answer that is none of Kinesis",
    },
}


@contextlib.asynccontextmanager
async def saying(answer: bytes, *, awaited: float) -> AsyncIterator[int]:
    """A far side that says one thing to whoever connects, hears a word, for which it waits so many
    s, and hangs up; yields its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(answer)
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(awaited):
                    await reader.read(65_536)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("protocol", ["kafka", "amqp", "nats", "kinesis"])
def test_a_scripted_far_side_that_is_no_broker_is_told_to_every_mock(
    protocol: str, kind: str
) -> None:
    async def main() -> None:
        target: dict[str, Any] = {"protocol": protocol}
        far = saying(ANSWERS[kind], awaited=AWAITED.get(protocol, WITHIN))
        async with far as port, producing(port, **target) as (exchange, diary):
            for row in range(3):
                exchange.connect(row, WHO)
            await until(lambda: len(diary.losses) >= 3)

            (why,) = {why for _, why in diary.losses[:3]}
            assert why in TOLD[protocol]

    run(main)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"{}", "Kinesis: an answer that has not a result for each record"),
        (b"[]", "Kinesis: an answer that is none of Kinesis"),
        (b'{"Records": 7}', "Kinesis: an answer that is none of Kinesis"),
        (b'{"Records": [7]}', "Kinesis: an answer that is none of Kinesis"),
        (b'{"Records": [{}]}', "Kinesis: a result that has neither a sequence number nor an error"),
        (
            b'{"Records": [{"ErrorCode": "InternalFailure"}]}',
            "Kinesis refused: internal failure",
        ),
        (b'{"Records": [{"SequenceNumber": "1", "ShardId": "s"}]}', ""),
        (b"no JSON", "Kinesis: an answer that has not a result for each record"),
    ],
)
def test_a_scripted_answer_to_records_fails_those_that_it_does_not_take(
    answer: bytes, words: str
) -> None:
    said = [b'{"StreamNames": [], "HasMoreStreams": false}', answer]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                await reader.readexactly(length)
                body = said.pop(0)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, producing(port, protocol="kinesis") as (exchange, diary):
            exchange.connect(0, WHO)
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "t", b"x"))
            await until(lambda: diary.ends)

            assert diary.reasons == [words]
            assert diary.losses == []

    run(main)
